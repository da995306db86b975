using Milepost.Core.Etas;

namespace Milepost.Core.Tracking;

/// <summary>What the tracker knows of one order under way; kept as JSON.</summary>
public sealed record OrderTrack
{
    public static readonly OrderTrack Start = new();

    /// <summary>The newest fix of the order's driver that was looked at for this order.</summary>
    public LocationFix? Last { get; init; }

    /// <summary>The way of the driver to the destination; null: none is known that leads there.</summary>
    public TrackedRoute? Route { get; init; }

    public RouteProgress? Progress { get; init; }

    /// <summary>Which attempt at which door is under way.</summary>
    public ArrivalAim Aim { get; init; } = ArrivalAim.None;

    /// <summary>How the attempt under way stands with the destination; null: none is under way.</summary>
    public ArrivalState? Arrival { get; init; }

    public EtaState? Eta { get; init; }

    /// <summary>The last estimate that was kept as a revision, shown or not.</summary>
    public EtaEstimate? KeptEta { get; init; }

    /// <summary>How many stops the driver makes before this order's, as the logistics service says; null: it does not.</summary>
    public int? StopsBefore { get; init; }

    /// <summary>The driver of whose stops everybody who may know was asked for this order; null: nobody's yet.</summary>
    public string? StopsAskedOf { get; init; }

    /// <summary>Metres that are left: along the route, else the straight line; null: the destination's place is not known.</summary>
    public double? MetersToGo { get; init; }

    /// <summary>Whether everybody who may know of this driver's stops was asked for this order.</summary>
    public bool HasAskedStopsOf(string? driverId) => driverId is not null && StopsAskedOf == driverId;

    /// <summary>How many stops this driver makes before this order's; null: not known.</summary>
    public int? StopsBeforeOf(string? driverId) => HasAskedStopsOf(driverId) ? StopsBefore : null;
}

/// <summary>A route that was read and leads to the order's destination.</summary>
/// <param name="Polyline">Encoded with precision 5, whatever it came in.</param>
/// <param name="Version">Differs when the route does.</param>
/// <param name="Source"><c>logistics</c> or the routing engine's name.</param>
public sealed record TrackedRoute(string Polyline, string Version, string Source)
{
    public const string FromLogistics = "logistics";
}

/// <summary>What others know of an order's way, as they told it: nothing of it has been compared with anything yet.</summary>
public sealed record ToldWay
{
    public static readonly ToldWay None = new();

    public ToldRoute? Route { get; init; }

    public EtaEstimate? Eta { get; init; }

    /// <inheritdoc cref="OrderTrack.StopsBefore"/>
    public int? StopsBefore { get; init; }

    /// <summary>The logistics service says that it has no route for the order; false also where it has not been asked or is away.</summary>
    public bool HasNoRoute { get; init; }

    /// <summary>The logistics service says that it has no estimate for the order, and with it nothing about stops; false also where it has not been asked or is away.</summary>
    public bool HasNoEstimate { get; init; }

    /// <summary>
    /// Whoever may know of the driver's other stops has answered about this driver, or there is nobody to ask; false also while the logistics service is away and
    /// has never answered.
    /// </summary>
    public bool HasAskedForStops { get; init; }
}

/// <summary>A route as it was told.</summary>
/// <param name="Polyline">Encoded.</param>
/// <param name="Precision">5, 6, or null where the teller does not say; it may be wrong.</param>
/// <param name="Version">Differs when the route does.</param>
/// <param name="Source"><c>logistics</c> or the routing engine's name.</param>
public sealed record ToldRoute(string Polyline, int? Precision, string Version, string Source);
