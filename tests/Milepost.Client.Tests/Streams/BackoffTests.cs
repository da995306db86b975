using Milepost.Client.Streams;

namespace Milepost.Client.Tests.Streams;

public sealed class BackoffTests
{
    private static readonly TimeSpan Min = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Max = TimeSpan.FromSeconds(30);

    [Fact]
    public void Ceiling_doubles_up_to_the_maximum()
    {
        var backoff = new Backoff(Min, Max, new Always(0.999999));
        Enumerable.Range(0, 9).Select(_ => Math.Round(backoff.Next(asked: null).TotalSeconds, 2)).ShouldBe([0.5, 1, 2, 4, 8, 16, 30, 30, 30]);
    }

    [Fact]
    public void Jitter_is_full()
    {
        new Backoff(Min, Max, new Always(0)).Next(asked: null).ShouldBe(TimeSpan.Zero);
        var backoff = new Backoff(Min, Max, new Random(1));
        var waits = Enumerable.Range(0, 1000).Select(_ =>
        {
            backoff.Reset();
            return backoff.Next(asked: null).TotalSeconds;
        }).ToList();
        waits.Average().ShouldBeInRange(0.24, 0.26);
        waits.Max().ShouldBeLessThan(0.5);
    }

    [Fact]
    public void Progress_starts_it_over()
    {
        var backoff = new Backoff(Min, Max, new Always(0.999999));
        backoff.Next(asked: null);
        backoff.Next(asked: null);
        backoff.Reset();
        Math.Round(backoff.Next(asked: null).TotalSeconds, 2).ShouldBe(0.5);
    }

    [Fact]
    public void Server_s_wish_is_the_least_and_jitter_comes_on_top() =>
        new Backoff(Min, Max, new Always(0.5)).Next(TimeSpan.FromSeconds(40)).ShouldBe(TimeSpan.FromSeconds(40.25));

    [Fact]
    public void A_thousand_failures_do_not_overflow()
    {
        var backoff = new Backoff(Min, Max, new Always(0.5));
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            backoff.Next(asked: null).ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromSeconds(15));
        }
    }

    private sealed class Always(double value) : Random(1)
    {
        public override double NextDouble() => value;
    }
}
