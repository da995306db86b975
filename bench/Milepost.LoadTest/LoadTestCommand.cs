using System.CommandLine;
using System.Text.Json;
using Milepost.LoadTest.Measuring;
using Milepost.LoadTest.Rides;
using Milepost.LoadTest.Workers;
using Spectre.Console;

namespace Milepost.LoadTest;

/// <summary><c>load-test</c>: opens connections through the public protocol, posts events at a rate, and reports what arrived and when.</summary>
public static class LoadTestCommand
{
    /// <summary>The verb.</summary>
    public const string Name = "load-test";

    internal const string WorkerName = "worker";

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var command = new Command(Name, "Opens connections through the public protocol, posts events at a rate, open loop, and reports losses and latencies.") { Worker(), RidesCommand.Create() };
        foreach (var option in LoadTestOptions.All)
        {
            command.Options.Add(option);
        }

        command.Validators.Add(LoadTestOptions.Check);
        command.SetAction(RunAsync);
        return command;
    }

    private static Command Worker()
    {
        var worker = new Command(WorkerName, "A client process; started by the tool itself.") { Hidden = true };
        worker.SetAction((_, cancellationToken) => new WorkerRun(Console.In, Console.Out, TimeProvider.System).RunAsync(cancellationToken));
        return worker;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var error = parsed.InvocationConfiguration.Error;
        if (LoadTestOptions.Key(parsed) is not { } key)
        {
            await error.WriteLineAsync($"error: give --signing-key, or --data-directory with the server's signing.key in it (tried {LoadTestOptions.KeyFile(parsed)})");
            return 2;
        }

        var settings = LoadTestOptions.Settings(parsed, key);
        try
        {
            var report = settings.JsonFile == "-" || Console.IsErrorRedirected
                ? await new LoadTestRun(settings, TimeProvider.System, error.WriteLine).RunAsync(cancellationToken)
                : await LiveAsync(settings, cancellationToken);
            await WriteAsync(settings, report);
            return report.Clean ? 0 : 1;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await error.WriteLineAsync("stopped");
            return 1;
        }
        catch (InvalidOperationException failure)
        {
            await error.WriteLineAsync($"error: {failure.Message}");
            return 1;
        }
    }

    private static Task<Report> LiveAsync(LoadSettings settings, CancellationToken cancellationToken)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Status().StartAsync("starting", status =>
            new LoadTestRun(settings, TimeProvider.System, line => status.Status(Markup.Escape(line))).RunAsync(cancellationToken));
    }

    private static async Task WriteAsync(LoadSettings settings, Report report)
    {
        var json = JsonSerializer.Serialize(report, ReportJson.Default.Report);
        if (settings.JsonFile == "-")
        {
            Console.Out.WriteLine(json);
            return;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings());
        // In a file a line is as long as it is.
        console.Profile.Width = Console.IsOutputRedirected ? 150 : console.Profile.Width;
        console.Write(ReportTable.Of(report));
        if (settings.JsonFile is { } file)
        {
            await File.WriteAllTextAsync(file, json + "\n", CancellationToken.None);
        }
    }
}
