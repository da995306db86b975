using Milepost.Server.Hosting;
using Milepost.Server.Logistics.Stream;

namespace Milepost.Server.Logistics;

/// <summary>Without the logistics service orders are still served, with what was known last: degraded, never unavailable.</summary>
internal sealed class LogisticsReadiness(LogisticsClient client, StreamBoard board) : IReadinessPart
{
    public string Name => "logistics";

    public Readiness Current => board.Away is > 0 and var away
        ? new Readiness(ReadinessState.Degraded, $"{away} of {board.Held} location streams are not open; drivers are shown where they were last")
        : client.Resting is > 0 and var resting
            ? new Readiness(ReadinessState.Degraded, $"the logistics service does not answer for {resting} tenants; drivers, routes and estimates are shown as they were last")
            : new Readiness(ReadinessState.Ready);
}
