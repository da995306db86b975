using Milepost.Server.Hosting;

namespace Milepost.Server.Ingest.Kafka;

/// <summary>Whether the intake works. Without it a node is slower to know and still serves, so it is never more than degraded.</summary>
internal sealed class KafkaReadiness : IReadinessPart
{
    private volatile string? _problem;

    public string Name => "kafka";

    public Readiness Current => _problem is { } problem ? new Readiness(ReadinessState.Degraded, problem) : new Readiness(ReadinessState.Ready);

    public void Report(string problem) => _problem = problem;

    public void Clear() => _problem = null;
}
