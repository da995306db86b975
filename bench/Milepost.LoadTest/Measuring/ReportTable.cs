using System.Globalization;
using Spectre.Console;

namespace Milepost.LoadTest.Measuring;

/// <summary>A report for a person.</summary>
internal static class ReportTable
{
    public static Table Of(Report report)
    {
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumn("what").AddColumn("value");
        Row(table, "nodes", report.PostUrls.SequenceEqual(report.Urls) ? Text(report.Urls) : $"{Text(report.Urls)}; posts to {Text(report.PostUrls)}");
        Row(table, "connections", $"{Count(report.Connections.Connected)} of {Count(report.Connections.Asked)} over {string.Join(", ", report.Transports)}, {Count((long)report.Connections.PerSecond)}/s, {report.ClientProcesses} client process(es)");
        Row(table, "events", $"{Count(report.Posted)} posted at {report.RateAsked:0.#}/s in batches of {report.Batch}, {Count(report.Acknowledged)} acknowledged ({report.RateAcknowledged:0.#}/s)");
        Row(table, "not acknowledged", Count(report.Unacknowledged), bad: report.Unacknowledged > 0);
        Row(table, "posts repeated", Count(report.Repeated), bad: report.Repeated > 0);
        Row(table, "delivered", Count(report.Delivered));
        Row(table, "lost", Count(report.Lost), bad: report.Lost > 0);
        Row(table, "duplicated", Count(report.Duplicated), bad: report.Duplicated > 0);
        Row(table, "out of order", Count(report.OutOfOrder), bad: report.OutOfOrder > 0);
        Row(table, "disconnects", report.Breaks.Broken == 0 ? "0" : Text(report.Breaks), bad: report.Breaks.Broken > 0);
        Row(table, "delivery", Text(report.Delivery));
        Row(table, "acknowledgement", Text(report.Acknowledgement));
        // A single part is the whole.
        foreach (var part in report.Parts.Count > 1 ? report.Parts : [])
        {
            Row(table, part.Name, $"{Count(part.Posted)} events at {part.RateAsked:0.#}/s, {Count(part.Acknowledged)} acknowledged, {Count(part.Lost)} lost", bad: part.Lost > 0);
            Row(table, "  delivery", Text(part.Delivery));
            Row(table, "  acknowledgement", Text(part.Acknowledgement));
        }

        if (report.Storm is { } storm)
        {
            Storm(table, storm);
        }

        foreach (var server in report.Servers)
        {
            Row(table, $"memory of {server.Url.Authority}", $"{server.RssBeforeMiB:0.#} MiB before, {server.RssConnectedMiB:0.#} connected ({server.RssPerConnectionKiB:0.##} KiB per connection), {server.RssAfterMiB:0.#} after");
            Row(table, $"CPU of {server.Url.Authority}", $"{server.ConnectCpuCores:0.##} cores while connecting, {server.PostCpuCores:0.##} while posting");
        }

        Row(table, "tool", $"{report.ClientCpuCores:0.##} cores while posting, {report.ClientRssMiB:0.#} MiB in its client processes");
        foreach (var trouble in report.Troubles)
        {
            Row(table, "trouble", trouble, bad: true);
        }

        return table;
    }

    private static void Storm(Table table, StormReport storm)
    {
        var caughtUp = storm.Recovery.NotBack == 0 ? $"all caught up after {storm.Recovery.CaughtUp.Max / 1000:0.###} s" : "not all came back";
        Row(table, "reconnect storm", $"at {storm.AtSecond:0.#} s, jitter {storm.JitterMilliseconds:0} ms: {caughtUp}", bad: storm.Recovery.NotBack > 0);
        Row(table, "  connections", Text(storm.Recovery), bad: storm.Recovery.NotBack > 0);
        Row(table, "  acknowledgement before", Text(storm.AcknowledgementBefore));
        Row(table, "  and during", $"{Text(storm.AcknowledgementDuring)}  ({storm.AcknowledgementDuring.Count} events; p99 × {storm.AcknowledgementP99Ratio:0.##})");
    }

    private static string Text(RecoveryReport of) =>
        string.Create(CultureInfo.InvariantCulture, $"{of.Broken} broke, {of.NotBack} not back, {of.FailedAttempts} failed attempts; caught up p50 {of.CaughtUp.P50:0} ms  p99 {of.CaughtUp.P99:0}  max {of.CaughtUp.Max:0}; since the attempt p50 {of.SinceAttempt.P50:0} ms  p99 {of.SinceAttempt.P99:0}  max {of.SinceAttempt.Max:0}");

    private static string Text(Quantiles of) =>
        string.Create(CultureInfo.InvariantCulture, $"p50 {of.P50:0.##} ms  p90 {of.P90:0.##}  p99 {of.P99:0.##}  p99.9 {of.P999:0.##}  max {of.Max:0.##}  within 1 s {of.WithinSecond:0.###} %");

    private static string Text(IEnumerable<Uri> nodes) => string.Join(", ", nodes.Select(node => node.Authority));

    private static string Count(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    private static void Row(Table table, string name, string value, bool bad = false) =>
        table.AddRow(new Text(name), new Text(value, bad ? new Style(Color.Red) : Style.Plain));
}
