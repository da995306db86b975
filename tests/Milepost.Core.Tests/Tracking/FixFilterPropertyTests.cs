using FsCheck;
using FsCheck.Fluent;
using Milepost.Core.Tracking;
using static Milepost.Core.Tests.Tracking.Places;

namespace Milepost.Core.Tests.Tracking;

public sealed class FixFilterPropertyTests
{
    // Times around the present and far from it, places on one street, far away, at 0/0 and nowhere; much is equal to something else.
    private static readonly Gen<LocationFix> Fixes =
        from time in Gen.OneOf(Gen.Choose(0, 120), Gen.Choose(-5000, 5000), Gen.Elements(int.MaxValue))
        from delay in Gen.Choose(-3, 60)
        from sequence in Gen.Elements<long?>(null, 1, 2, 3)
        from at in Gen.OneOf(Gen.Choose(0, 40).Select(step => From(step * 30)), Gen.Elements(From(90_000), From(90_100), new GeoPoint(0, 0), new GeoPoint(double.NaN, 500)))
        from accuracy in Gen.Elements<double?>(null, 5, 40, 150, 5000, -1)
        from heading in Gen.Elements<double?>(null, -1, 0, 90, 360)
        select Fix(time, at, accuracy, delay, sequence) with { HeadingDegrees = heading, ReceivedAt = At(Math.Clamp(time + delay, 0, 130)) };

    private static readonly Gen<(LocationFix[][] Batches, int Seed)> Runs =
        from batches in Gen.ListOf(Gen.NonEmptyListOf(Fixes).Select(list => list.ToArray()), 6)
        from seed in Gen.Choose(0, int.MaxValue)
        select (batches.ToArray(), seed);

    [Fact]
    public void Accepted_times_rise_and_never_lie_ahead() => Hold(run =>
    {
        DriverTrack? track = null;
        DateTimeOffset? last = null;
        for (var index = 0; index < run.Batches.Length; index++)
        {
            var now = At(100 + (index * 5));
            var result = FixFilter.Accept(track, run.Batches[index], TrackingOptions.Default, now);
            foreach (var fix in result.Accepted)
            {
                (fix.Time <= now && fix.Time <= fix.ReceivedAt).ShouldBeTrue();
                (last is null || fix.Time > last).ShouldBeTrue();
                fix.At.IsPlace().ShouldBeTrue();
                fix.HeadingDegrees.ShouldNotBe(-1);
                last = fix.Time;
            }

            (result.Accepted.Count + result.Refused.Values.Sum()).ShouldBe(run.Batches[index].Length);
            track = result.Track;
        }
    });

    [Fact]
    public void The_order_within_a_batch_does_not_matter() => Hold(run =>
    {
        DriverTrack? one = null, other = null;
        var random = new System.Random(run.Seed);
        foreach (var batch in run.Batches)
        {
            var (left, right) = (FixFilter.Accept(one, batch, TrackingOptions.Default, At(130)), FixFilter.Accept(other, [.. batch.OrderBy(_ => random.Next())], TrackingOptions.Default, At(130)));
            right.Accepted.ShouldBe(left.Accepted);
            right.Refused.ShouldBe(left.Refused, ignoreOrder: true);
            right.Track.ShouldBe(left.Track);
            (one, other) = (left.Track, right.Track);
        }
    });

    [Fact]
    public void A_batch_that_comes_twice_changes_nothing_the_second_time() => Hold(run =>
    {
        DriverTrack? track = null;
        foreach (var batch in run.Batches)
        {
            var first = FixFilter.Accept(track, batch, TrackingOptions.Default, At(130));
            var again = FixFilter.Accept(first.Track, batch, TrackingOptions.Default, At(130));
            again.Accepted.ShouldBeEmpty();
            again.Track.ShouldBe(first.Track);
            track = first.Track;
        }
    });

    // Whatever came before, an honest device is believed by its third fix.
    [Fact]
    public void Whatever_came_before_an_honest_device_is_believed_again() => Hold(run =>
    {
        DriverTrack? track = null;
        foreach (var batch in run.Batches)
        {
            track = FixFilter.Accept(track, batch, TrackingOptions.Default, At(130)).Track;
        }

        for (var second = 131; second <= 133; second++)
        {
            track = FixFilter.Accept(track, [Fix(second, From(-70_000 + (second * 10)))], TrackingOptions.Default, At(second)).Track;
        }

        track!.Last!.Time.ShouldBe(At(133));
        track.Last.At.ShouldBe(From(-70_000 + 1330));
    });

    private static void Hold(Action<(LocationFix[][] Batches, int Seed)> body) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(400), Prop.ForAll(Runs.ToArbitrary(), body));
}
