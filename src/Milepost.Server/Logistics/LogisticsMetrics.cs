using System.Diagnostics.Metrics;
using Milepost.Server.Telemetry;

namespace Milepost.Server.Logistics;

/// <summary>What is counted of the logistics service. No tenants and no ids among the tags.</summary>
internal static class LogisticsMetrics
{
    private static readonly Meter Meter = new(ServerMetrics.MeterName);
    private static readonly Counter<long> Requests = Meter.CreateCounter<long>(
        "milepost.logistics.requests", "{request}", "Questions to the logistics service and the routing engine, by what (driver, route, eta, engine) and outcome: found, unchanged, none, away, refused.");
    private static readonly Histogram<double> Durations = Meter.CreateHistogram<double>("milepost.logistics.request.duration", "s", "How long such a question took, with its repeats.");
    private static readonly Counter<long> Messages = Meter.CreateCounter<long>("milepost.logistics.stream.messages", "{message}", "Messages of location streams, by type.");
    private static readonly Counter<long> RefusedMessages = Meter.CreateCounter<long>("milepost.logistics.stream.refused", "{message}", "Messages of location streams that were passed over, by reason.");
    private static readonly Counter<long> MissedMessages = Meter.CreateCounter<long>("milepost.logistics.stream.missed", "{message}", "Numbers of location streams that never came: gaps that the service told of, and holes.");
    private static readonly UpDownCounter<long> Connected = Meter.CreateUpDownCounter<long>("milepost.logistics.stream.connected", "{stream}", "Location streams that are open on this node.");
    private static readonly Counter<long> Ends = Meter.CreateCounter<long>("milepost.logistics.stream.ended", "{stream}", "Location streams that ended, by reason: closed, idle, failed, refused, released.");
    private static readonly Counter<long> Fixes = Meter.CreateCounter<long>("milepost.logistics.fixes", "{fix}", "Fixes that were handed on.");

    public static void Request(string what, string outcome, TimeSpan took)
    {
        Requests.Add(1, new KeyValuePair<string, object?>("what", what), new KeyValuePair<string, object?>("outcome", outcome));
        Durations.Record(took.TotalSeconds, new KeyValuePair<string, object?>("what", what));
    }

    public static void Message(string type) => Messages.Add(1, new KeyValuePair<string, object?>("type", type));

    public static void MessageRefused(string reason) => RefusedMessages.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public static void Missed(long count) => MissedMessages.Add(count);

    public static void Opened() => Connected.Add(1);

    public static void Closed() => Connected.Add(-1);

    public static void Ended(string reason) => Ends.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public static void Offered(int count) => Fixes.Add(count);
}
