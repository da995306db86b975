using System.Text.Json.Serialization;

namespace Milepost.Core.Tracking;

/// <summary>What a fix is good for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FixQuality>))]
public enum FixQuality
{
    /// <summary>For everything.</summary>
    [JsonStringEnumMemberName("ok")] Ok,

    /// <summary>Received long after it was measured: moves the marker if it is the newest, raises nothing.</summary>
    [JsonStringEnumMemberName("late")] Late,

    /// <summary>Its accuracy is worse than <see cref="TrackingOptions.ImpreciseMeters"/>: moves the marker, not the progress along the route.</summary>
    [JsonStringEnumMemberName("imprecise")] Imprecise,

    /// <summary>The driver was somewhere else a moment ago: moves the marker, raises nothing.</summary>
    [JsonStringEnumMemberName("suspect")] Suspect,
}

/// <summary>One measured place of a driver. What is not known is null, never zero.</summary>
public sealed record LocationFix
{
    public required string DriverId { get; init; }

    /// <summary>When it was measured, as the device says; behind the filter never later than <see cref="ReceivedAt"/>.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>When it reached us, by our clock.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The source's number of it, rising; decides between fixes of the same time.</summary>
    public long? Sequence { get; init; }

    public required GeoPoint At { get; init; }

    /// <summary>Radius in metres within which the driver is (68 %), above 0.</summary>
    public double? AccuracyMeters { get; init; }

    /// <summary>Degrees clockwise from north, 0 up to but not 360.</summary>
    public double? HeadingDegrees { get; init; }

    public double? SpeedMetersPerSecond { get; init; }

    /// <summary>Who sent it: <c>logistics</c>, <c>api</c>, <c>traccar</c> ...</summary>
    public required string Source { get; init; }

    public FixQuality Quality { get; init; }

    /// <summary>The accuracy to reckon with: where none is known, that of a phone in a street.</summary>
    public double AssumedAccuracy() => AccuracyMeters ?? UnknownAccuracyMeters;

    private const double UnknownAccuracyMeters = 25;
}
