namespace Milepost.Core.Tracking;

/// <summary>The nearest point of a segment.</summary>
/// <param name="Point">The point.</param>
/// <param name="Fraction">How far along the segment it lies, 0 to 1.</param>
/// <param name="Meters">How far away it is.</param>
public readonly record struct SegmentPoint(GeoPoint Point, double Fraction, double Meters);

/// <summary>
/// Distances on a sphere with the earth's mean radius. Against the ellipsoid the error is at most 0.6 % (3 m at 500 m), less than that of any fix.
/// Segments are taken as straight on a plane around the point in question: good to some 100 km, and across the antimeridian.
/// </summary>
public static class Geodesy
{
    /// <summary>The mean radius of the earth in metres (IUGG R1).</summary>
    public const double EarthRadius = 6_371_008.8;

    private const double Degree = Math.PI / 180;

    /// <summary>Metres along the great circle (haversine).</summary>
    public static double Distance(GeoPoint from, GeoPoint to)
    {
        var (lat, lon) = (Math.Sin((to.Lat - from.Lat) * Degree / 2), Math.Sin((to.Lon - from.Lon) * Degree / 2));
        var half = (lat * lat) + (Math.Cos(from.Lat * Degree) * Math.Cos(to.Lat * Degree) * lon * lon);
        return 2 * EarthRadius * Math.Asin(Math.Min(1, Math.Sqrt(half)));
    }

    /// <summary>The direction in which one sets out, in degrees clockwise from north, 0 up to but not 360. 0 where both are the same place.</summary>
    public static double Bearing(GeoPoint from, GeoPoint to)
    {
        var (lat1, lat2, lon) = (from.Lat * Degree, to.Lat * Degree, (to.Lon - from.Lon) * Degree);
        var east = Math.Sin(lon) * Math.Cos(lat2);
        var north = (Math.Cos(lat1) * Math.Sin(lat2)) - (Math.Sin(lat1) * Math.Cos(lat2) * Math.Cos(lon));
        return Turn(Math.Atan2(east, north) / Degree);
    }

    /// <summary>How far two directions lie apart, 0 to 180 degrees.</summary>
    public static double Angle(double one, double other)
    {
        var turn = Turn(one - other);
        return turn > 180 ? 360 - turn : turn;
    }

    /// <summary>Where one is after so many metres in a direction (degrees clockwise from north).</summary>
    public static GeoPoint Destination(GeoPoint from, double bearing, double meters)
    {
        var (lat, way, turn) = (from.Lat * Degree, meters / EarthRadius, bearing * Degree);
        var sine = (Math.Sin(lat) * Math.Cos(way)) + (Math.Cos(lat) * Math.Sin(way) * Math.Cos(turn));
        var lon = Math.Atan2(Math.Sin(turn) * Math.Sin(way) * Math.Cos(lat), Math.Cos(way) - (Math.Sin(lat) * sine));
        return new GeoPoint(Math.Asin(Math.Clamp(sine, -1, 1)) / Degree, Wrap(from.Lon + (lon / Degree)));
    }

    /// <summary>The point at a fraction (0 to 1) of the way, straight in degrees: for short ways.</summary>
    public static GeoPoint Between(GeoPoint from, GeoPoint to, double fraction) =>
        new(from.Lat + ((to.Lat - from.Lat) * fraction), Wrap(from.Lon + (Wrap(to.Lon - from.Lon) * fraction)));

    /// <summary>The point of the segment that lies nearest to <paramref name="at"/>.</summary>
    public static SegmentPoint Nearest(GeoPoint from, GeoPoint to, GeoPoint at)
    {
        // A plane that touches the earth at the point: metres east and north of it.
        var narrow = Math.Cos(at.Lat * Degree);
        var (x1, y1) = (Wrap(from.Lon - at.Lon) * narrow, from.Lat - at.Lat);
        var (dx, dy) = (Wrap(to.Lon - from.Lon) * narrow, to.Lat - from.Lat);
        var square = (dx * dx) + (dy * dy);
        var fraction = square > 0 ? Math.Clamp(-((x1 * dx) + (y1 * dy)) / square, 0, 1) : 0;
        var point = Between(from, to, fraction);
        return new SegmentPoint(point, fraction, Distance(point, at));
    }

    /// <summary>
    /// Whether latitude and longitude were probably exchanged: as it stands the point is more than 200 km from where it should be about, exchanged it is not.
    /// </summary>
    public static bool LooksSwapped(GeoPoint point, GeoPoint near)
    {
        const double far = 200_000;
        var swapped = point.Swapped();
        return (!point.IsInRange() || Distance(point, near) > far) && swapped.IsInRange() && Distance(swapped, near) <= far;
    }

    // Into -180 up to but not 180.
    private static double Wrap(double degrees) => degrees is >= -180 and < 180 ? degrees : Turn(degrees + 180) - 180;

    // Into 0 up to but not 360; a tiny negative angle would round up to 360 itself.
    private static double Turn(double degrees)
    {
        var turn = degrees % 360;
        turn = turn < 0 ? turn + 360 : turn;
        return turn >= 360 ? 0 : turn;
    }
}
