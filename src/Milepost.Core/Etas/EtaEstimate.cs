using System.Text.Json.Serialization;

namespace Milepost.Core.Etas;

/// <summary>Who estimated.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EtaSource>))]
public enum EtaSource
{
    /// <summary>The sender of the order's events.</summary>
    [JsonStringEnumMemberName("sender")] Sender,

    /// <summary>The logistics service.</summary>
    [JsonStringEnumMemberName("logistics")] Logistics,

    /// <summary>A routing engine.</summary>
    [JsonStringEnumMemberName("routing")] Routing,

    /// <summary>We, from what is left of the way and the driver's speed.</summary>
    [JsonStringEnumMemberName("estimate")] Estimate,
}

/// <summary>How sure an estimate is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EtaConfidence>))]
public enum EtaConfidence
{
    [JsonStringEnumMemberName("low")] Low,
    [JsonStringEnumMemberName("medium")] Medium,
    [JsonStringEnumMemberName("high")] High,
}

/// <summary>When an order is expected, as somebody estimated it.</summary>
public sealed record EtaEstimate
{
    public required DateTimeOffset At { get; init; }

    /// <summary>The window's start, not later than <see cref="At"/>.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>The window's end, not earlier than <see cref="At"/>.</summary>
    public required DateTimeOffset To { get; init; }

    public required EtaSource Source { get; init; }

    public required EtaConfidence Confidence { get; init; }

    /// <summary>Why it changed, for people; null: nobody said.</summary>
    public string? Reason { get; init; }

    /// <summary>When it was estimated, by the clock of whom it comes from.</summary>
    public required DateTimeOffset CalculatedAt { get; init; }
}
