using FsCheck;
using FsCheck.Fluent;
using Milepost.Core.Tracking;
using static Milepost.Core.Tests.Tracking.Places;

namespace Milepost.Core.Tests.Tracking;

public sealed class RouteReaderTests
{
    private static readonly GeoPoint[] Line = EncodedPolylineTests.Line;
    private static readonly GeoPoint Pickup = Line[0];
    private static readonly GeoPoint Destination = Line[^1];

    [Theory]
    [InlineData(EncodedPolylineTests.AtFive, 5, 5)]
    [InlineData(EncodedPolylineTests.AtFive, null, 5)]
    [InlineData(EncodedPolylineTests.AtFive, 6, 5)]
    [InlineData(EncodedPolylineTests.AtSix, 6, 6)]
    [InlineData(EncodedPolylineTests.AtSix, null, 6)]
    [InlineData(EncodedPolylineTests.AtSix, 5, 6)]
    public void The_precision_is_the_one_that_leads_to_the_destination(string polyline, int? said, int precision)
    {
        var read = RouteReader.Read(polyline, said, Pickup, Destination).ShouldBeOfType<RouteReading.Read>();
        (read.Precision, read.Swapped).ShouldBe((precision, false));
        read.Route.Points.ShouldBe(Line);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public void Exchanged_latitude_and_longitude_are_put_right(int precision)
    {
        GeoPoint[] way = [From(3000, 200), From(1500, 300), Door];
        var text = LongitudeFirst(way, precision);
        var read = RouteReader.Read(text, null, way[0], Door).ShouldBeOfType<RouteReading.Read>();
        (read.Precision, read.Swapped).ShouldBe((precision, true));
        Geodesy.Distance(read.Route.End, Door).ShouldBeLessThan(2);
    }

    // Its first numbers are no latitudes: -120.
    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public void Exchanged_ones_are_put_right_beyond_90_degrees_too(int precision)
    {
        var read = RouteReader.Read(LongitudeFirst(Line, precision), null, Pickup, Destination).ShouldBeOfType<RouteReading.Read>();
        (read.Precision, read.Swapped).ShouldBe((precision, true));
        read.Route.Points.ShouldBe(Line);
    }

    [Fact]
    public void A_line_that_was_cut_off_between_two_points_does_not_lead_to_the_destination() =>
        Refusal(EncodedPolylineTests.AtFive[..18], 5, Pickup, Destination).ShouldBe(RouteRefusal.FarFromDestination);

    [Fact]
    public void A_line_that_was_cut_off_within_a_number_is_unreadable() =>
        Refusal(EncodedPolylineTests.AtFive[..^1], 5, Pickup, Destination).ShouldBe(RouteRefusal.Unreadable);

    [Theory]
    [InlineData("")]
    [InlineData("not a polyline")]
    [InlineData("<html>")]
    public void What_is_no_polyline_is_unreadable(string text) => Refusal(text, null, Pickup, Destination).ShouldBe(RouteRefusal.Unreadable);

    [Fact]
    public void One_point_is_no_route() =>
        Refusal(EncodedPolyline.Encode([Door, Door], 5), null, null, Door).ShouldBe(RouteRefusal.NoLine);

    [Fact]
    public void A_route_that_is_given_backwards_leads_nowhere() =>
        Refusal(EncodedPolyline.Encode(Line.Reverse(), 5), null, Pickup, Destination).ShouldBe(RouteRefusal.FarFromDestination);

    [Fact]
    public void The_route_of_another_order_to_the_same_house_comes_by_neither_pickup_nor_driver()
    {
        var text = EncodedPolyline.Encode([From(5000), Door], 5);
        Refusal(text, null, From(0, 8000), Door).ShouldBe(RouteRefusal.FarFromStart);
        Refusal(text, null, From(0, 8000), Door, From(0, 7000)).ShouldBe(RouteRefusal.FarFromStart);
    }

    [Fact]
    public void A_route_may_begin_where_the_driver_is_or_was()
    {
        var text = EncodedPolyline.Encode([From(5000), Door], 5);
        RouteReader.Read(text, null, From(0, 8000), Door, From(3000)).ShouldBeOfType<RouteReading.Read>();
        RouteReader.Read(text, null, null, Door).ShouldBeOfType<RouteReading.Read>();
    }

    [Theory]
    [InlineData(990, true)]
    [InlineData(1010, false)]
    public void The_tolerance_is_a_kilometer_at_the_end(double meters, bool read) =>
        (RouteReader.Read(EncodedPolyline.Encode([From(9000), From(meters)], 6), 6, From(9000), Door) is RouteReading.Read).ShouldBe(read);

    [Fact]
    public void A_reason_names_no_place()
    {
        var refused = RouteReader.Read(EncodedPolyline.Encode([From(9000), From(4000)], 6), 6, From(9000), Door).ShouldBeOfType<RouteReading.Refused>();
        refused.Detail.ShouldBe("The route ends 4.0 km from the destination.");
    }

    // Cities away from 0/0, where a tenth of a place is about the same place, and from the diagonal, where exchanging changes little.
    [Fact]
    public void However_a_route_is_written_it_reads_as_itself() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(Routes.ToArbitrary(), route =>
        {
            var (line, precision, said, swapped) = route;
            var text = swapped ? LongitudeFirst(line, precision) : EncodedPolyline.Encode(line, precision);
            var read = RouteReader.Read(text, said, line[0], line[^1]).ShouldBeOfType<RouteReading.Read>();
            (read.Precision, read.Swapped).ShouldBe((precision, swapped));
            Geodesy.Distance(read.Route.Start, line[0]).ShouldBeLessThan(2);
            Geodesy.Distance(read.Route.End, line[^1]).ShouldBeLessThan(2);
        }));

    private static readonly Gen<(GeoPoint[] Line, int Precision, int? Said, bool Swapped)> Routes =
        from lat in Gen.Choose(10, 60)
        from lon in Gen.OneOf(Gen.Choose(-170, 0), Gen.Choose(70, 170))
        from steps in Gen.NonEmptyListOf(Gen.Choose(-500, 500).Two())
        from precision in Gen.Elements(5, 6)
        from said in Gen.Elements<int?>(null, 5, 6)
        from swapped in Gen.Elements(true, false)
        let start = new GeoPoint(lat, lon)
        let line = steps.Aggregate(new List<GeoPoint> { start, Geodesy.Destination(start, 45, 2000) }, (points, step) =>
            [.. points, Geodesy.Destination(Geodesy.Destination(points[^1], 0, step.Item1), 90, step.Item2)]).ToArray()
        select (line, precision, said, swapped);

    // As a sender writes it who mixes the two up; a number alone is the second half of a point on the equator.
    private static string LongitudeFirst(IEnumerable<GeoPoint> points, int precision)
    {
        var (factor, last, text) = (Math.Pow(10, precision), (Lat: 0.0, Lon: 0.0), new System.Text.StringBuilder());
        foreach (var point in points)
        {
            var (lat, lon) = (Math.Round(point.Lat * factor), Math.Round(point.Lon * factor));
            text.Append(Number(lon - last.Lon)).Append(Number(lat - last.Lat));
            last = (lat, lon);
        }

        return text.ToString();

        string Number(double steps) => EncodedPolyline.Encode([new GeoPoint(0, steps / factor)], precision)[1..];
    }

    private static RouteRefusal Refusal(string text, int? precision, GeoPoint? pickup, GeoPoint destination, GeoPoint? driver = null) =>
        RouteReader.Read(text, precision, pickup, destination, driver).ShouldBeOfType<RouteReading.Refused>().Reason;
}
