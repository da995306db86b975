using System.Globalization;
using Spectre.Console;

namespace Milepost.LoadTest.Measuring;

/// <summary>A report for a person.</summary>
internal static class ReportTable
{
    public static Table Of(Report report)
    {
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumn("what").AddColumn("value");
        Row(table, "connections", $"{Count(report.Connections.Connected)} of {Count(report.Connections.Asked)} over {report.Transport}, {Count((long)report.Connections.PerSecond)}/s, {report.ClientProcesses} client process(es)");
        Row(table, "events", $"{Count(report.Posted)} posted at {report.RateAsked:0.#}/s in batches of {report.Batch}, {Count(report.Acknowledged)} acknowledged ({report.RateAcknowledged:0.#}/s)");
        Row(table, "not acknowledged", Count(report.Unacknowledged), bad: report.Unacknowledged > 0);
        Row(table, "delivered", Count(report.Delivered));
        Row(table, "lost", Count(report.Lost), bad: report.Lost > 0);
        Row(table, "duplicated", Count(report.Duplicated), bad: report.Duplicated > 0);
        Row(table, "out of order", Count(report.OutOfOrder), bad: report.OutOfOrder > 0);
        Row(table, "disconnects", Count(report.Disconnects), bad: report.Disconnects > 0);
        Row(table, "delivery", Text(report.Delivery));
        Row(table, "acknowledgement", Text(report.Acknowledgement));
        if (report.Server is { } server)
        {
            Row(table, "server memory", $"{server.RssBeforeMiB:0.#} MiB before, {server.RssConnectedMiB:0.#} connected ({server.RssPerConnectionKiB:0.##} KiB per connection), {server.RssAfterMiB:0.#} after");
            Row(table, "server CPU", $"{server.ConnectCpuCores:0.##} cores while connecting, {server.PostCpuCores:0.##} while posting");
        }

        Row(table, "tool CPU", $"{report.ClientCpuCores:0.##} cores while posting");
        foreach (var trouble in report.Troubles)
        {
            Row(table, "trouble", trouble, bad: true);
        }

        return table;
    }

    private static string Text(Quantiles of) =>
        string.Create(CultureInfo.InvariantCulture, $"p50 {of.P50:0.##} ms  p90 {of.P90:0.##}  p99 {of.P99:0.##}  p99.9 {of.P999:0.##}  max {of.Max:0.##}");

    private static string Count(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    private static void Row(Table table, string name, string value, bool bad = false) =>
        table.AddRow(new Text(name), new Text(value, bad ? new Style(Color.Red) : Style.Plain));
}
