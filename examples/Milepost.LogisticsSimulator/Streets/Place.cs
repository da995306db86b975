namespace Milepost.LogisticsSimulator.Streets;

/// <summary>A place on the earth, in WGS 84 degrees north and east.</summary>
public readonly record struct Place(double Lat, double Lon)
{
    /// <summary>Mean radius of the earth in metres.</summary>
    internal const double EarthRadius = 6_371_000;

    /// <summary>Metres to another place, along the great circle.</summary>
    public double MetersTo(Place other)
    {
        var (lat, otherLat) = (double.DegreesToRadians(Lat), double.DegreesToRadians(other.Lat));
        var (north, east) = (Math.Sin((otherLat - lat) / 2), Math.Sin(double.DegreesToRadians(other.Lon - Lon) / 2));
        var chord = north * north + Math.Cos(lat) * Math.Cos(otherLat) * east * east;
        return 2 * EarthRadius * Math.Asin(Math.Min(1, Math.Sqrt(chord)));
    }
}

/// <summary>A point of a city's plan, in metres east and north of its centre.</summary>
internal readonly record struct Spot(double X, double Y)
{
    public double MetersTo(Spot other) => Math.Sqrt((X - other.X) * (X - other.X) + (Y - other.Y) * (Y - other.Y));

    /// <summary>The point on the way to another one, at a share of the distance from 0 to 1.</summary>
    public Spot Towards(Spot other, double share) => new(X + (other.X - X) * share, Y + (other.Y - Y) * share);

    /// <summary>Degrees clockwise from north, from 0 to below 360.</summary>
    public double HeadingTo(Spot other)
    {
        var degrees = double.RadiansToDegrees(Math.Atan2(other.X - X, other.Y - Y));
        return degrees < 0 ? degrees + 360 : degrees;
    }
}
