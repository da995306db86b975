using Milepost.Core.Tracking;
using static Milepost.Core.Tests.Tracking.Places;

namespace Milepost.Core.Tests.Tracking;

public sealed class RouteProgressTests
{
    private static readonly TrackingOptions Rules = TrackingOptions.Default;

    // From 2 km north straight to the door.
    private static readonly RouteGeometry Straight = Along(From(2000), From(1000), From(0));

    // 1,000 m east, then a loop that crosses the first leg in its middle: 500 m along and 2,500 m along.
    private static readonly RouteGeometry Crossing = Along(From(0, 0), From(0, 1000), From(500, 1000), From(500, 500), From(-500, 500));

    // A dead end: 600 m in and the same way out.
    private static readonly RouteGeometry DeadEnd = Along(From(0, 0), From(600, 0), From(0, 0.01), From(0, -1000));

    [Fact]
    public void A_route_knows_its_length_and_its_places()
    {
        Straight.Length.ShouldBe(2000, 1);
        Geodesy.Distance(Straight.At(500), From(1500)).ShouldBeLessThan(0.5);
        Geodesy.Distance(Straight.At(-5), Straight.Start).ShouldBe(0, 1e-6);
        Geodesy.Distance(Straight.At(99_999), Straight.End).ShouldBe(0, 1e-6);
        RouteGeometry.Create([Door]).ShouldBeNull();
        RouteGeometry.Create([Door, Door]).ShouldBeNull();
        RouteGeometry.Create([])?.ShouldBeNull();
    }

    [Fact]
    public void What_is_left_begins_where_the_driver_is()
    {
        var progress = RouteProgress.Project(Straight, null, Fix(0, 1500, 20), Rules);
        progress.MetersDone.ShouldBe(500, 1);
        progress.MetersToGo.ShouldBe(1500, 1);
        progress.MetersOff.ShouldBe(20, 0.5);
        progress.OffRoute.ShouldBeFalse();
        var left = progress.Remaining(Straight);
        left.Count.ShouldBe(3);
        left[0].ShouldBe(progress.On);
        Geodesy.Distance(left[0], From(1500)).ShouldBeLessThan(1);
        left.Skip(1).ShouldBe(Straight.Points.Skip(1));
        (progress with { MetersDone = Straight.Length }).Remaining(Straight).ShouldAllBe(point => Geodesy.Distance(point, Door) < 1);
    }

    [Fact]
    public void Where_a_route_crosses_itself_the_place_does_not_jump()
    {
        RouteProgress? progress = null;
        for (var meters = 0; meters <= 1000; meters += 20)
        {
            progress = RouteProgress.Project(Crossing, progress, Fix(meters / 10.0, 8, meters), Rules);
            progress.MetersDone.ShouldBe(meters, 25);
        }

        // Round the loop and over the crossing for the second time.
        for (var meters = 1000; meters <= Crossing.Length; meters += 20)
        {
            progress = RouteProgress.Project(Crossing, progress, Fix(meters / 10.0, Crossing.At(meters)), Rules);
            progress.MetersDone.ShouldBe(meters, 25);
        }

        progress!.MetersToGo.ShouldBeLessThan(20);
    }

    [Fact]
    public void A_later_part_of_the_route_that_lies_nearer_is_not_where_the_driver_is_yet()
    {
        // 25 m beside the first leg all along: over the crossing that is right on the later leg.
        RouteProgress? progress = null;
        for (var meters = 0; meters <= 940; meters += 20)
        {
            progress = RouteProgress.Project(Crossing, progress, Fix(meters / 10.0, 25, meters), Rules);
            progress.MetersDone.ShouldBe(meters, 30);
        }
    }

    [Fact]
    public void Who_has_just_left_the_route_is_not_put_on_a_later_part_of_it()
    {
        var before = RouteProgress.Project(Crossing, null, Fix(0, 0, 300), Rules);
        var after = RouteProgress.Project(Crossing, before, Fix(4, 150, 450), Rules);
        (after.OffRoute, after.OffSince, after.MetersDone).ShouldBe((true, At(4), before.MetersDone));
    }

