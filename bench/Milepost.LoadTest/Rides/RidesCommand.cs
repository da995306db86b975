using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Milepost.LoadTest.Measuring;
using Spectre.Console;

namespace Milepost.LoadTest.Rides;

/// <summary><c>load-test rides</c>: drivers who send their places, and customers who watch them come.</summary>
internal static class RidesCommand
{
    private static readonly Option<int> Couriers = LoadTestOptions.Positive(new Option<int>("--couriers") { Description = "How many drivers ride, each with one order", DefaultValueFactory = _ => 200 });
    private static readonly Option<int> Viewers = LoadTestOptions.Positive(new Option<int>("--viewers") { Description = "How many connections follow the orders, in turns", DefaultValueFactory = _ => 1000 });
    private static readonly Option<double> FixSeconds = LoadTestOptions.Positive(new Option<double>("--fix-interval") { Description = "Seconds between two places of a driver", DefaultValueFactory = _ => 2 });

    public static Command Create()
    {
        var command = new Command("rides", "Drivers send their places, viewers follow the orders: measures from the post of a place to each viewer.") { Couriers, Viewers, FixSeconds };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var error = parsed.InvocationConfiguration.Error;
        if (LoadTestOptions.Key(parsed) is not { } key)
        {
            await error.WriteLineAsync($"error: give --signing-key, or --data-directory with the server's signing.key in it (tried {LoadTestOptions.KeyFile(parsed)})");
            return 2;
        }

        var settings = new RideSettings(
            LoadTestOptions.Settings(parsed, key), parsed.GetValue(Couriers), parsed.GetValue(Viewers), TimeSpan.FromSeconds(parsed.GetValue(FixSeconds)));
        try
        {
            var report = await new RidesRun(settings, TimeProvider.System, error.WriteLine).RunAsync(cancellationToken);
            await WriteAsync(settings, report);
            return report.Clean ? 0 : 1;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await error.WriteLineAsync("stopped");
            return 1;
        }
        catch (HttpRequestException failure)
        {
            await error.WriteLineAsync($"error: {failure.Message}");
            return 1;
        }
    }

    private static async Task WriteAsync(RideSettings settings, RidesReport report)
    {
        var json = JsonSerializer.Serialize(report, RidesJson.Default.RidesReport);
        if (settings.Load.JsonFile == "-")
        {
            Console.Out.WriteLine(json);
            return;
        }

        var table = new Table().AddColumns("rides", "");
        void Row(string name, FormattableString text) => table.AddRow(name, Markup.Escape(text.ToString(CultureInfo.InvariantCulture)));
        Row("drivers, viewers", $"{report.Couriers:#,0} drivers with a place each {report.FixSeconds:0.##} s, {report.Connected:#,0} of {report.Viewers:#,0} viewers connected");
        Row("places posted", $"{report.Posted:#,0} in {report.Seconds:0} s, {report.Refused:#,0} not taken");
        Row("shown", $"{report.Shown:#,0}, {report.ShownPerPlace:0.00} for each place and viewer of its order");
        Row("older than one before", $"{report.OutOfOrder:#,0}");
        Row("post to viewer", $"p50 {report.Milliseconds.P50:0.#} ms  p95 {report.Milliseconds.P95:0.#}  p99 {report.Milliseconds.P99:0.#}  max {report.Milliseconds.Max:0.#}");
        Row("server memory", $"connected {report.RssConnectedMiB:0} MiB, after a third of the rides {report.RssEarlyMiB:0}, at their end {report.RssLateMiB:0}");
        Row("CPU", $"server {report.ServerCores:0.00} cores, tool {report.ToolCores:0.00}");
        var console = AnsiConsole.Create(new AnsiConsoleSettings());
        console.Profile.Width = Console.IsOutputRedirected ? 150 : console.Profile.Width;
        console.Write(table);
        if (settings.Load.JsonFile is { } file)
        {
            await File.WriteAllTextAsync(file, json + "\n", CancellationToken.None);
        }
    }
}
