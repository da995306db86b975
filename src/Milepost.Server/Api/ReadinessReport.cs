using System.Diagnostics;
using System.Text.Json.Serialization;
using Milepost.Server.Hosting;

namespace Milepost.Server.Api;

/// <summary>Whether to send requests to this node, and why not.</summary>
/// <param name="Status"><c>ready</c>, <c>degraded</c> (send requests all the same), <c>unavailable</c>, <c>starting</c> or <c>draining</c>.</param>
/// <param name="Parts">What the node depends on.</param>
internal sealed record ReadinessReport(string Status, IReadOnlyList<PartReport> Parts)
{
    [JsonIgnore]
    public bool IsReady => Status is "ready" or "degraded";

    public static ReadinessReport Of(NodePhase phase, IReadOnlyList<(string Name, Readiness Readiness)> parts)
    {
        var worst = parts.Select(part => part.Readiness.State).Append(ReadinessState.Ready).Max();
        var status = phase switch
        {
            NodePhase.Starting => "starting",
            NodePhase.Draining => "draining",
            NodePhase.Serving => Word(worst),
            _ => throw new UnreachableException(),
        };
        return new ReadinessReport(status, [.. parts.Select(part => new PartReport(part.Name, Word(part.Readiness.State), part.Readiness.Reason))]);
    }

    private static string Word(ReadinessState state) => state switch
    {
        ReadinessState.Ready => "ready",
        ReadinessState.Degraded => "degraded",
        ReadinessState.Unavailable => "unavailable",
        _ => throw new UnreachableException(),
    };
}

internal sealed record PartReport(string Name, string State, string? Reason);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReadinessReport))]
internal sealed partial class HealthJson : JsonSerializerContext;
