namespace Milepost.Protocol.Tracking;

/// <summary>
/// The <c>data</c> of <c>driver.location.updated</c>: where the order's driver is now, as far as whoever reads it may know. It is no entry: it is
/// shown to who follows the order at this moment, and never again. Guests get a <see cref="Sharing.GuestLocation"/> instead.
/// </summary>
public sealed record DriverLocationUpdated
{
    public required string OrderId { get; init; }

    public required DriverLocation Location { get; init; }

    /// <summary>Metres along the route to the destination; absent when no route is known, or where it must not be shown.</summary>
    public double? MetersToGo { get; init; }

    /// <summary>How many stops the driver makes before this order's; absent when that is not known.</summary>
    public int? StopsBefore { get; init; }

    /// <summary>Counts the order's routes: when it differs from that of the snapshot, read the snapshot again. Absent: there is none to show.</summary>
    public string? RouteVersion { get; init; }
}

/// <summary>The way that is left to an order's destination.</summary>
/// <param name="Polyline">Encoded (Google's encoded polyline algorithm), from where the driver is.</param>
/// <param name="Precision">Decimal digits of the polyline.</param>
/// <param name="Version">Differs when the route does.</param>
/// <param name="MetersToGo">Along it.</param>
public sealed record RouteView(string Polyline, int Precision, string Version, double MetersToGo);

/// <summary>One measured place of a driver.</summary>
public sealed record DriverLocation
{
    /// <summary>Degrees, WGS 84.</summary>
    public required double Lat { get; init; }

    /// <summary>Degrees, WGS 84.</summary>
    public required double Lon { get; init; }

    /// <summary>When it was measured, by the device; never in the server's future. How old the place is follows from this and nothing else.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The radius in metres within which the driver is, as the device says.</summary>
    public double? AccuracyMeters { get; init; }

    /// <summary>Degrees clockwise from north, 0 to below 360.</summary>
    public double? HeadingDegrees { get; init; }

    public double? SpeedMetersPerSecond { get; init; }
}
