using System.Diagnostics.Metrics;

namespace Milepost.Core;

/// <summary>What this project counts. No ids, tenants or names among the tags: their number must not grow with the data.</summary>
internal static class CoreMeter
{
    private static readonly Meter Meter = new("Milepost.Core");

    public static readonly Counter<long> Recorded = Meter.CreateCounter<long>("milepost.event.recorded", "{event}", "Events by outcome: accepted, duplicate, rejected");

    public static readonly Counter<long> Refused = Meter.CreateCounter<long>("milepost.event.refused", "{event}", "Events that were not recorded, by reason: busy, unavailable");

    public static readonly UpDownCounter<long> Queued = Meter.CreateUpDownCounter<long>("milepost.recorder.queued", "{event}", "Events that wait for a commit");

    public static readonly Histogram<double> CommitDuration = Meter.CreateHistogram<double>("milepost.commit.duration", "s", "How long one commit took, fsync included");

    public static readonly Histogram<long> CommitSize = Meter.CreateHistogram<long>("milepost.commit.size", "{event}", "How many events shared one commit");

    public static readonly Histogram<double> HintDelay = Meter.CreateHistogram<double>("milepost.hint.delay", "s", "From taking an event in to telling the connections about it");
}
