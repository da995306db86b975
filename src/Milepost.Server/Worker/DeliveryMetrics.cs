using System.Diagnostics.Metrics;
using Milepost.Core.Deliveries;
using Milepost.Server.Telemetry;

namespace Milepost.Server.Worker;

/// <summary>What the worker counts.</summary>
internal static class DeliveryMetrics
{
    private static readonly Meter Meter = new(ServerMetrics.MeterName);
    private static readonly Gauge<long> Queued = Meter.CreateGauge<long>("milepost.delivery.queued", "{delivery}", "Deliveries that wait in the queue, due or not.");
    private static readonly Gauge<double> Lag = Meter.CreateGauge<double>("milepost.delivery.lag", "s", "For how long the first of the due deliveries has been due.");
    private static readonly Counter<long> Attempts = Meter.CreateCounter<long>("milepost.delivery.attempts", "{attempt}", "Attempts by channel and outcome: sent, retry, failed, unknown.");
    private static readonly Counter<long> FencedReports = Meter.CreateCounter<long>("milepost.delivery.fenced", "{report}", "Reports of workers whose lease was not theirs any more.");
    private static readonly Counter<long> Swept = Meter.CreateCounter<long>("milepost.delivery.swept", "{delivery}", "Deliveries taken back from workers, or ended because their time was over: returned, unknown, expired.");
    private static readonly Counter<long> Settlements = Meter.CreateCounter<long>("milepost.delivery.settled", "{delivery}", "Deliveries that were due and did not go out, by channel and code: held or stopped.");
    private static readonly Histogram<double> Held = Meter.CreateHistogram<double>("milepost.delivery.lease.duration", "s", "From the lease to the report.");

    public static void Depth(QueueDepth depth)
    {
        Queued.Record(depth.Queued);
        Lag.Record(depth.Lag.TotalSeconds);
    }

    public static void Done(DeliveryChannel channel, DeliveryOutcome outcome, TimeSpan held)
    {
        Attempts.Add(1, new KeyValuePair<string, object?>("channel", channel.Wire()), new KeyValuePair<string, object?>("outcome", outcome switch
        {
            DeliveryOutcome.Sent => "sent",
            DeliveryOutcome.Retry => "retry",
            DeliveryOutcome.GiveUp => "failed",
            _ => "unknown",
        }));
        Held.Record(held.TotalSeconds, new KeyValuePair<string, object?>("channel", channel.Wire()));
    }

    public static void Settled(IEnumerable<Cleared> cleared)
    {
        foreach (var one in cleared)
        {
            var (outcome, code) = one.Clearance is Clearance.Hold hold ? ("held", hold.Code) : ("stopped", ((Clearance.Stop)one.Clearance).Code);
            Settlements.Add(
                1,
                new KeyValuePair<string, object?>("channel", one.Lease.Delivery.Channel.Wire()), new KeyValuePair<string, object?>("outcome", outcome), new KeyValuePair<string, object?>("code", code));
        }
    }

    public static void Fenced() => FencedReports.Add(1);

    public static void Sweep(SweepResult swept)
    {
        Count(swept.Returned, "returned");
        Count(swept.Unknown, "unknown");
        Count(swept.Expired, "expired");
    }

    private static void Count(int count, string what)
    {
        if (count > 0)
        {
            Swept.Add(count, new KeyValuePair<string, object?>("what", what));
        }
    }
}
