using System.Diagnostics.Metrics;

namespace Milepost.Realtime;

/// <summary>What this project measures.</summary>
internal static class RealtimeMetrics
{
    private static readonly Meter Meter = new("Milepost.Realtime");

    /// <summary>1: hints arrive from end to end; 0: streams are polled. By Redis instance.</summary>
    public static readonly Gauge<int> Healthy = Meter.CreateGauge<int>("milepost.backplane.healthy", unit: null, "Whether hints arrive from end to end.");

    /// <summary>Hints for other nodes that were not sent; the head check there finds the entries.</summary>
    public static readonly Counter<long> Dropped = Meter.CreateCounter<long>("milepost.backplane.dropped", "{hint}", "Hints that were not sent to other nodes.");

    public static readonly Counter<long> Sent = Meter.CreateCounter<long>("milepost.backplane.sent", "{hint}", "Hints sent to other nodes.");

    public static readonly Counter<long> Received = Meter.CreateCounter<long>("milepost.backplane.received", "{hint}", "Hints received from other nodes.");

    /// <summary>Hints that did not come from a Milepost that this one understands.</summary>
    public static readonly Counter<long> Malformed = Meter.CreateCounter<long>("milepost.backplane.malformed", "{hint}", "Hints that could not be read.");

    /// <summary>Streams whose newest entry was found by the head check and not by a hint.</summary>
    public static readonly Counter<long> Healed = Meter.CreateCounter<long>("milepost.backplane.healed", "{stream}", "Streams found ahead by the head check.");
}
