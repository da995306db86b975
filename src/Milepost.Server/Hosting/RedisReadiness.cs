using Milepost.Realtime.Backplane.Redis;

namespace Milepost.Server.Hosting;

/// <summary>Without Redis the node still delivers, by polling: degraded, never unavailable.</summary>
internal sealed class RedisReadiness(RedisConnections connections) : IReadinessPart
{
    public string Name => "redis";

    public Readiness Current
    {
        get
        {
            var away = connections.All.Count(connection => !connection.IsHealthy);
            return away == 0
                ? new Readiness(ReadinessState.Ready)
                : new Readiness(ReadinessState.Degraded, $"{away} of {connections.All.Count} Redis instances do not answer; live updates are read from the log");
        }
    }
}
