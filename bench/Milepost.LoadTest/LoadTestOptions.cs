using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Milepost.Client.Streams;
using Milepost.LoadTest.Workers;

namespace Milepost.LoadTest;

/// <summary>The options of <c>load-test</c> and what they come to.</summary>
internal static class LoadTestOptions
{
    /// <summary>What a process needs besides its connections: assemblies, pipes, the runtime's own.</summary>
    private const int OtherFiles = 256;

    private static readonly Option<Uri[]> Url = Urls(new Option<Uri[]>("--url")
    {
        Description = "A node to connect to; given several times, the connections take them in turns",
        DefaultValueFactory = _ => [new Uri("http://localhost:5080")],
    });

    private static readonly Option<Uri[]> PostUrl = Urls(new Option<Uri[]>("--post-url") { Description = "A node to post to; may be given several times. Not given: those of --url" });
    private static readonly Option<string> Tenant = new("--tenant") { Description = "The tenant to fill with test orders", DefaultValueFactory = _ => "load-test" };
    private static readonly Option<string?> SigningKey = new("--signing-key") { Description = "The server's Auth:SigningKey; the tool signs its own tokens" };
    private static readonly Option<string> DataDirectory = new("--data-directory")
    {
        Description = "Where the server keeps its generated key, when --signing-key is not given",
        DefaultValueFactory = _ => "data",
    };

    private static readonly Option<int> Connections = Positive(new Option<int>("--connections") { Description = "How many customers to connect", DefaultValueFactory = _ => 1000 });
    private static readonly Option<string> Transport = new Option<string>("--transport") { Description = "How they connect; mixed: all three in turns", DefaultValueFactory = _ => "websocket" }
        .AcceptOnlyFromAmong("websocket", "sse", "long-poll", "mixed");

    private static readonly Option<double> Rate = Positive(new Option<double>("--rate") { Description = "Events per second", DefaultValueFactory = _ => 100 });
    private static readonly Option<int> Duration = Positive(new Option<int>("--duration") { Description = "Seconds of posting that are measured", DefaultValueFactory = _ => 30 });
    private static readonly Option<int> WarmUp = new("--warm-up") { Description = "Seconds of posting before them that count for losses only", DefaultValueFactory = _ => 3 };
    private static readonly Option<int> Idle = new("--idle") { Description = "Seconds of rest between connecting and posting", DefaultValueFactory = _ => 3 };
    private static readonly Option<int> Drain = Positive(new Option<int>("--drain") { Description = "Seconds to wait at most for what is under way at the end", DefaultValueFactory = _ => 30 });
    private static readonly Option<double> BurstRate = Positive(new Option<double>("--burst-rate") { Description = "Events per second of a burst behind the measured part, reported apart" });
    private static readonly Option<int> BurstSeconds = Positive(new Option<int>("--burst-seconds") { Description = "How long the burst lasts" });
    private static readonly Option<double?> StormAt = Positive(new Option<double?>("--storm-at") { Description = "The second of the measured part at which all connections are reset; they come back at once and resume, with several --url each on the next node" });
    private static readonly Option<int> StormJitter = new("--storm-jitter-ms") { Description = "Over how many milliseconds they come back; 0: all at once", DefaultValueFactory = _ => 0 };
    private static readonly Option<int> Batch = Positive(new Option<int>("--batch") { Description = "Events per post", DefaultValueFactory = _ => 1 });
    private static readonly Option<int> Producers = Positive(new Option<int>("--producers") { Description = "HTTP connections of the posting side", DefaultValueFactory = _ => 128 });
    private static readonly Option<int> ConnectRate = Positive(new Option<int>("--connect-rate") { Description = "New connections per second", DefaultValueFactory = _ => 1000 });
    private static readonly Option<int> PerProcess = Positive(new Option<int>("--per-process") { Description = "Connections that one client process holds, as far as its limit of open files allows", DefaultValueFactory = _ => 8000 });
    private static readonly Option<int> ClientNice = new("--client-nice") { Description = "How far the client processes step back (nice, 0 to 19) where they share the machine with the server; the part that posts and measures acknowledgements does not", DefaultValueFactory = _ => 0 };
    private static readonly Option<int[]> ServerPid = new("--server-pid") { Description = "The process behind --url, for memory and CPU; several in the same order. Not given: who listens there, if it is on this machine" };
    private static readonly Option<string?> JsonFile = new("--json") { Description = "Also write the report to this file ('-': standard output)" };

    public static IReadOnlyList<Option> All { get; } =
    [
        Url, PostUrl, Tenant, SigningKey, DataDirectory, Connections, Transport, Rate, Duration, WarmUp, Idle, Drain, BurstRate, BurstSeconds, StormAt, StormJitter, Batch,
        Producers, ConnectRate, PerProcess, ClientNice, ServerPid, JsonFile,
    ];

