using Milepost.Core.Etas;

namespace Milepost.Core.Tracking;

/// <summary>What is known of one driver's movement; kept as JSON.</summary>
public sealed record DriverTrack
{
    public required string DriverId { get; init; }

    /// <summary>The newest fix that was accepted: where the marker is.</summary>
    public LocationFix? Last { get; init; }

    /// <summary>The time of <see cref="Last"/> as the device said it, which may lie in the future.</summary>
    public DateTimeOffset? LastDeviceTime { get; init; }

    /// <summary>A fix too far away to be believed until another one agrees with it.</summary>
    public LocationFix? Candidate { get; init; }

    /// <summary>The time of <see cref="Candidate"/> as the device said it, which may lie in the future.</summary>
    public DateTimeOffset? CandidateDeviceTime { get; init; }

    /// <summary>The last fix that went into the history; see <see cref="HistoryThinning"/>.</summary>
    public LocationFix? Kept { get; init; }

    /// <summary>How fast the driver gets on; null before two fixes.</summary>
    public SpeedHistory? Speed { get; init; }
}
