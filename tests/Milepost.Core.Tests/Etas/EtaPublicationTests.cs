using FsCheck;
using FsCheck.Fluent;
using Milepost.Core.Etas;

namespace Milepost.Core.Tests.Etas;

public sealed class EtaPublicationTests
{
    private static readonly DateTimeOffset Start = Some.Evening;

    [Fact]
    public void The_first_estimate_is_shown()
    {
        var step = EtaPublication.Step(null, In(30), Start);
        (step.Verdict, step.Publish, step.CheckAt).ShouldBe((EtaVerdict.First, true, null));
        (step.State.Shown, step.State.ShownAt, step.State.Revision).ShouldBe((In(30), Start, 1));
    }

    // Shown: in 30 minutes, 20 to 45. A tenth of the remaining time is about three minutes, and two minutes where less than twenty are left.
    [Theory]
    [InlineData(30, EtaVerdict.Same)]
    [InlineData(33.2, EtaVerdict.Same)]
    [InlineData(33.4, EtaVerdict.Later)]
    [InlineData(27.4, EtaVerdict.Same)]
    [InlineData(27.2, EtaVerdict.Settling)]
    [InlineData(46, EtaVerdict.Later)]
    [InlineData(19, EtaVerdict.Settling)]
    public void A_change_counts_from_a_tenth_of_the_remaining_time(double minutes, EtaVerdict verdict) =>
        EtaPublication.Step(Shown(In(30)), In(minutes), Start).Verdict.ShouldBe(verdict);

    [Theory]
    [InlineData(11.9, EtaVerdict.Same)]
    [InlineData(12, EtaVerdict.Later)]
    [InlineData(8.1, EtaVerdict.Same)]
    [InlineData(8, EtaVerdict.Settling)]
    public void A_change_counts_from_two_minutes_where_little_is_left(double minutes, EtaVerdict verdict) =>
        EtaPublication.Step(Shown(In(10)), In(minutes), Start).Verdict.ShouldBe(verdict);

    [Theory]
    [InlineData(30.9, EtaVerdict.Same)]
    [InlineData(31.1, EtaVerdict.Later)]
    [InlineData(29.6, EtaVerdict.Same)]
    [InlineData(29.4, EtaVerdict.Settling)]
    public void A_change_counts_that_leaves_the_shown_window(double minutes, EtaVerdict verdict) =>
        EtaPublication.Step(Shown(In(30) with { From = At(29.5), To = At(31) }), In(minutes), Start).Verdict.ShouldBe(verdict);

    [Theory]
    [InlineData(31.9, EtaVerdict.Same)]
    [InlineData(33.5, EtaVerdict.Later)]
    [InlineData(28.1, EtaVerdict.Same)]
    [InlineData(26, EtaVerdict.Settling)]
    public void A_time_without_a_window_is_not_meant_to_the_second(double minutes, EtaVerdict verdict) =>
        EtaPublication.Step(Shown(In(30) with { From = At(30), To = At(30) }), In(minutes) with { From = At(minutes), To = At(minutes) }, Start).Verdict.ShouldBe(verdict);

    [Fact]
    public void Later_is_shown_at_once()
    {
        var step = EtaPublication.Step(Shown(In(30)), In(40) with { Reason = "traffic" }, At(1));
        (step.Verdict, step.State.Shown!.At, step.State.Shown.Reason, step.State.Revision).ShouldBe((EtaVerdict.Later, At(40), "traffic", 2));
    }

    [Fact]
    public void Earlier_is_shown_when_it_has_been_so_for_a_minute_and_then_the_latest_of_it()
    {
        var step = EtaPublication.Step(Shown(In(30)), In(20), Start);
        (step.Verdict, step.Publish, step.CheckAt).ShouldBe((EtaVerdict.Settling, false, At(1)));
        step = EtaPublication.Step(step.State, In(24), At(0.5));
        (step.Verdict, step.CheckAt).ShouldBe((EtaVerdict.Settling, At(1)));
        EtaPublication.Step(step.State, In(21), At(0.99)).Publish.ShouldBeFalse();
        step = EtaPublication.Step(step.State, In(21), At(1));
        (step.Verdict, step.State.Shown!.At, step.State.EarlierSince, step.State.Earlier).ShouldBe((EtaVerdict.Earlier, At(24), null, null));
    }

    [Fact]
    public void Earlier_that_passes_is_never_shown()
    {
        var step = EtaPublication.Step(Shown(In(30)), In(20), Start);
        step = EtaPublication.Step(step.State, In(29), At(0.5));
        (step.Verdict, step.State.EarlierSince, step.CheckAt).ShouldBe((EtaVerdict.Same, null, null));
        EtaPublication.Step(step.State, In(20), At(1.1)).Verdict.ShouldBe(EtaVerdict.Settling);
    }

    [Fact]
    public void Later_ends_what_was_settling()
    {
        var step = EtaPublication.Step(Shown(In(30)), In(20), Start);
        step = EtaPublication.Step(step.State, In(40), At(0.5));
        (step.Verdict, step.State.EarlierSince, step.State.Earlier).ShouldBe((EtaVerdict.Later, null, null));
    }

