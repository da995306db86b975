using Milepost.Core.Etas;
using Milepost.Core.Tracking;

namespace Milepost.Core.Tests.Etas;

public sealed class EtaEstimatorTests
{
    private static readonly DateTimeOffset Now = Some.Evening;
    private static readonly GeoPoint Somewhere = new(52.5, 13.4);

    [Fact]
    public void Without_a_history_it_is_35_kilometers_an_hour_and_not_sure()
    {
        var eta = EtaEstimator.FromProgress(35_000, null, 0, Now, Now);
        eta.At.ShouldBe(Now.AddHours(1));
        (eta.Source, eta.Confidence, eta.CalculatedAt).ShouldBe((EtaSource.Estimate, EtaConfidence.Low, Now));
        // 40 % to the late side, half of that to the early one.
        (eta.From, eta.To).ShouldBe((Now.AddMinutes(48), Now.AddMinutes(84)));
    }

    [Theory]
    [InlineData(0, 35 / 3.6)]
    [InlineData(120, (5 + (35 / 3.6)) / 2)]
    [InlineData(600, ((5 * 5) + (35 / 3.6)) / 6)]
    [InlineData(6000, ((5 * 5) + (35 / 3.6)) / 6)]
    public void The_more_was_observed_the_more_it_counts(double seconds, double pace) =>
        EtaEstimator.Pace(Seen(5, seconds)).ShouldBe(pace, 0.001);

    [Fact]
    public void Who_waits_will_go_on() => EtaEstimator.Pace(Seen(0, 600)).ShouldBe(EtaEstimator.DefaultMetersPerSecond / 6, 0.001);

    [Fact]
    public void Nobody_is_slower_than_on_foot() => EtaEstimator.Pace(Seen(0, 1e9) with { MetersPerSecond = 0 }).ShouldBeGreaterThanOrEqualTo(EtaEstimator.SlowestMetersPerSecond);

    [Theory]
    [InlineData(59, 0, 0, EtaConfidence.Low)]
    [InlineData(60, 0, 0, EtaConfidence.Medium)]
    [InlineData(300, 0, 0, EtaConfidence.High)]
    [InlineData(300, 0, 60, EtaConfidence.High)]
    [InlineData(300, 0, 61, EtaConfidence.Medium)]
    [InlineData(300, 0, 301, EtaConfidence.Low)]
    [InlineData(300, 1, 0, EtaConfidence.Medium)]
    [InlineData(300, 3, 0, EtaConfidence.Medium)]
    [InlineData(300, 4, 0, EtaConfidence.Low)]
    [InlineData(300, null, 0, EtaConfidence.Medium)]
    public void Confidence_comes_from_what_was_seen_and_how_long_ago(double observed, int? stops, double age, EtaConfidence confidence) =>
        EtaEstimator.FromProgress(5000, Seen(9, observed), stops, Now.AddSeconds(-age), Now).Confidence.ShouldBe(confidence);

    [Fact]
    public void Each_stop_before_takes_its_time() =>
        (EtaEstimator.FromProgress(5000, null, 2, Now, Now).At - EtaEstimator.FromProgress(5000, null, 0, Now, Now).At).ShouldBe(2 * EtaEstimator.PerStop);

    [Fact]
    public void An_old_fix_widens_the_window_but_not_the_estimate()
    {
        var (young, old) = (EtaEstimator.FromProgress(9000, null, 0, Now.AddMinutes(-4), Now.AddMinutes(-4)), EtaEstimator.FromProgress(9000, null, 0, Now.AddMinutes(-4), Now));
        old.At.ShouldBe(young.At);
        (old.To - old.From).ShouldBeGreaterThan(young.To - young.From + TimeSpan.FromMinutes(4));
    }

    [Fact]
    public void It_is_never_in_the_past_and_its_window_holds_it()
    {
        foreach (var meters in (double[])[0, 10, 500, 20_000])
        {
            foreach (var age in (double[])[0, 30, 1800, 20_000])
            {
                var eta = EtaEstimator.FromProgress(meters, Seen(12, 400), 0, Now.AddSeconds(-age), Now);
                eta.At.ShouldBeGreaterThanOrEqualTo(Now.AddMinutes(1));
                eta.From.ShouldBeInRange(Now, eta.At);
                (eta.To - eta.At).ShouldBeGreaterThanOrEqualTo(EtaEstimator.ShortestReach);
            }
        }
    }

    [Fact]
    public void A_fix_that_seems_to_come_from_the_future_makes_nothing_earlier() =>
        EtaEstimator.FromProgress(9000, null, 0, Now.AddMinutes(10), Now).ShouldBe(EtaEstimator.FromProgress(9000, null, 0, Now, Now));

    [Fact]
    public void What_cannot_be_is_refused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => EtaEstimator.FromProgress(-1, null, 0, Now, Now));
        Should.Throw<ArgumentOutOfRangeException>(() => EtaEstimator.FromProgress(1, null, -1, Now, Now));
    }

    private static SpeedHistory Seen(double speed, double seconds) => new(speed, seconds, Now, Somewhere);
}
