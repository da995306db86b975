using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Milepost.Core.Recording;

/// <summary>What recording counts. No ids, tenants or names among the tags: their number must not grow with the data.</summary>
internal static class RecordingMetrics
{
    private static readonly Meter Meter = new("Milepost.Core");

    private static readonly Counter<long> Recorded = Meter.CreateCounter<long>("milepost.event.recorded", "{event}", "Events by outcome: accepted, duplicate, rejected");

    private static readonly Counter<long> Refused = Meter.CreateCounter<long>("milepost.event.refused", "{event}", "Events that were not recorded, by reason: busy, unavailable");

    private static readonly Histogram<double> CommitDuration = Meter.CreateHistogram<double>("milepost.commit.duration", "s", "How long one commit took, fsync included");

    private static readonly Histogram<long> CommitSize = Meter.CreateHistogram<long>("milepost.commit.size", "{event}", "How many events shared one commit");

    public static readonly UpDownCounter<long> Queued = Meter.CreateUpDownCounter<long>("milepost.recorder.queued", "{event}", "Events that wait for a commit");

    public static readonly Histogram<double> HintDelay = Meter.CreateHistogram<double>("milepost.hint.delay", "s", "From taking events in to telling the connections about them");

    public static void WasBusy(int events) => Refused.Add(events, new KeyValuePair<string, object?>("reason", "busy"));

    public static void WasUnavailable(int events) => Refused.Add(events, new KeyValuePair<string, object?>("reason", "unavailable"));

    public static void Committed(IReadOnlyList<RecordOutcome> outcomes, TimeSpan took)
    {
        CommitDuration.Record(took.TotalSeconds);
        CommitSize.Record(outcomes.Count);
        var (accepted, duplicate, rejected) = (0, 0, 0);
        foreach (var outcome in outcomes)
        {
            switch (outcome)
            {
                case RecordOutcome.Accepted:
                    accepted++;
                    break;
                case RecordOutcome.Duplicate:
                    duplicate++;
                    break;
                case RecordOutcome.Rejected:
                    rejected++;
                    break;
                default:
                    throw new UnreachableException();
            }
        }

        Count(accepted, "accepted");
        Count(duplicate, "duplicate");
        Count(rejected, "rejected");
    }

    private static void Count(int events, string outcome)
    {
        if (events > 0)
        {
            Recorded.Add(events, new KeyValuePair<string, object?>("outcome", outcome));
        }
    }
}