    [Theory]
    [InlineData(-60)]
    [InlineData(0)]
    [InlineData(0.9)]
    public void Nobody_is_told_less_than_a_minute(double minutes)
    {
        var shown = EtaPublication.Step(null, In(minutes), Start).State.Shown!;
        shown.At.ShouldBe(At(1));
        shown.From.ShouldBeInRange(At(0), At(1));
        shown.To.ShouldBeGreaterThanOrEqualTo(At(1));
    }

    [Fact]
    public void A_driver_who_does_not_come_is_not_told_every_minute()
    {
        // "In a minute" for half an hour, asked every ten seconds.
        var (state, shown) = (Shown(In(2)), 0);
        for (var second = 0; second <= 1800; second += 10)
        {
            var step = EtaPublication.Step(state, In(second / 60.0), At(second / 60.0));
            (state, shown) = (step.State, shown + (step.Publish ? 1 : 0));
        }

        shown.ShouldBeInRange(10, 16);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-5, 0)]
    [InlineData(-5, 1)]
    [InlineData(0, 2)]
    public void Nor_is_one_of_whom_it_is_said_every_two_seconds_that_it_takes_twenty_more(double from, double to)
    {
        EtaState? state = null;
        var shown = new List<DateTimeOffset>();
        for (var second = 0; second <= 600; second += 2)
        {
            var (now, at) = (Start.AddSeconds(second), Start.AddSeconds(second + 20));
            var step = EtaPublication.Step(state, In(0) with { At = at, From = at.AddMinutes(from), To = at.AddMinutes(to) }, now);
            state = step.State;
            if (step.Publish)
            {
                shown.Add(now);
            }
        }

        shown.Zip(shown.Skip(1)).ShouldAllBe(pair => pair.Second - pair.First >= TimeSpan.FromMinutes(2));
        shown.Count.ShouldBeInRange(4, 6);
    }

    [Fact]
    public void What_somebody_else_showed_is_what_counts()
    {
        var state = Shown(In(30)).With(In(50), At(1));
        (state.Revision, EtaPublication.Step(state, In(51), At(2)).Verdict).ShouldBe((2, EtaVerdict.Same));
    }

    [Fact]
    public void What_changes_nothing_leaves_the_state_the_same_object()
    {
        var state = Shown(In(30));
        EtaPublication.Step(state, In(31), At(1)).State.ShouldBeSameAs(state);
    }

    [Fact]
    public void What_settles_and_is_overtaken_by_the_clock_is_no_news()
    {
        // Shown: in 4 minutes. First "in 1.5", then nothing for two minutes: that is half past, and no change any more.
        var step = EtaPublication.Step(Shown(In(4)), In(1.5), Start);
        step.Verdict.ShouldBe(EtaVerdict.Settling);
        step = EtaPublication.Step(step.State, In(1.5), At(2));
        (step.Verdict, step.CheckAt).ShouldBe((EtaVerdict.Same, null));
    }

    // A true arrival, and an estimate every ten seconds that wobbles round it.
    [Fact]
    public void Noise_within_the_threshold_is_shown_once() => Hold(90, noise => Series(noise, 2.9).Count.ShouldBe(1));

    [Fact]
    public void Noise_of_ten_minutes_is_shown_a_few_times() => Hold(360, noise =>
    {
        // An hour of it. Each time it got later leaves less room for the next.
        var shown = Series(noise, 10);
        shown.Count.ShouldBeLessThanOrEqualTo(12);
    });

    [Fact]
    public void Whatever_comes_is_shown_ahead_and_earlier_never_twice_in_a_minute() => Hold(200, noise =>
    {
        DateTimeOffset? changed = null;
        EtaState? state = null;
        foreach (var (index, minutes) in noise.Index())
        {
            var now = At(index / 6.0);
            var step = EtaPublication.Step(state, In((minutes / 2.0) + (index / 6.0)), now);
            if (step.Publish)
            {
                step.State.Shown!.At.ShouldBeGreaterThanOrEqualTo(now + EtaPublication.Floor);
                (step.Verdict != EtaVerdict.Earlier || now - changed >= EtaPublication.Stable).ShouldBeTrue();
                changed = now;
            }

            (step.CheckAt is null || step.CheckAt > now).ShouldBeTrue();
            (step.State.EarlierSince is null).ShouldBe(step.Verdict != EtaVerdict.Settling);
            state = step.State;
        }
    });

    private static List<EtaEstimate> Series(IReadOnlyList<int> noise, double amplitude)
    {
        var shown = new List<EtaEstimate>();
        EtaState? state = null;
        foreach (var (index, share) in noise.Index())
        {
            var step = EtaPublication.Step(state, In(90 + (amplitude * share / 200.0)), At(index / 6.0));
            state = step.State;
            if (step.Publish)
            {
                shown.Add(state.Shown!);
            }
        }

        return shown;
    }

    private static void Hold(int length, Action<IReadOnlyList<int>> body) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(Gen.ListOf(Gen.Choose(-100, 100), length).ToArbitrary(), list => body([.. list])));

    private static DateTimeOffset At(double minutes) => Start.AddMinutes(minutes);

    private static EtaEstimate In(double minutes) => new()
    {
        At = At(minutes),
        From = At(minutes - 10),
        To = At(minutes + 15),
        Source = EtaSource.Estimate,
        Confidence = EtaConfidence.Medium,
        CalculatedAt = Start,
    };

    private static EtaState Shown(EtaEstimate estimate) => EtaPublication.Step(null, estimate, Start).State;
}
