namespace Milepost.Server.Logistics;

/// <summary>Who drives, as the logistics service tells it. Personal: what a viewer may see of it is the visibility policy's business.</summary>
internal sealed record DriverCard
{
    public required string Id { get; init; }

    /// <summary>In full, at most 200 characters.</summary>
    public required string Name { get; init; }

    /// <summary>An http or https address without credentials, at most 2,000 characters.</summary>
    public string? PhotoUrl { get; init; }

    public DriverVehicle? Vehicle { get; init; }

    /// <summary>0 to 5.</summary>
    public double? Rating { get; init; }

    /// <summary>E.164.</summary>
    public string? Phone { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <param name="Kind">One of <see cref="Kinds"/>.</param>
/// <param name="Description">At most 200 characters.</param>
/// <param name="Plate">At most 20 characters; personal.</param>
internal sealed record DriverVehicle(string Kind, string? Description, string? Plate)
{
    public const string Other = "other";

    public static readonly IReadOnlySet<string> Kinds = new HashSet<string>(StringComparer.Ordinal)
    {
        "bicycle", "cargo_bicycle", "scooter", "motorcycle", "car", "van", "truck", "foot", Other,
    };
}

/// <summary>The way of an order's driver, as the logistics service tells it; not yet compared with where the order goes.</summary>
internal sealed record LogisticsRoute
{
    public required string OrderId { get; init; }

    public string? DriverId { get; init; }

    public required long Version { get; init; }

    /// <summary>An encoded polyline, at most 262,144 characters.</summary>
    public required string Polyline { get; init; }

    /// <summary>5 or 6; null: not said.</summary>
    public int? Precision { get; init; }

    public double? DistanceMeters { get; init; }

    public double? DurationSeconds { get; init; }
}

/// <summary>When a driver is expected at an order's destination, as the logistics service tells it.</summary>
internal sealed record LogisticsEta
{
    public required string OrderId { get; init; }

    public string? DriverId { get; init; }

    public required long Version { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Given together with <see cref="To"/>; not after <see cref="At"/>.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Not before <see cref="At"/>.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>0 to 1,000; null: not known.</summary>
    public int? StopsBefore { get; init; }

    /// <summary>One of <see cref="Reasons"/>.</summary>
    public string? Reason { get; init; }

    /// <summary><c>low</c>, <c>medium</c> or <c>high</c>.</summary>
    public string? Confidence { get; init; }

    public required DateTimeOffset CalculatedAt { get; init; }

    public static readonly IReadOnlySet<string> Reasons = new HashSet<string>(StringComparer.Ordinal) { "traffic", "stops", "driver_changed", "weather", "other" };
}
