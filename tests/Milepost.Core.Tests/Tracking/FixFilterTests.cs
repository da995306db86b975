using Milepost.Core.Tracking;
using static Milepost.Core.Tests.Tracking.Places;

namespace Milepost.Core.Tests.Tracking;

public sealed class FixFilterTests
{
    private static readonly TrackingOptions Rules = TrackingOptions.Default;

    [Fact]
    public void A_batch_is_put_in_the_order_of_its_times()
    {
        var result = Take(null, 60, Fix(40, 400), Fix(20, 200), Fix(60, 600), Fix(0, 0), Fix(50, 500));
        result.Accepted.Select(fix => (fix.Time - Start).TotalSeconds).ShouldBe([0, 20, 40, 50, 60]);
        result.Newest!.Time.ShouldBe(At(60));
        result.Track.Last.ShouldBe(result.Newest);
        result.Refused.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_not_newer_than_the_last_one_is_dropped()
    {
        var before = Take(null, 60, Fix(60, 600)).Track;
        var result = Take(before, 62, Fix(59, 590), Fix(60, 600), Fix(30, 300), Fix(61, 610));
        result.Accepted.ShouldHaveSingleItem().Time.ShouldBe(At(61));
        result.Refused.ShouldBe(new Dictionary<FixRefusal, int> { [FixRefusal.Older] = 2, [FixRefusal.Duplicate] = 1 }, ignoreOrder: true);
    }

    [Fact]
    public void Nothing_new_leaves_the_state_the_same_object()
    {
        var before = Take(null, 60, Fix(60, 600)).Track;
        Take(before, 61, Fix(60, 600), Fix(10, 0)).Track.ShouldBeSameAs(before);
    }

    [Fact]
    public void Of_the_same_moment_the_one_with_the_higher_sequence_counts()
    {
        var result = Take(null, 10, Fix(10, From(20), sequence: 8), Fix(10, From(10), sequence: 7), Fix(10, From(0)));
        result.Accepted.ShouldHaveSingleItem().Sequence.ShouldBe(8);
        result.Refused.ShouldBe(new Dictionary<FixRefusal, int> { [FixRefusal.Duplicate] = 2 });
    }

    public static TheoryData<double, double, FixRefusal> Places() => new()
    {
        { 0, 0, FixRefusal.NullIsland },
        { 0.00001, -0.00001, FixRefusal.NullIsland },
        { 90.1, 13, FixRefusal.OutOfRange },
        { 52, -180.5, FixRefusal.OutOfRange },
        { double.NaN, 13, FixRefusal.OutOfRange },
        { 52, double.PositiveInfinity, FixRefusal.OutOfRange },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public void What_is_no_place_is_dropped(double lat, double lon, FixRefusal refusal)
    {
        var result = Take(null, 20, Fix(0, 0), Fix(10, new GeoPoint(lat, lon)), Fix(20, 100));
        result.Accepted.Count.ShouldBe(2);
        result.Refused.ShouldBe(new Dictionary<FixRefusal, int> { [refusal] = 1 });
    }

    [Fact]
    public void Exchanged_coordinates_are_dropped_where_the_driver_has_something_to_do_elsewhere()
    {
        LocationFix[] batch = [Fix(0, From(0).Swapped()), Fix(10, From(100).Swapped()), Fix(20, From(200)), Fix(30, new GeoPoint(122, 52))];
        var result = FixFilter.Accept(null, batch, Rules, At(30), near: Door);
        result.Accepted.ShouldHaveSingleItem().At.ShouldBe(From(200));
        result.Refused.ShouldBe(new Dictionary<FixRefusal, int> { [FixRefusal.Swapped] = 2, [FixRefusal.OutOfRange] = 1 }, ignoreOrder: true);
        FixFilter.Accept(null, [Fix(0, new GeoPoint(48.14, 11.58))], Rules, At(0), near: Door).Accepted.Count.ShouldBe(1, "another city is a place to be");
        FixFilter.Accept(null, [Fix(0, new GeoPoint(-122.4, 37.8))], Rules, At(0), near: new GeoPoint(37.7, -122.5)).Refused.ShouldBe(new Dictionary<FixRefusal, int> { [FixRefusal.Swapped] = 1 });
    }

    [Theory]
    [InlineData(3600, true)]
    [InlineData(3601, false)]
    public void What_is_too_old_says_nothing_about_now(double age, bool taken)
    {
        var result = Take(null, age, Fix(0, 0));
        result.Accepted.Count.ShouldBe(taken ? 1 : 0);
        result.Refused.GetValueOrDefault(FixRefusal.TooOld).ShouldBe(taken ? 0 : 1);
    }

    [Theory]
    [InlineData(null, FixQuality.Ok)]
    [InlineData(50.0, FixQuality.Ok)]
    [InlineData(50.1, FixQuality.Imprecise)]
    [InlineData(1000.0, FixQuality.Imprecise)]
    [InlineData(0.0, FixQuality.Ok)]
    [InlineData(-1.0, FixQuality.Ok)]
    [InlineData(double.NaN, FixQuality.Ok)]
    public void Accuracy_marks_a_fix(double? accuracy, FixQuality quality)
    {
        var fix = Take(null, 0, Fix(0, From(0), accuracy)).Newest.ShouldNotBeNull();
        fix.Quality.ShouldBe(quality);
        fix.AccuracyMeters.ShouldBe(accuracy > 0 ? accuracy : null);
    }

    [Fact]
    public void A_fix_that_could_be_anywhere_is_dropped() =>
        Take(null, 0, Fix(0, From(0), accuracy: 1001)).Refused.ShouldBe(new Dictionary<FixRefusal, int> { [FixRefusal.Inaccurate] = 1 });

    [Theory]
    [InlineData(0.0, 0.0)]
    [InlineData(359.9, 359.9)]
    [InlineData(360.0, 0.0)]
    [InlineData(450.0, 90.0)]
    [InlineData(-1.0, null)]
    [InlineData(double.NaN, null)]
    [InlineData(double.PositiveInfinity, null)]
    [InlineData(null, null)]
    public void A_heading_is_within_a_turn_or_not_known(double? heading, double? taken) =>
        Take(null, 0, Fix(0, 0) with { HeadingDegrees = heading }).Newest!.HeadingDegrees.ShouldBe(taken);

    [Theory]
    [InlineData(0.0, 0.0)]
    [InlineData(13.9, 13.9)]
    [InlineData(-1.0, null)]
    [InlineData(double.NaN, null)]
    [InlineData(61.0, null)]
    public void A_speed_is_possible_or_not_known(double? speed, double? taken) =>
        Take(null, 0, Fix(0, 0) with { SpeedMetersPerSecond = speed }).Newest!.SpeedMetersPerSecond.ShouldBe(taken);

    [Fact]
    public void A_date_in_the_future_is_now_and_does_not_freeze_the_marker()
    {
        var result = Take(null, 10, Fix(10, From(0)) with { Time = At(400_000_000), ReceivedAt = At(9.5) });
        result.Newest!.Time.ShouldBe(At(9.5));
        result.Clamped.ShouldBe(1);
        var after = Take(result.Track, 12, Fix(11, From(20)));
        after.Newest!.At.ShouldBe(From(20));
    }

    [Fact]
    public void A_clock_that_is_ten_minutes_ahead_still_drives()
    {
        DriverTrack? track = null;
        for (var second = 0; second < 60; second += 2)
        {
            var result = Take(track, second, Fix(second, From(second * 10)) with { Time = At(second + 600) });
            result.Newest.ShouldNotBeNull().Time.ShouldBe(At(second));
            track = result.Track;
        }
    }

    [Fact]
    public void Of_several_in_the_future_the_newest_counts()
    {
        var result = Take(null, 10, [.. new[] { 600, 602, 604 }.Select(time => Fix(10, From(time)) with { Time = At(time) })]);
        result.Accepted.ShouldHaveSingleItem().At.ShouldBe(From(604));
        result.Refused.ShouldBe(new Dictionary<FixRefusal, int> { [FixRefusal.Future] = 2 });
    }

    [Fact]
    public void A_fix_of_the_future_that_is_sent_again_is_the_same_one()
    {
        var fix = Fix(0, From(0), sequence: 5) with { Time = At(600), ReceivedAt = At(0) };
        var before = Take(null, 0, fix).Track;
        Take(before, 20, fix with { ReceivedAt = At(20) }).Refused.ShouldBe(new Dictionary<FixRefusal, int> { [FixRefusal.Duplicate] = 1 });
    }

    [Fact]
    public void A_fix_of_the_future_that_is_sent_again_under_another_number_is_the_same_one()
    {
        var fix = Fix(0, From(0), sequence: 5) with { Time = At(600), ReceivedAt = At(0) };
        var before = Take(null, 0, fix).Track;
        Take(before, 20, fix with { ReceivedAt = At(20), Sequence = 6 }).Refused.ShouldBe(new Dictionary<FixRefusal, int> { [FixRefusal.Duplicate] = 1 });
    }

    /// <summary>Each receipt gives it another time; it is one measurement all the same.</summary>
    [Theory]
    [InlineData(5L)]
    [InlineData(6L)]
    public void A_jump_of_the_future_that_is_sent_again_confirms_nothing(long sequence)
    {
        var jump = Fix(10, 30_000) with { Time = At(610), ReceivedAt = At(10), Sequence = 5 };
        var before = Take(Take(null, 0, Fix(0, 0)).Track, 10, jump).Track;
        var again = Take(before, 11, jump with { ReceivedAt = At(11), Sequence = sequence });
        again.Newest.ShouldBeNull();
        again.Refused.ShouldBe(new Dictionary<FixRefusal, int> { [FixRefusal.Teleport] = 1 });
        Take(again.Track, 12, Fix(12, 30_010)).Newest.ShouldNotBeNull("another one that agrees does").Quality.ShouldBe(FixQuality.Suspect);
    }

    [Theory]
    [InlineData(30, FixQuality.Ok)]
    [InlineData(31, FixQuality.Late)]
    public void What_comes_long_after_it_was_measured_is_late(double delay, FixQuality quality) =>
        Take(null, delay, Fix(0, From(0), delay: delay)).Newest!.Quality.ShouldBe(quality);

    [Fact]
    public void Behind_a_tunnel_only_the_newest_moves_the_marker()
    {
        var before = Take(null, 0, Fix(0, 0)).Track;
        var batch = Enumerable.Range(1, 90).Select(index => Fix(index * 2, From(index * 30)) with { ReceivedAt = At(181) }).Reverse().ToArray();
        var result = Take(before, 181, batch);
        result.Accepted.Count.ShouldBe(90);
        result.Newest!.At.ShouldBe(From(2700));
        result.Newest.Quality.ShouldBe(FixQuality.Ok);
        result.Accepted.Count(fix => fix.Quality == FixQuality.Late).ShouldBe(75);
        result.Refused.ShouldBeEmpty();
    }

    [Fact]
    public void A_late_batch_behind_a_newer_fix_moves_nothing()
    {
        var before = Take(null, 200, Fix(200, 2000)).Track;
        var result = Take(before, 201, [.. Enumerable.Range(1, 50).Select(index => Fix(index * 2, From(index * 20)) with { ReceivedAt = At(201) })]);
        result.Newest.ShouldBeNull();
        result.Track.ShouldBeSameAs(before);
        result.Refused.ShouldBe(new Dictionary<FixRefusal, int> { [FixRefusal.Older] = 50 });
    }

    [Fact]
    public void One_fix_far_away_is_not_believed()
    {
        var result = Take(null, 30, Fix(0, 0), Fix(10, 5000), Fix(20, 100), Fix(30, 150));
        result.Accepted.Select(fix => fix.At).ShouldBe([From(0), From(100), From(150)]);
        result.Refused.ShouldBe(new Dictionary<FixRefusal, int> { [FixRefusal.Teleport] = 1 });
        result.Track.Candidate.ShouldBeNull();
    }

    [Fact]
    public void Two_fixes_in_a_row_that_agree_are_believed_and_the_first_raises_nothing()
    {
        var result = Take(null, 30, Fix(0, 0), Fix(10, 5000), Fix(20, 5100), Fix(30, 5200));
        result.Accepted.Select(fix => (fix.At, fix.Quality)).ShouldBe([(From(0), FixQuality.Ok), (From(5100), FixQuality.Suspect), (From(5200), FixQuality.Ok)]);
    }

    [Fact]
    public void Two_fixes_in_a_row_that_jump_to_different_places_confirm_nothing()
    {
        var result = Take(null, 30, Fix(0, 0), Fix(10, 50_000), Fix(20, -50_000));
        result.Newest!.At.ShouldBe(From(0));
        result.Refused.ShouldBe(new Dictionary<FixRefusal, int> { [FixRefusal.Teleport] = 2 });
        Take(result.Track, 40, Fix(40, 200)).Newest!.Quality.ShouldBe(FixQuality.Ok, "the driver was here all the while");
    }

    [Fact]
    public void An_older_fix_far_away_does_not_take_the_place_of_a_newer_one()
    {
        var track = Take(null, 20, Fix(0, 0), Fix(20, 9000)).Track;
        track = Take(track, 21, Fix(15, -9000)).Track;
        Take(track, 30, Fix(30, 9100)).Newest!.At.ShouldBe(From(9100));
    }

    [Fact]
    public void Two_phones_under_one_driver_do_not_make_the_marker_flip()
    {
        DriverTrack? track = null;
        for (var second = 0; second < 100; second += 10)
        {
            track = Take(track, second + 5, Fix(second, From(second))).Track;
            var other = Take(track, second + 5, Fix(second + 5, From(50_000 + second)));
            other.Newest.ShouldBeNull();
            track = other.Track;
        }
    }

    [Theory]
    [InlineData(60 * 10, true)]
    [InlineData((60 * 10) + 19, true)]
    [InlineData((60 * 10) + 21, false)]
    public void Who_is_faster_than_possible_beyond_the_accuracies_is_somewhere_else(double meters, bool taken) =>
        Take(null, 10, Fix(0, 0), Fix(10, meters)).Accepted.Count.ShouldBe(taken ? 2 : 1);

    [Fact]
    public void Noise_between_two_fixes_of_the_same_second_is_no_speed() =>
        Take(null, 1, Fix(0, 0), Fix(0.001, 40), Fix(0.002, 0)).Refused.ShouldBeEmpty();

    [Fact]
    public void Behind_a_long_silence_the_driver_may_be_anywhere_in_reach() =>
        Take(null, 600, Fix(0, 0), Fix(600, 20_000)).Newest!.Quality.ShouldBe(FixQuality.Ok);

    [Fact]
    public void A_batch_is_of_one_driver()
    {
        Should.Throw<ArgumentException>(() => Take(null, 0));
        Should.Throw<ArgumentException>(() => Take(null, 0, Fix(0, 0), Fix(0, 0) with { DriverId = "d-2" }));
        Should.Throw<ArgumentException>(() => Take(new DriverTrack { DriverId = "d-2" }, 0, Fix(0, 0)));
    }

    [Fact]
    public void Every_refusal_has_its_word() =>
        Enum.GetValues<FixRefusal>().Select(refusal => refusal.Wire()).Distinct().Count().ShouldBe(Enum.GetValues<FixRefusal>().Length);

    private static FilteredFixes Take(DriverTrack? state, double now, params LocationFix[] batch) => FixFilter.Accept(state, batch, Rules, At(now));
}
