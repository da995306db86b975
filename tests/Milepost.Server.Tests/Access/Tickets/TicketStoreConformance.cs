using Milepost.Protocol;
using Milepost.Realtime.Sessions;
using Milepost.Server.Access.Tickets;
using Milepost.Testing;

namespace Milepost.Server.Tests.Access.Tickets;

/// <summary>What every ticket store must do. A back end opens one, and lets time pass for its tickets.</summary>
public abstract class TicketStoreConformance
{
    private protected static readonly Caller Ada = new("acme", "ada", Scopes.None, new DateTimeOffset(2026, 11, 21, 19, 0, 0, TimeSpan.Zero))
    {
        IssuedAt = new DateTimeOffset(2026, 11, 21, 17, 0, 0, TimeSpan.Zero),
    };

    private protected FakeClock Clock { get; } = new();

    internal abstract ITicketStore Open();

    internal abstract Task PassAsync(TimeSpan time, string ticket);

    [Fact]
    public async Task A_ticket_works_once()
    {
        var tickets = Open();
        var issued = await IssueAsync(tickets);
        issued.ExpiresAt.ShouldBe(Clock.GetUtcNow() + TimeSpan.FromSeconds(30));
        (await RedeemAsync(tickets, issued.Ticket)).ShouldBe(Ada);
        (await RedeemAsync(tickets, issued.Ticket)).ShouldBeNull();
    }

    [Fact]
    public async Task Of_many_at_once_one_gets_it()
    {
        var tickets = Open();
        for (var round = 0; round < 20; round++)
        {
            var issued = await IssueAsync(tickets);
            var redeemed = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => RedeemAsync(tickets, issued.Ticket)))).Soon();
            redeemed.Count(caller => caller is not null).ShouldBe(1);
        }
    }

    [Theory]
    [InlineData(28, true)]
    [InlineData(30, false)]
    [InlineData(31, false)]
    public async Task A_ticket_lives_for_30_seconds(int seconds, bool good)
    {
        var tickets = Open();
        var issued = await IssueAsync(tickets);
        await PassAsync(TimeSpan.FromSeconds(seconds), issued.Ticket);
        (await RedeemAsync(tickets, issued.Ticket) is not null).ShouldBe(good);
    }

    [Theory]
    [InlineData("https://shop.example", "https://shop.example", true)]
    [InlineData("https://shop.example", "https://evil.example", false)]
    [InlineData("https://shop.example", null, true)]
    [InlineData(null, "https://shop.example", true)]
    public async Task A_ticket_is_bound_to_the_page_that_asked(string? asked, string? used, bool good)
    {
        var tickets = Open();
        var issued = await IssueAsync(tickets, asked);
        (await RedeemAsync(tickets, issued.Ticket, used) is not null).ShouldBe(good);
        (await RedeemAsync(tickets, issued.Ticket, asked)).ShouldBeNull("a try uses it up, whatever came of it");
    }

    [Theory]
    [InlineData("acme.AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("acme.")]
    [InlineData(".AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("ACME.AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("acme.AAAAAAAAAAAAAAAAAAAA*A")]
    [InlineData("")]
    public async Task Unknown_tickets_are_nobody_s(string ticket) => (await RedeemAsync(Open(), ticket)).ShouldBeNull();

    [Fact]
    public async Task A_ticket_is_no_good_under_another_tenant_s_name()
    {
        var tickets = Open();
        var issued = await IssueAsync(tickets);
        (await RedeemAsync(tickets, "globex" + issued.Ticket["acme".Length..])).ShouldBeNull();
        (await RedeemAsync(tickets, issued.Ticket)).ShouldBe(Ada);
    }

    [Fact]
    public async Task Tickets_are_the_tenant_and_128_random_bits()
    {
        var tickets = Open();
        var seen = new List<string>();
        for (var count = 0; count < 200; count++)
        {
            seen.Add((await IssueAsync(tickets)).Ticket);
        }

        seen.ShouldBeUnique();
        seen.ShouldAllBe(ticket => ticket.Length == "acme.".Length + 22 && ticket.StartsWith("acme."));
    }

    private protected static async Task<IssuedTicket> IssueAsync(ITicketStore tickets, string? origin = null) =>
        (await tickets.IssueAsync(Ada, origin, CancellationToken.None).Soon()).ShouldNotBeNull();

    private protected static Task<Caller?> RedeemAsync(ITicketStore tickets, string ticket, string? origin = null) =>
        tickets.RedeemAsync(ticket, origin, CancellationToken.None).Soon();
}
