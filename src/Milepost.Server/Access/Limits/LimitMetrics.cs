using System.Diagnostics.Metrics;

namespace Milepost.Server.Access.Limits;

internal static class LimitMetrics
{
    private static readonly Meter Meter = new("Milepost.Server.Access");

    private static readonly Counter<long> Local = Meter.CreateCounter<long>("milepost.limits.local", "{decision}", "Decided by this node alone because Redis did not answer in time.");
    private static readonly Counter<long> Refused = Meter.CreateCounter<long>("milepost.limits.refused", "{request}", "Refused with 429.");

    public static void DecidedLocally(Limit limit) => Local.Add(1, KeyValuePair.Create<string, object?>("limit", limit.Name));

    public static void WasRefused(Limit limit) => Refused.Add(1, KeyValuePair.Create<string, object?>("limit", limit.Name));
}