    [Fact]
    public void In_a_dead_end_the_way_out_is_not_taken_for_the_way_in()
    {
        RouteProgress? progress = null;
        for (var meters = 0; meters <= 1600; meters += 20)
        {
            var fix = Fix(meters / 10.0, DeadEnd.At(meters)) with { SpeedMetersPerSecond = 10, HeadingDegrees = meters switch { < 600 => 0, < 1200 => 180, _ => 270 } };
            progress = RouteProgress.Project(DeadEnd, progress, fix, Rules);
            progress.MetersDone.ShouldBe(meters, 40, $"at {meters}");
            progress.OffRoute.ShouldBeFalse();
        }
    }

    [Fact]
    public void Without_a_heading_the_way_out_follows_a_little_later()
    {
        RouteProgress? progress = null;
        for (var meters = 0; meters <= 1600; meters += 20)
        {
            progress = RouteProgress.Project(DeadEnd, progress, Fix(meters / 10.0, DeadEnd.At(meters)), Rules);
            progress.MetersDone.ShouldBe(meters, 80, $"at {meters}");
        }
    }

    [Fact]
    public void At_first_the_heading_tells_the_way_in_from_the_way_out()
    {
        var fix = Fix(0, 300) with { SpeedMetersPerSecond = 8 };
        RouteProgress.Project(DeadEnd, null, fix with { HeadingDegrees = 5 }, Rules).MetersDone.ShouldBe(300, 5);
        RouteProgress.Project(DeadEnd, null, fix with { HeadingDegrees = 175 }, Rules).MetersDone.ShouldBe(900, 5);
        RouteProgress.Project(DeadEnd, null, fix, Rules).MetersDone.ShouldBe(300, 5, "the first one, where nothing tells");
    }

    [Fact]
    public void On_the_way_in_noise_towards_the_way_out_is_no_reason_to_jump_to_it()
    {
        // The way out runs on the other side of the street, 4 m to the east.
        var street = Along(From(0, 0), From(600, 0), From(600, 4), From(0, 4), From(0, -1000));
        RouteProgress? progress = null;
        for (var meters = 0; meters <= 560; meters += 20)
        {
            progress = RouteProgress.Project(street, progress, Fix(meters / 10.0, meters, meters % 40 == 0 ? 5 : -2), Rules);
            progress.MetersDone.ShouldBe(meters, 25);
        }
    }

    [Fact]
    public void Where_the_line_has_many_points_the_place_does_not_lag_behind()
    {
        var dense = Along([.. Enumerable.Range(0, 401).Select(step => From(2000 - (step * 5)))]);
        var progress = RouteProgress.Project(dense, null, Fix(0, 1497, 8), Rules);
        progress.MetersDone.ShouldBe(503, 1);
        RouteProgress.Project(dense, progress, Fix(2, 1476, 8), Rules).MetersDone.ShouldBe(524, 1);
    }

    [Fact]
    public void Noise_does_not_turn_the_driver_round()
    {
        var before = RouteProgress.Project(Straight, null, Fix(0, 1000), Rules);
        var after = RouteProgress.Project(Straight, before, Fix(2, 1015), Rules);
        after.MetersDone.ShouldBe(before.MetersDone);
        after.Time.ShouldBe(At(2));
    }

    [Fact]
    public void A_fix_that_is_older_imprecise_or_suspect_changes_nothing()
    {
        var before = RouteProgress.Project(Straight, null, Fix(10, 1000), Rules);
        RouteProgress.Project(Straight, before, Fix(10, 500), Rules).ShouldBeSameAs(before);
        RouteProgress.Project(Straight, before, Fix(5, 500), Rules).ShouldBeSameAs(before);
        RouteProgress.Project(Straight, before, Fix(20, 500, accuracy: 51), Rules).ShouldBeSameAs(before);
        RouteProgress.Project(Straight, before, Fix(20, 500) with { Quality = FixQuality.Suspect }, Rules).ShouldBeSameAs(before);
    }

