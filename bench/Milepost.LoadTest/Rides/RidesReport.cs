using System.Text.Json.Serialization;

namespace Milepost.LoadTest.Rides;

/// <summary>What to do to which server.</summary>
internal sealed record RideSettings(LoadSettings Load, int Couriers, int Viewers, TimeSpan FixInterval);

/// <summary>What became of it.</summary>
internal sealed record RidesReport
{
    public required int Couriers { get; init; }

    public required int Viewers { get; init; }

    public required int Connected { get; init; }

    public required double FixSeconds { get; init; }

    public required double Seconds { get; init; }

    public required long Posted { get; init; }

    /// <summary>Answered with something else than 202, or not at all.</summary>
    public required long Refused { get; init; }

    /// <summary>Places that viewers were shown.</summary>
    public required long Shown { get; init; }

    /// <summary>1: every viewer was shown every place. Less: newer ones took the place of older ones.</summary>
    public required double ShownPerPlace { get; init; }

    /// <summary>Places that were not newer than the one that the same viewer was shown before.</summary>
    public required long OutOfOrder { get; init; }

    /// <summary>From the moment at which a place was measured, just before its post, to the viewer.</summary>
    public required RideLatency Milliseconds { get; init; }

    public required double RssConnectedMiB { get; init; }

    public required double RssEarlyMiB { get; init; }

    public required double RssLateMiB { get; init; }

    public required double ServerCores { get; init; }

    public required double ToolCores { get; init; }

    /// <summary>Nobody was left out and nothing went back in time.</summary>
    public bool Clean => Connected == Viewers && Refused == 0 && OutOfOrder == 0 && Shown > 0;
}

internal sealed record RideLatency(double P50, double P95, double P99, double Max);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RidesReport))]
internal sealed partial class RidesJson : JsonSerializerContext;
