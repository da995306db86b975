using System.Diagnostics;
using System.Globalization;
using Milepost.Realtime.Backplane.Redis;
using Milepost.Server.Access.Limits;
using Milepost.Testing;

namespace Milepost.Server.Tests.Access.Limits;

public sealed class RedisLimiterTests(SharedRedis shared) : RateLimiterConformance, IClassFixture<SharedRedis>, IAsyncLifetime
{
    private static readonly Limit Thousand = new("thousand", 1_000, PerSecond: 100);
    private RedisConnections _redis = null!;

    public async ValueTask InitializeAsync() => _redis = await shared.NodeAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal override IRateLimiter Open() => new RedisLimiter(_redis, Clock);

    [Fact]
    public async Task Two_nodes_share_one_bucket()
    {
        IRateLimiter[] nodes = [Open(), new RedisLimiter(await shared.NodeAsync(), Clock)];
        var allowed = 0;
        for (var attempt = 0; attempt < 40; attempt++)
        {
            allowed += (await TakeAsync(nodes[attempt % 2])).IsAllowed ? 1 : 0;
        }

        allowed.ShouldBe(10);
    }

    [Fact]
    public async Task A_block_is_used_before_Redis_is_asked_again_and_a_refusal_is_remembered()
    {
        var limiter = Open();
        var before = await CallsAsync();
        for (var attempt = 0; attempt < 1_500; attempt++)
        {
            (await limiter.TakeAsync(Thousand, Key, 1, CancellationToken.None).Soon()).IsAllowed.ShouldBe(attempt < 1_000);
        }

        // 50 blocks of 20, and one refusal for all the 500.
        (await CallsAsync() - before).ShouldBe(51);
    }

    [Fact]
    public async Task What_a_node_holds_back_is_a_fiftieth_at_most()
    {
        IRateLimiter first = Open(), second = new RedisLimiter(await shared.NodeAsync(), Clock);
        (await first.TakeAsync(Thousand, Key, 1, CancellationToken.None).Soon()).IsAllowed.ShouldBeTrue();
        var allowed = 0;
        for (var attempt = 0; attempt < 1_500; attempt++)
        {
            allowed += (await second.TakeAsync(Thousand, Key, 1, CancellationToken.None).Soon()).IsAllowed ? 1 : 0;
        }

        allowed.ShouldBe(980);
    }

    [Fact]
    public async Task A_node_whose_clock_is_behind_fills_nothing()
    {
        var limiter = Open();
        var behind = new FakeClock(Clock.GetUtcNow() - TimeSpan.FromMinutes(1));
        (await TakeManyAsync(limiter, 10)).ShouldBe(10);
        (await TakeAsync(new RedisLimiter(_redis, behind))).IsAllowed.ShouldBeFalse();
        Clock.Advance(TimeSpan.FromSeconds(1));
        (await TakeManyAsync(Open(), 5)).ShouldBe(2);
    }

    [Fact]
    public async Task Keys_end_by_themselves()
    {
        await TakeAsync(Open());
        var left = int.Parse(await shared.Server.CommandAsync("PTTL", $"milepost:limit:ten:{Key}"), CultureInfo.InvariantCulture);
        left.ShouldBeInRange(1, 6_000);
    }

    [Fact]
    public async Task While_Redis_is_away_each_node_limits_by_itself_and_nobody_waits()
    {
        await using var other = new SharedRedis();
        await other.InitializeAsync();
        var node = await other.NodeAsync();
        RedisLimiter first = new(node, TimeProvider.System), second = new(await other.NodeAsync(), TimeProvider.System);
        (await SlowAsync(first, 4)).ShouldBe(4);

        await other.Server.PauseAsync();
        var watch = Stopwatch.StartNew();
        (await SlowAsync(first, 10)).ShouldBe(6, "what it allowed before counts");
        (await SlowAsync(second, 20)).ShouldBe(10, "it knows of its own only");
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(4), "a paused Redis costs 50 ms for each request until it is known to be away, once for each question");

        await other.Server.ContinueAsync();
        await other.Server.KillAsync();
        await SharedRedis.HealthyAsync(node, healthy: false);
        watch.Restart();
        (await SlowAsync(first, 100)).ShouldBeInRange(0, 1, "one answer may have come when Redis went on");
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));

        await other.Server.RestartAsync();
        await SharedRedis.HealthyAsync(node, healthy: true);
        (await SlowAsync(first, 20)).ShouldBe(10, "a Redis that starts empty has full buckets");
    }

    // Fills so slowly that no time a test takes makes a difference.
    private async Task<int> SlowAsync(RedisLimiter limiter, int attempts)
    {
        var allowed = 0;
        for (var attempt = 0; attempt < attempts; attempt++)
        {
            allowed += (await limiter.TakeAsync(Ten with { Name = "slow", PerSecond = 0.0001 }, Key, 1, CancellationToken.None).Soon()).IsAllowed ? 1 : 0;
        }

        return allowed;
    }

    private async Task<long> CallsAsync()
    {
        var line = (await shared.Server.CommandAsync("INFO", "commandstats")).Split('\n').FirstOrDefault(text => text.StartsWith("cmdstat_eval:", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.Split("calls=")[1].Split(',')[0], CultureInfo.InvariantCulture);
    }
}
