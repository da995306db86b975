using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using Milepost.Client.Streams;
using Milepost.LoadTest.Measuring;
using Milepost.LoadTest.Workers;
using Spectre.Console;

namespace Milepost.LoadTest;

/// <summary><c>load-test</c>: opens connections through the public protocol, posts events at a rate, and reports what arrived and when.</summary>
public static class LoadTestCommand
{
    /// <summary>The verb.</summary>
    public const string Name = "load-test";

    internal const string WorkerName = "worker";

    private static readonly Option<Uri> Url = new("--url")
    {
        Description = "The server",
        DefaultValueFactory = _ => new Uri("http://localhost:5080"),
        CustomParser = ParseUrl,
    };

    private static readonly Option<string> Tenant = new("--tenant") { Description = "The tenant to fill with test orders", DefaultValueFactory = _ => "load-test" };
    private static readonly Option<string?> SigningKey = new("--signing-key") { Description = "The server's Auth:SigningKey; the tool signs its own tokens" };
    private static readonly Option<string> DataDirectory = new("--data-directory")
    {
        Description = "Where the server keeps its generated key, when --signing-key is not given",
        DefaultValueFactory = _ => "data",
    };

    private static readonly Option<int> Connections = Positive(new Option<int>("--connections") { Description = "How many customers to connect", DefaultValueFactory = _ => 1000 });
    private static readonly Option<string> Transport = new Option<string>("--transport") { Description = "How they connect", DefaultValueFactory = _ => "websocket" }
        .AcceptOnlyFromAmong("websocket", "sse", "long-poll");

    private static readonly Option<double> Rate = Positive(new Option<double>("--rate") { Description = "Events per second", DefaultValueFactory = _ => 100 });
    private static readonly Option<int> Duration = Positive(new Option<int>("--duration") { Description = "Seconds of posting that are measured", DefaultValueFactory = _ => 30 });
    private static readonly Option<int> WarmUp = new("--warm-up") { Description = "Seconds of posting before them that count for losses only", DefaultValueFactory = _ => 3 };
    private static readonly Option<int> Idle = new("--idle") { Description = "Seconds of rest between connecting and posting", DefaultValueFactory = _ => 3 };
    private static readonly Option<int> Drain = Positive(new Option<int>("--drain") { Description = "Seconds to wait at most for what is under way at the end", DefaultValueFactory = _ => 30 });
    private static readonly Option<int> Batch = Positive(new Option<int>("--batch") { Description = "Events per post", DefaultValueFactory = _ => 1 });
    private static readonly Option<int> Producers = Positive(new Option<int>("--producers") { Description = "HTTP connections of the posting side", DefaultValueFactory = _ => 128 });
    private static readonly Option<int> ConnectRate = Positive(new Option<int>("--connect-rate") { Description = "New connections per second", DefaultValueFactory = _ => 1000 });
    private static readonly Option<int> PerProcess = Positive(new Option<int>("--per-process") { Description = "Connections that one client process holds", DefaultValueFactory = _ => 8000 });
    private static readonly Option<int?> ServerPid = new("--server-pid") { Description = "The server's process, for memory and CPU. Not given: who listens on --url, if it is on this machine" };
    private static readonly Option<string?> JsonFile = new("--json") { Description = "Also write the report to this file ('-': standard output)" };

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var command = new Command(Name, "Opens connections through the public protocol, posts events at a rate, open loop, and reports losses and latencies.")
        {
            Url, Tenant, SigningKey, DataDirectory, Connections, Transport, Rate, Duration, WarmUp, Idle, Drain, Batch, Producers, ConnectRate, PerProcess, ServerPid, JsonFile,
            Worker(),
        };
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
        if (Key(parsed) is not { } key)
        {
            await error.WriteLineAsync($"error: give --signing-key, or --data-directory with the server's signing.key in it (tried {KeyFile(parsed)})");
            return 2;
        }

        var settings = Settings(parsed, key);
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

    private static LoadSettings Settings(ParseResult parsed, string key) => new()
    {
        Url = parsed.GetRequiredValue(Url),
        Tenant = parsed.GetRequiredValue(Tenant),
        SigningKey = key,
        Connections = parsed.GetValue(Connections),
        Transport = parsed.GetRequiredValue(Transport) switch
        {
            "sse" => StreamTransport.ServerSentEvents,
            "long-poll" => StreamTransport.LongPoll,
            _ => StreamTransport.WebSocket,
        },
        Rate = parsed.GetValue(Rate),
        Duration = TimeSpan.FromSeconds(parsed.GetValue(Duration)),
        WarmUp = TimeSpan.FromSeconds(parsed.GetValue(WarmUp)),
        Idle = TimeSpan.FromSeconds(parsed.GetValue(Idle)),
        Drain = TimeSpan.FromSeconds(parsed.GetValue(Drain)),
        Batch = parsed.GetValue(Batch),
        Producers = parsed.GetValue(Producers),
        ConnectRate = parsed.GetValue(ConnectRate),
        PerProcess = parsed.GetValue(PerProcess),
        ServerPid = parsed.GetValue(ServerPid),
        JsonFile = parsed.GetValue(JsonFile),
        Run = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString("x", CultureInfo.InvariantCulture),
    };

    private static string? Key(ParseResult parsed) =>
        parsed.GetValue(SigningKey) ?? (File.Exists(KeyFile(parsed)) ? File.ReadAllText(KeyFile(parsed)).Trim() : null);

    private static string KeyFile(ParseResult parsed) => Path.Combine(parsed.GetRequiredValue(DataDirectory), "signing.key");

    private static Uri? ParseUrl(ArgumentResult argument)
    {
        if (Uri.TryCreate(argument.Tokens.Single().Value, UriKind.Absolute, out var url) && url.Scheme is ("http" or "https"))
        {
            return url;
        }

        argument.AddError("--url must be a whole address, for example http://localhost:5080");
        return null;
    }

    private static Option<T> Positive<T>(Option<T> option)
    {
        // What is not a number at all is refused elsewhere, and has no value to ask for here.
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && double.TryParse(text, CultureInfo.InvariantCulture, out var number) && number <= 0)
            {
                result.AddError($"{option.Name} must be more than 0");
            }
        });
        return option;
    }
}
