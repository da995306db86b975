using Milepost.Core.Tracking;

namespace Milepost.Server.Logistics.Plans;

/// <summary>Where a route or an estimate came from.</summary>
internal enum PlanSource
{
    Logistics,
    Routing,
}

/// <summary>The newest route of an order that is known. Its line was not compared with the order's places yet.</summary>
/// <param name="Polyline">Encoded.</param>
/// <param name="Precision">5 or 6; null: not said.</param>
/// <param name="Source">Who says so.</param>
/// <param name="Version">Another number is another route; rises for the same source.</param>
/// <param name="ReadAt">When it was read or found unchanged.</param>
internal sealed record PlannedRoute(string Polyline, int? Precision, PlanSource Source, long Version, DateTimeOffset ReadAt)
{
    public double? DistanceMeters { get; init; }

    public double? DurationSeconds { get; init; }

    /// <summary>From where to where an engine was asked; null: a service said it.</summary>
    public (GeoPoint? Pickup, GeoPoint? Destination)? Between { get; init; }

    /// <summary>Whose route it is, where the source says so.</summary>
    public string? DriverId { get; init; }
}

/// <summary>The newest estimate for an order that is known, raw: what a customer is shown of it is decided elsewhere.</summary>
/// <param name="At">The expected time.</param>
/// <param name="Source">Who says so.</param>
/// <param name="CalculatedAt">When it was made.</param>
internal sealed record PlannedEta(DateTimeOffset At, PlanSource Source, DateTimeOffset CalculatedAt)
{
    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    /// <summary>How many stops come before; null: not known.</summary>
    public int? StopsBefore { get; init; }

    /// <summary>One of <see cref="LogisticsEta.Reasons"/>.</summary>
    public string? Reason { get; init; }

    /// <summary><c>low</c>, <c>medium</c> or <c>high</c>.</summary>
    public string? Confidence { get; init; }

    /// <summary>Whose it is, where the source says so.</summary>
    public string? DriverId { get; init; }
}

/// <summary>What is known of an order's way now. Immutable; a part that is null is not known (yet).</summary>
internal sealed record OrderPlan(PlannedRoute? Route, PlannedEta? Eta, DriverCard? Driver)
{
    /// <summary>The service says that it has no route for the order (any more).</summary>
    public bool ServiceHasNoRoute { get; init; }

    /// <summary>The service says that it has no estimate for the order (any more).</summary>
    public bool ServiceHasNoEta { get; init; }

    public static OrderPlan Empty { get; } = new(null, null, null);
}
