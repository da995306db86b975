using Milepost.Server.Access.Limits;
using Milepost.Testing;

namespace Milepost.Server.Tests.Access.Limits;

/// <summary>What every limiter must do.</summary>
public abstract class RateLimiterConformance
{
    private protected static readonly Limit Ten = new("ten", 10, PerSecond: 2);

    // More keys than tests: a bucket is never somebody else's.
    private protected string Key { get; } = "acme:" + Guid.NewGuid().ToString("N");

    private protected FakeClock Clock { get; } = new();

    internal abstract IRateLimiter Open();

    [Fact]
    public async Task A_bucket_is_full_at_first_and_then_refuses_with_the_time_to_wait()
    {
        var limiter = Open();
        (await TakeManyAsync(limiter, 15)).ShouldBe(10);
        (await TakeAsync(limiter)).RetryAfter.ShouldBe(TimeSpan.FromSeconds(0.5));
    }

    [Fact]
    public async Task Time_fills_it_and_not_beyond_the_brim()
    {
        var limiter = Open();
        await TakeManyAsync(limiter, 10);
        Clock.Advance(TimeSpan.FromSeconds(0.499));
        (await TakeAsync(limiter)).IsAllowed.ShouldBeFalse();
        Clock.Advance(TimeSpan.FromSeconds(0.001));
        (await TakeAsync(limiter)).IsAllowed.ShouldBeTrue();
        (await TakeAsync(limiter)).IsAllowed.ShouldBeFalse();
        Clock.Advance(TimeSpan.FromHours(1));
        (await TakeManyAsync(limiter, 15)).ShouldBe(10);
    }

    [Fact]
    public async Task Keys_and_limits_are_apart()
    {
        var limiter = Open();
        await TakeManyAsync(limiter, 10);
        (await TakeAsync(limiter, key: Key + "x")).IsAllowed.ShouldBeTrue();
        (await limiter.TakeAsync(Ten with { Name = "other" }, Key, 1, CancellationToken.None).Soon()).IsAllowed.ShouldBeTrue();
        (await TakeAsync(limiter)).IsAllowed.ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_too_much_now_takes_nothing()
    {
        var limiter = Open();
        (await TakeAsync(limiter, 7)).IsAllowed.ShouldBeTrue();
        (await TakeAsync(limiter, 4)).RetryAfter.ShouldBe(TimeSpan.FromSeconds(0.5));
        (await TakeAsync(limiter, 3)).IsAllowed.ShouldBeTrue();
    }

    [Fact]
    public async Task More_than_the_bucket_holds_empties_it()
    {
        var limiter = Open();
        (await TakeAsync(limiter, 1_000)).IsAllowed.ShouldBeTrue();
        (await TakeAsync(limiter)).IsAllowed.ShouldBeFalse();
        (await TakeAsync(limiter, 1_000)).RetryAfter.ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Many_at_once_get_what_there_is()
    {
        var limiter = Open();
        var decisions = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => TakeAsync(limiter)))).Soon();
        decisions.Count(decision => decision.IsAllowed).ShouldBe(10);
    }

    private protected Task<RateDecision> TakeAsync(IRateLimiter limiter, int cost = 1, string? key = null) =>
        limiter.TakeAsync(Ten, key ?? Key, cost, CancellationToken.None).Soon();

    /// <summary>How many of so many attempts are allowed.</summary>
    private protected async Task<int> TakeManyAsync(IRateLimiter limiter, int attempts)
    {
        var allowed = 0;
        for (var attempt = 0; attempt < attempts; attempt++)
        {
            allowed += (await TakeAsync(limiter)).IsAllowed ? 1 : 0;
        }

        return allowed;
    }
}
