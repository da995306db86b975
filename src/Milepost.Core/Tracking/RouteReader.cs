using System.Globalization;

namespace Milepost.Core.Tracking;

/// <summary>Why a route was refused.</summary>
public enum RouteRefusal
{
    /// <summary>The text is cut off, no polyline, or out of range at each precision.</summary>
    Unreadable,

    /// <summary>It is one point.</summary>
    NoLine,

    /// <summary>However it is read, it does not end at the destination.</summary>
    FarFromDestination,

    /// <summary>It ends at the destination, but comes by neither the pickup nor the driver.</summary>
    FarFromStart,
}

/// <summary>The words of <see cref="RouteRefusal"/> in metrics.</summary>
public static class RouteRefusalNames
{
    private static readonly string[] Names = ["unreadable", "no_line", "far_from_destination", "far_from_start"];

    public static string Wire(this RouteRefusal refusal) => Names[(int)refusal];
}

/// <summary>What was read: a route or the reason why there is none.</summary>
public abstract record RouteReading
{
    private RouteReading()
    {
    }

    /// <summary>A route that leads where it should.</summary>
    /// <param name="Route">The route.</param>
    /// <param name="Precision">5 or 6: how it was read.</param>
    /// <param name="Swapped">The sender had exchanged latitude and longitude; put right.</param>
    public sealed record Read(RouteGeometry Route, int Precision, bool Swapped) : RouteReading;

    /// <summary>No route.</summary>
    /// <param name="Reason">What a program decides by.</param>
    /// <param name="Detail">For people; names no place.</param>
    public sealed record Refused(RouteRefusal Reason, string Detail) : RouteReading;
}

/// <summary>
/// Reads a route's polyline and makes sure that it was read right: a line of precision 5 is a valid line of precision 6 too, a tenth as far from 0/0. What
/// decides is where it leads. It must end within the tolerance of the destination, and come by the pickup or by the driver, as far as these are known: a route
/// may begin on the way.
/// </summary>
public static class RouteReader
{
    /// <summary>How far a route may end from the destination: a gate, a pedestrian zone, an address that was geocoded roughly.</summary>
    public const double ToleranceMeters = 1000;

    /// <summary>Reads a route.</summary>
    /// <param name="polyline">The encoded line, unescaped.</param>
    /// <param name="precision">What the sender says: 5, 6 or nothing. Tried first, not believed.</param>
    /// <param name="pickup">Where the order is picked up, if known.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="driver">Where the driver is, if known.</param>
    /// <param name="toleranceMeters">See <see cref="ToleranceMeters"/>.</param>
    public static RouteReading Read(
        string polyline, int? precision, GeoPoint? pickup, GeoPoint destination, GeoPoint? driver = null, double toleranceMeters = ToleranceMeters)
    {
        RouteReading.Refused? refused = null;
        foreach (var swapped in (bool[])[false, true])
        {
            foreach (var digits in precision == 6 ? (int[])[6, 5] : [5, 6])
            {
                var reading = Try(polyline, digits, swapped, (pickup, destination, driver), toleranceMeters);
                if (reading is RouteReading.Read)
                {
                    return reading;
                }

                // The reason that came nearest to a route says the most.
                var other = (RouteReading.Refused)reading;
                refused = refused is null || other.Reason > refused.Reason ? other : refused;
            }
        }

        return refused!;
    }

    private static RouteReading Try(
        string polyline, int precision, bool swapped, (GeoPoint? Pickup, GeoPoint Destination, GeoPoint? Driver) places, double tolerance)
    {
        if (EncodedPolyline.Decode(polyline, precision, out var problem, longitudeFirst: swapped) is not { } points)
        {
            return new RouteReading.Refused(RouteRefusal.Unreadable, $"The polyline cannot be read: {problem}.");
        }

        if (RouteGeometry.Create(points) is not { } route)
        {
            return new RouteReading.Refused(RouteRefusal.NoLine, "The polyline has no two different points.");
        }

        var end = Geodesy.Distance(route.End, places.Destination);
        if (end > tolerance)
        {
            return new RouteReading.Refused(RouteRefusal.FarFromDestination, $"The route ends {Kilometers(end)} km from the destination.");
        }

        GeoPoint[] starts = [.. new[] { places.Pickup, places.Driver }.OfType<GeoPoint>()];
        var start = starts.Select(place => route.MetersOff(place)).DefaultIfEmpty(0).Min();
        return start > tolerance
            ? new RouteReading.Refused(RouteRefusal.FarFromStart, $"The route passes {Kilometers(start)} km from the pickup and the driver.")
            : new RouteReading.Read(route, precision, swapped);
    }

    private static string Kilometers(double meters) => (meters / 1000).ToString("0.0", CultureInfo.InvariantCulture);
}
