using Milepost.Protocol;
using Milepost.Realtime.Sessions;
using Milepost.Server.Access;
using Milepost.Testing;

namespace Milepost.Server.Tests.Access;

public sealed class TicketStoreTests
{
    private static readonly Caller Ada = new("acme", "ada", Scopes.None, DateTimeOffset.MaxValue);
    private readonly FakeClock _clock = new();
    private readonly TicketStore _tickets;

    public TicketStoreTests() => _tickets = new TicketStore(_clock);

    [Fact]
    public void A_ticket_works_once()
    {
        var (ticket, expiresAt) = _tickets.Issue(Ada, origin: null)!.Value;
        expiresAt.ShouldBe(_clock.GetUtcNow() + TimeSpan.FromSeconds(30));
        _tickets.Redeem(ticket, origin: null).ShouldBe(Ada);
        _tickets.Redeem(ticket, origin: null).ShouldBeNull();
    }

    [Theory]
    [InlineData(29.999, true)]
    [InlineData(30, false)]
    [InlineData(31, false)]
    public void A_ticket_lives_for_30_seconds(double seconds, bool good)
    {
        var (ticket, _) = _tickets.Issue(Ada, origin: null)!.Value;
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        (_tickets.Redeem(ticket, origin: null) is not null).ShouldBe(good);
    }

    [Theory]
    [InlineData("https://shop.example", "https://shop.example", true)]
    [InlineData("https://shop.example", "https://evil.example", false)]
    [InlineData("https://shop.example", null, true)]
    [InlineData(null, "https://shop.example", true)]
    public void A_ticket_is_bound_to_the_page_that_asked(string? asked, string? used, bool good)
    {
        var (ticket, _) = _tickets.Issue(Ada, asked)!.Value;
        (_tickets.Redeem(ticket, used) is not null).ShouldBe(good);
        _tickets.Redeem(ticket, asked).ShouldBeNull("a try uses it up, whatever came of it");
    }

    [Fact]
    public void Unknown_tickets_are_nobody_s() => _tickets.Redeem("AAAAAAAAAAAAAAAAAAAAAA", origin: null).ShouldBeNull();

    [Fact]
    public void Tickets_are_128_random_bits()
    {
        var tickets = Enumerable.Range(0, 1_000).Select(_ => _tickets.Issue(Ada, origin: null)!.Value.Ticket).ToList();
        tickets.ShouldBeUnique();
        tickets.ShouldAllBe(ticket => ticket.Length == 22);
    }

    [Fact]
    public void Too_many_are_refused_until_old_ones_are_gone()
    {
        for (var count = 0; count < 100_000; count++)
        {
            _tickets.Issue(Ada, origin: null).ShouldNotBeNull();
        }

        _tickets.Issue(Ada, origin: null).ShouldBeNull();
        _clock.Advance(TicketStore.Lifetime);
        _tickets.Issue(Ada, origin: null).ShouldNotBeNull();
    }
}
