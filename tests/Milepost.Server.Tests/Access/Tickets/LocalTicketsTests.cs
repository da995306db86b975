using Milepost.Server.Access.Tickets;

namespace Milepost.Server.Tests.Access.Tickets;

public sealed class LocalTicketsTests : TicketStoreConformance
{
    internal override ITicketStore Open() => new LocalTickets(Clock);

    internal override Task PassAsync(TimeSpan time, string ticket)
    {
        Clock.Advance(time);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Too_many_are_refused_until_old_ones_are_gone()
    {
        var tickets = Open();
        for (var count = 0; count < 100_000; count++)
        {
            (await tickets.IssueAsync(Ada, null, CancellationToken.None)).ShouldNotBeNull();
        }

        (await tickets.IssueAsync(Ada, null, CancellationToken.None)).ShouldBeNull();
        Clock.Advance(TicketText.Lifetime);
        (await tickets.IssueAsync(Ada, null, CancellationToken.None)).ShouldNotBeNull();
    }
}
