using System.Diagnostics;
using System.Globalization;
using Milepost.Realtime.Backplane.Redis;
using Milepost.Server.Access.Tickets;

namespace Milepost.Server.Tests.Access.Tickets;

public sealed class RedisTicketsTests(SharedRedis shared) : TicketStoreConformance, IClassFixture<SharedRedis>, IAsyncLifetime
{
    private RedisConnections _redis = null!;

    public async ValueTask InitializeAsync() => _redis = await shared.NodeAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal override ITicketStore Open() => Over(_redis);

    // Redis counts the time, so it is Redis that is told how much of it is left.
    internal override async Task PassAsync(TimeSpan time, string ticket)
    {
        var key = KeyOf(ticket);
        var left = int.Parse(await shared.Server.CommandAsync("PTTL", key), CultureInfo.InvariantCulture);
        left.ShouldBeInRange(25_000, 30_000);
        await shared.Server.CommandAsync("PEXPIRE", key, (left - (int)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_ticket_of_one_node_works_once_on_any()
    {
        var (first, second) = (Open(), Over(await shared.NodeAsync()));
        var issued = await IssueAsync(first, "https://shop.example");
        (await RedeemAsync(second, issued.Ticket, "https://shop.example")).ShouldBe(Ada);
        (await RedeemAsync(second, issued.Ticket)).ShouldBeNull();
        (await RedeemAsync(first, issued.Ticket)).ShouldBeNull();
    }

    [Fact]
    public async Task Redis_never_sees_the_ticket()
    {
        var issued = await IssueAsync(Open());
        var key = KeyOf(issued.Ticket);
        (await shared.Server.CommandAsync("EXISTS", key)).Trim().ShouldBe("1");
        var kept = await shared.Server.CommandAsync("GET", key);
        kept.ShouldContain("ada");
        (key + kept).ShouldNotContain(issued.Ticket["acme.".Length..]);
    }

    [Fact]
    public async Task While_Redis_is_away_each_node_keeps_its_own_and_refuses_those_in_Redis_at_once()
    {
        await using var other = new SharedRedis();
        await other.InitializeAsync();
        var node = await other.NodeAsync();
        var (first, second) = (Over(node), Over(await other.NodeAsync()));
        var kept = await IssueAsync(first);

        // Paused and not known to be away yet: the worst case of all.
        await other.Server.PauseAsync();
        var watch = Stopwatch.StartNew();
        (await RedeemAsync(second, kept.Ticket)).ShouldBeNull();
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(2));
        var alone = await IssueAsync(first);
        (await RedeemAsync(second, alone.Ticket)).ShouldBeNull();
        (await RedeemAsync(first, alone.Ticket)).ShouldBe(Ada);
        (await RedeemAsync(first, alone.Ticket)).ShouldBeNull();

        await other.Server.ContinueAsync();
        await other.Server.KillAsync();
        await SharedRedis.HealthyAsync(node, healthy: false);
        watch.Restart();
        (await RedeemAsync(first, kept.Ticket)).ShouldBeNull();
        (await RedeemAsync(first, (await IssueAsync(first)).Ticket)).ShouldBe(Ada);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));

        await other.Server.RestartAsync();
        await SharedRedis.HealthyAsync(node, healthy: true);
        (await RedeemAsync(first, (await IssueAsync(first)).Ticket)).ShouldBe(Ada);
    }

    private static string KeyOf(string ticket)
    {
        TicketText.TryParse(ticket, out var parsed).ShouldBeTrue();
        return $"milepost:acme:ticket:{parsed.Hash()}";
    }

    private RedisTickets Over(RedisConnections redis) => new(redis, new LocalTickets(Clock), Clock);
}
