using FsCheck;
using FsCheck.Fluent;
using Milepost.Core.Tracking;
using static Milepost.Core.Tests.Tracking.Places;

namespace Milepost.Core.Tests.Tracking;

public sealed class ConflationTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    [Fact]
    public void The_first_fix_goes_out_at_once()
    {
        var step = Conflation.Start.Offer(Fix(0, 0), Interval, At(0));
        (step.Publish, step.HeldUntil, step.State).ShouldBe((Fix(0, 0), null, new Conflation(At(0), null)));
    }

    [Fact]
    public void Of_a_burst_the_newest_goes_out_at_the_end_of_the_interval()
    {
        var step = Conflation.Start.Offer(Fix(0, 0), Interval, At(0));
        foreach (var second in (double[])[0.5, 1.9, 1.2])
        {
            step = step.State.Offer(Fix(second, second), Interval, At(1.95));
            (step.Publish, step.HeldUntil).ShouldBe((null, At(2)));
        }

        step.State.Due(Interval, At(1.99)).Publish.ShouldBeNull();
        step = step.State.Due(Interval, At(2));
        (step.Publish, step.HeldUntil).ShouldBe((Fix(1.9, 1.9), null));
        step.State.Due(Interval, At(60)).Publish.ShouldBeNull();
    }

    [Fact]
    public void Behind_the_interval_a_fix_goes_out_at_once() =>
        new Conflation(At(0), null).Offer(Fix(2, 2), Interval, At(2)).Publish.ShouldBe(Fix(2, 2));

    [Fact]
    public void A_clock_that_was_put_back_holds_nothing() =>
        new Conflation(At(3600), null).Offer(Fix(2, 2), Interval, At(2)).Publish.ShouldBe(Fix(2, 2));

    [Fact]
    public void Nobody_gets_more_than_one_in_an_interval_and_the_newest_is_never_lost() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(Gen.NonEmptyListOf(Gen.Choose(0, 1500)).ToArbitrary(), gaps =>
        {
            var (state, now, held) = (Conflation.Start, 0.0, (DateTimeOffset?)null);
            var published = new List<(DateTimeOffset At, LocationFix Fix)>();
            foreach (var gap in gaps)
            {
                now += gap / 1000.0;
                while (held <= At(now))
                {
                    Take(state.Due(Interval, held.Value), held.Value);
                }

                Take(state.Offer(Fix(now, now), Interval, At(now)), At(now));
            }

            if (held is { } end)
            {
                Take(state.Due(Interval, end), end);
            }

            published[^1].Fix.Time.ShouldBe(At(now));
            published.Zip(published.Skip(1)).ShouldAllBe(pair => pair.Second.At - pair.First.At >= Interval && pair.Second.Fix.Time >= pair.First.Fix.Time);

            void Take(ConflationStep step, DateTimeOffset at)
            {
                (state, held) = (step.State, step.HeldUntil);
                if (step.Publish is { } fix)
                {
                    published.Add((at, fix));
                }
            }
        }));
}

public sealed class HistoryThinningTests
{
    [Theory]
    [InlineData(29.9, 0, false)]
    [InlineData(30, 0, true)]
    [InlineData(1, 99, false)]
    [InlineData(1, 101, true)]
    [InlineData(0, 5000, false)]
    [InlineData(-40, 5000, false)]
    public void A_fix_is_kept_when_it_is_later_or_farther(double seconds, double meters, bool kept) =>
        HistoryThinning.Keeps(Fix(0, 0), Fix(seconds, meters), TrackingOptions.Default).ShouldBe(kept);

    [Fact]
    public void A_batch_is_thinned_by_what_was_kept_of_it()
    {
        var track = new DriverTrack { DriverId = "d-1" };
        var (after, kept) = HistoryThinning.Step(track, [.. Enumerable.Range(0, 100).Select(second => Fix(second, second))], TrackingOptions.Default);
        kept.Select(fix => (fix.Time - Start).TotalSeconds).ShouldBe([0, 30, 60, 90]);
        after.Kept.ShouldBe(kept[^1]);
        HistoryThinning.Step(after, [Fix(119, 90)], TrackingOptions.Default).Kept.ShouldBeEmpty();
    }
}