    [Theory]
    [InlineData(59, 10.0, false)]
    [InlineData(61, 10.0, true)]
    [InlineData(89, 40.0, false)]
    [InlineData(91, 40.0, true)]
    [InlineData(74, null, false)]
    [InlineData(76, null, true)]
    public void Off_the_route_is_who_is_farther_than_fifty_meters_and_the_accuracy(double meters, double? accuracy, bool off)
    {
        var before = RouteProgress.Project(Straight, null, Fix(0, 1500), Rules);
        var after = RouteProgress.Project(Straight, before, Fix(10, 1450, meters, accuracy), Rules);
        after.OffRoute.ShouldBe(off);
        after.MetersDone.ShouldBe(off ? before.MetersDone : 550, 2);
        after.MetersToGo.ShouldBe(off ? 1500 + meters : 1450, 2);
    }

    [Fact]
    public void A_deviation_is_raised_beyond_500_meters_and_cleared_below_300()
    {
        var progress = RouteProgress.Project(Straight, null, Fix(0, 1500), Rules);
        var second = 0;
        foreach (var (east, deviating) in ((double, bool)[])[(400, false), (505, false), (520, true), (400, true), (305, true), (290, false), (400, false), (40, false)])
        {
            progress = RouteProgress.Project(Straight, progress, Fix(second += 20, 1500, east), Rules);
            progress.Deviating.ShouldBe(deviating, $"at {east} m");
        }

        progress.OffRoute.ShouldBeFalse();
        progress.OffSince.ShouldBeNull();
    }

    [Fact]
    public void Who_was_lost_comes_back_to_the_route_anywhere()
    {
        var progress = RouteProgress.Project(Straight, null, Fix(0, 400), Rules);
        progress = RouteProgress.Project(Straight, progress, Fix(10, 700, 400), Rules);
        progress = RouteProgress.Project(Straight, progress, Fix(20, 1000, 400), Rules);
        progress.MetersDone.ShouldBe(1600, 1);
        // Back where it came from: a forgotten parcel.
        progress = RouteProgress.Project(Straight, progress, Fix(60, 1500), Rules);
        (progress.OffRoute, progress.OffSince).ShouldBe((false, null));
        progress.MetersDone.ShouldBe(500, 1);
    }

    [Fact]
    public void A_short_cut_is_no_deviation()
    {
        // Round three sides of a square; the driver takes the fourth.
        var square = Along(From(0, 0), From(1000, 0), From(1000, 1000), From(0, 1000), From(-2000, 1000));
        var progress = RouteProgress.Project(square, null, Fix(0, 0, 0), Rules);
        for (var east = 100; east <= 1000; east += 100)
        {
            progress = RouteProgress.Project(square, progress, Fix(east / 10.0, 0, east), Rules);
            progress.Deviating.ShouldBeFalse();
        }

        progress.OffRoute.ShouldBeFalse();
        progress.MetersDone.ShouldBe(3000, 60);
    }

    [Fact]
    public void A_route_across_the_antimeridian_is_driven_like_any_other()
    {
        var route = Along(new GeoPoint(-17, 179.99), new GeoPoint(-17, -179.99));
        route.Length.ShouldBe(2127, 5);
        var progress = RouteProgress.Project(route, null, Fix(0, new GeoPoint(-17, -179.995)), Rules);
        progress.MetersDone.ShouldBe(route.Length * 0.75, 2);
        Geodesy.Distance(progress.On, new GeoPoint(-17, -179.995)).ShouldBeLessThan(1);
    }

    private static RouteGeometry Along(params GeoPoint[] points) => RouteGeometry.Create(points)!;
}