    static LoadTestOptions()
    {
        // What the verbs below this one need too, wherever it stands.
        foreach (var option in (Option[])[Url, PostUrl, Tenant, SigningKey, DataDirectory, Duration, Drain, Producers, ConnectRate, ServerPid, JsonFile])
        {
            option.Recursive = true;
        }
    }

    /// <summary>What no option can tell alone.</summary>
    public static void Check(CommandResult result)
    {
        // One that is wrong by itself has its own error, and no value to ask for here.
        if (result.Errors.Any() || result.Children.Any(child => child.Errors.Any()))
        {
            return;
        }

        if (result.GetResult(BurstRate) is null != (result.GetResult(BurstSeconds) is null))
        {
            result.AddError("a burst needs both --burst-rate and --burst-seconds");
        }

        if (result.GetValue(StormAt) >= result.GetValue(Duration))
        {
            result.AddError("--storm-at must lie within --duration");
        }

        switch (result.GetValue(ClientNice))
        {
            case < 0 or > WorkerProcess.MaxNice:
                result.AddError($"--client-nice must lie between 0 and {WorkerProcess.MaxNice}");
                break;
            case > 0 when OperatingSystem.IsWindows():
                result.AddError("--client-nice needs a Unix system");
                break;
        }
    }

    public static LoadSettings Settings(ParseResult parsed, string key)
    {
        var urls = parsed.GetRequiredValue(Url);
        return new LoadSettings
        {
            Urls = urls,
            PostUrls = parsed.GetValue(PostUrl) is { Length: > 0 } posts ? posts : urls,
            Tenant = parsed.GetRequiredValue(Tenant),
            SigningKey = key,
            Connections = parsed.GetValue(Connections),
            Transports = Transports(parsed.GetRequiredValue(Transport)),
            Rate = parsed.GetValue(Rate),
            Duration = TimeSpan.FromSeconds(parsed.GetValue(Duration)),
            WarmUp = TimeSpan.FromSeconds(parsed.GetValue(WarmUp)),
            Idle = TimeSpan.FromSeconds(parsed.GetValue(Idle)),
            Drain = TimeSpan.FromSeconds(parsed.GetValue(Drain)),
            BurstRate = parsed.GetValue(BurstRate),
            Burst = TimeSpan.FromSeconds(parsed.GetValue(BurstSeconds)),
            StormAt = parsed.GetValue(StormAt) is { } at ? TimeSpan.FromSeconds(at) : null,
            StormJitter = TimeSpan.FromMilliseconds(parsed.GetValue(StormJitter)),
            Batch = parsed.GetValue(Batch),
            Producers = parsed.GetValue(Producers),
            ConnectRate = parsed.GetValue(ConnectRate),
            PerProcess = Math.Min(parsed.GetValue(PerProcess), Math.Max(1, OpenFiles.Limit() - OtherFiles)),
            ClientNice = parsed.GetValue(ClientNice),
            ServerPids = parsed.GetValue(ServerPid) ?? [],
            JsonFile = parsed.GetValue(JsonFile),
            Run = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString("x", CultureInfo.InvariantCulture),
        };
    }

    public static string? Key(ParseResult parsed) =>
        parsed.GetValue(SigningKey) ?? (File.Exists(KeyFile(parsed)) ? File.ReadAllText(KeyFile(parsed)).Trim() : null);

    public static string KeyFile(ParseResult parsed) => Path.Combine(parsed.GetRequiredValue(DataDirectory), "signing.key");

    private static IReadOnlyList<StreamTransport> Transports(string name) => name switch
    {
        "sse" => [StreamTransport.ServerSentEvents],
        "long-poll" => [StreamTransport.LongPoll],
        "mixed" => [StreamTransport.WebSocket, StreamTransport.ServerSentEvents, StreamTransport.LongPoll],
        _ => [StreamTransport.WebSocket],
    };

    private static Option<Uri[]> Urls(Option<Uri[]> option)
    {
        option.CustomParser = argument =>
        {
            var urls = new List<Uri>();
            foreach (var token in argument.Tokens)
            {
                if (Uri.TryCreate(token.Value, UriKind.Absolute, out var url) && url.Scheme is ("http" or "https"))
                {
                    urls.Add(url);
                }
                else
                {
                    argument.AddError($"{option.Name} must be a whole address, for example http://localhost:5080");
                }
            }

            return [.. urls];
        };
        return option;
    }

    /// <summary>An option that must be more than 0 where it is given.</summary>
    internal static Option<T> Positive<T>(Option<T> option)
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
