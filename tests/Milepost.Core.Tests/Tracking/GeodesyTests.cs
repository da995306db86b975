using FsCheck;
using FsCheck.Fluent;
using Milepost.Core.Tracking;

namespace Milepost.Core.Tests.Tracking;

public sealed class GeodesyTests
{
    private static readonly GeoPoint Berlin = new(52.5163, 13.3777);

    private static readonly Gen<GeoPoint> Points =
        from lat in Gen.Choose(-80_000, 80_000)
        from lon in Gen.Choose(-180_000, 179_999)
        select new GeoPoint(lat / 1000.0, lon / 1000.0);

    // A degree of a great circle is 111,195 m on the sphere.
    [Theory]
    [InlineData(0, 0, 1, 0, 111_195)]
    [InlineData(0, 0, 0, 1, 111_195)]
    [InlineData(60, 10, 60, 11, 55_597)]
    [InlineData(0, 179.5, 0, -179.5, 111_195)]
    [InlineData(0, 0, 0, 180, 20_015_115)]
    [InlineData(52.5163, 13.3777, 52.5163, 13.3777, 0)]
    public void Distances_on_the_sphere(double lat1, double lon1, double lat2, double lon2, double meters) =>
        Geodesy.Distance(new GeoPoint(lat1, lon1), new GeoPoint(lat2, lon2)).ShouldBe(meters, 1 + (meters * 1e-5));

    [Fact]
    public void The_sphere_differs_from_the_ellipsoid_by_less_than_the_stated_error()
    {
        // A degree of the meridian on WGS 84: 110,574 m at the equator, 111,694 m at the pole; of the equator 111,320 m.
        Geodesy.Distance(new GeoPoint(0, 0), new GeoPoint(1, 0)).ShouldBe(110_574, 110_574 * 0.006);
        Geodesy.Distance(new GeoPoint(89, 0), new GeoPoint(90, 0)).ShouldBe(111_694, 111_694 * 0.006);
        Geodesy.Distance(new GeoPoint(0, 0), new GeoPoint(0, 1)).ShouldBe(111_320, 111_320 * 0.006);
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(0, 1, 90)]
    [InlineData(-1, 0, 180)]
    [InlineData(0, -1, 270)]
    public void Directions_go_clockwise_from_north(double north, double east, double degrees) =>
        Geodesy.Bearing(new GeoPoint(0, 0), new GeoPoint(north, east)).ShouldBe(degrees, 1e-6);

    [Theory]
    [InlineData(350, 10, 20)]
    [InlineData(10, 350, 20)]
    [InlineData(0, 180, 180)]
    [InlineData(90, 90, 0)]
    public void Directions_differ_by_the_shorter_turn(double one, double other, double degrees) => Geodesy.Angle(one, other).ShouldBe(degrees, 1e-9);

    [Fact]
    public void Whoever_goes_somewhere_is_there() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(Points.ToArbitrary(), Gen.Choose(0, 359).ToArbitrary(), Gen.Choose(1, 500_000).ToArbitrary(), (from, bearing, meters) =>
        {
            var to = Geodesy.Destination(from, bearing, meters);
            to.IsInRange().ShouldBeTrue();
            Geodesy.Distance(from, to).ShouldBe(meters, 0.001 + (meters * 1e-7));
            Geodesy.Angle(Geodesy.Bearing(from, to), bearing).ShouldBe(0, 0.01);
        }));

    [Theory]
    [InlineData(0, 0, 500, 0)]
    [InlineData(300, 400, 400, 300)]
    [InlineData(1000, 50, 50, 1000)]
    [InlineData(1500, 0, 500, 1000)]
    [InlineData(-300, 400, 500, 0)]
    public void The_nearest_point_of_a_way(double north, double east, double meters, double along)
    {
        // The way leads 1,000 m north from the door; where the place is off to the west of its start the fraction is 0.
        var at = (north, east) == (0, 0) ? Places.From(0, -500) : Places.From(north, east);
        var nearest = Geodesy.Nearest(Places.Door, Places.From(1000), at);
        nearest.Meters.ShouldBe(meters, 0.5);
        (nearest.Fraction * 1000).ShouldBe(along, 0.5);
        Geodesy.Distance(nearest.Point, at).ShouldBe(nearest.Meters, 1e-9);
    }

    // In the north a degree to the east is shorter than one to the north: the way and its perpendicular are so on the ground, not in degrees.
    [Theory]
    [InlineData(45)]
    [InlineData(120)]
    [InlineData(200)]
    [InlineData(290)]
    public void Beside_a_way_in_any_direction(double bearing)
    {
        var (end, half) = (Geodesy.Destination(Places.Door, bearing, 1000), Geodesy.Destination(Places.Door, bearing, 500));
        var nearest = Geodesy.Nearest(Places.Door, end, Geodesy.Destination(half, bearing + 90, 300));
        nearest.Meters.ShouldBe(300, 0.1);
        nearest.Fraction.ShouldBe(0.5, 0.001);
    }

    [Fact]
    public void A_way_across_the_antimeridian_does_not_lead_round_the_earth()
    {
        var nearest = Geodesy.Nearest(new GeoPoint(0, 179.99), new GeoPoint(0, -179.99), new GeoPoint(0.001, -179.999));
        nearest.Meters.ShouldBe(111.2, 0.1);
        nearest.Point.Lon.ShouldBe(-179.999, 1e-6);
        nearest.Fraction.ShouldBe(0.55, 1e-6);
    }

    [Fact]
    public void A_way_of_no_length_is_a_point() => Geodesy.Nearest(Places.Door, Places.Door, Places.From(100)).Meters.ShouldBe(100, 1e-6);

    [Fact]
    public void Exchanged_latitude_and_longitude_are_noticed()
    {
        Geodesy.LooksSwapped(Berlin.Swapped(), Berlin).ShouldBeTrue();
        Geodesy.LooksSwapped(Berlin, Berlin).ShouldBeFalse();
        Geodesy.LooksSwapped(new GeoPoint(-122.4, 37.8), new GeoPoint(37.7, -122.3)).ShouldBeTrue("-122 is no latitude");
        Geodesy.LooksSwapped(new GeoPoint(48.85, 2.35), Berlin).ShouldBeFalse("it is far away in both readings");
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(0.00005, -0.00005, false)]
    [InlineData(0.001, 0, true)]
    [InlineData(90, 180, true)]
    [InlineData(-90, -180, true)]
    [InlineData(90.0001, 0, false)]
    [InlineData(10, 180.0001, false)]
    [InlineData(double.NaN, 10, false)]
    [InlineData(10, double.NegativeInfinity, false)]
    public void Nobody_is_at_null_island_or_beyond_the_poles(double lat, double lon, bool place) => new GeoPoint(lat, lon).IsPlace().ShouldBe(place);
}
