using System.Diagnostics.Metrics;
using Milepost.Core.Tracking;
using Milepost.Server.Telemetry;

namespace Milepost.Server.Tracking;

/// <summary>What the tracker counts.</summary>
internal static class TrackerMetrics
{
    private static readonly Meter Meter = new(ServerMetrics.MeterName);
    private static readonly Counter<long> Fixes = Meter.CreateCounter<long>("milepost.fix.received", "{fix}", "Fixes of drivers by what became of them: accepted, or why they were not.");
    private static readonly Counter<long> Frames = Meter.CreateCounter<long>("milepost.fix.shown", "{frame}", "Places that those who follow an order were shown, or were not for the visibility policy's sake, by audience.");
    private static readonly Histogram<double> Delay = Meter.CreateHistogram<double>("milepost.fix.delay", "s", "From the receipt of a fix until it is handed to those who follow.");

    private static readonly Gauge<long> InboxSize = Meter.CreateGauge<long>("milepost.fix.waiting", "{driver}", "Drivers with fixes that were not looked at yet.");

    private static readonly Counter<long> RefusedRoutes = Meter.CreateCounter<long>(
        "milepost.route.refused", "{route}", "Routes that were not used, by reason; counted with each look at the order until another one is told.");

    public static readonly Counter<long> Lost = Meter.CreateCounter<long>("milepost.fix.lost", "{fix}", "Fixes for which there was no room; newer ones were.");

    public static void Judged(FilteredFixes filtered)
    {
        Fixes.Add(filtered.Accepted.Count, new KeyValuePair<string, object?>("result", "accepted"));
        foreach (var (reason, count) in filtered.Refused)
        {
            Fixes.Add(count, new KeyValuePair<string, object?>("result", reason.Wire()));
        }
    }

    public static void RouteRefused(RouteRefusal reason) => RefusedRoutes.Add(1, new KeyValuePair<string, object?>("reason", reason.Wire()));

    public static void Shown(string audience, bool visible) =>
        Frames.Add(1, new KeyValuePair<string, object?>("audience", audience), new KeyValuePair<string, object?>("result", visible ? "shown" : "hidden"));

    public static void Waiting(int drivers) => InboxSize.Record(drivers);

    public static void Took(TimeSpan delay) => Delay.Record(delay.TotalSeconds);
}
