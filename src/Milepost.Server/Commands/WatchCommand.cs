using System.CommandLine;
using System.CommandLine.Parsing;
using Milepost.Client;
using Milepost.Client.Streams;
using Milepost.Protocol.Streams;
using Spectre.Console;

namespace Milepost.Server.Commands;

/// <summary><c>milepost watch</c>: follows streams in the terminal, through the same SDK that everybody uses.</summary>
internal static class WatchCommand
{
    private const string TokenVariable = "MILEPOST_TOKEN";

    private static readonly Argument<string[]> Streams = new("stream")
    {
        Description = "What to follow: notifications, order:ID or customer:ID",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<Uri> Url = new("--url")
    {
        Description = "The server",
        DefaultValueFactory = _ => new Uri("http://localhost:5080"),
        CustomParser = ParseUrl,
    };

    private static readonly Option<string?> Tenant = new("--tenant")
    {
        Description = "With it, and with one stream and no --since, the present state is shown first and followed without a gap",
    };

    private static readonly Option<string?> Token = new("--token")
    {
        Description = $"Who is watching; see 'milepost token'. Without it the environment's {TokenVariable}",
    };

    private static readonly Option<string?> Since = new("--since") { Description = "A cursor, or 'earliest' for everything that is kept. Without it: from now on" };

    private static readonly Option<string> Transport = new Option<string>("--transport")
    {
        Description = "How to connect",
        DefaultValueFactory = _ => "websocket",
    }.AcceptOnlyFromAmong("websocket", "sse", "long-poll");

    private static readonly Option<bool> Json = new("--json") { Description = "Print each entry and each place of a driver as it came, one JSON object per line" };

    public static Command Create()
    {
        var command = new VerbCommand(
            "watch",
            "Follows streams live in the terminal until Ctrl-C.",
            "milepost watch notifications --tenant demo --token $(milepost token --tenant demo --sub customer-17)",
            "milepost watch order:o-17 --since earliest --json",
            $"export {TokenVariable}=$(milepost token --tenant demo --sub ops --scope operator); milepost watch order:o-17 customer:customer-17")
        {
            Streams, Url, Tenant, Token, Since, Transport, Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var error = parsed.InvocationConfiguration.Error;
        if ((parsed.GetValue(Token) ?? Environment.GetEnvironmentVariable(TokenVariable)) is not { Length: > 0 } token)
        {
            await error.WriteLineAsync($"error: give --token or set {TokenVariable}. On the server's machine: milepost token --tenant demo --sub customer-17");
            return ExitCode.WrongUsage;
        }

        await using var client = new MilepostClient(new MilepostClientOptions
        {
            BaseAddress = parsed.GetRequiredValue(Url),
            Tenant = parsed.GetValue(Tenant) ?? "unknown",
            Token = MilepostClientOptions.ConstantToken(token),
            Transport = parsed.GetRequiredValue(Transport) switch
            {
                "sse" => StreamTransport.ServerSentEvents,
                "long-poll" => StreamTransport.LongPoll,
                _ => StreamTransport.WebSocket,
            },
        });
        var output = parsed.InvocationConfiguration.Output;
        // A status line and the lines above it must be drawn by the same console.
        var screen = parsed.GetValue(Json) || System.Console.IsOutputRedirected ? null : Screen();
        WatchLines lines = parsed.GetValue(Json) ? new WatchLines.Json(output) : screen is null ? new WatchLines.Plain(output) : new WatchLines.Coloured(screen);
        using var places = new WatchPlaces(lines, TimeProvider.System);
        try
        {
            var streams = parsed.GetRequiredValue(Streams);
            var since = parsed.GetValue(Since) ?? (parsed.GetValue(Tenant) is null || streams.Length > 1 ? null : await PresentAsync(client, streams[0], lines, places, cancellationToken));
            var follow = client.Streams.FollowAsync(new FollowRequest { Streams = streams, Since = since }, cancellationToken);
            return screen is null
                ? await FollowAsync(follow, streams.Length, lines, places, error.WriteLine)
                : await screen.Status().StartAsync("connecting", status => FollowAsync(follow, streams.Length, lines, places, line => status.Status(Markup.Escape(line))));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
        catch (MilepostException refused)
        {
            await error.WriteLineAsync($"error: {refused.Message} ({refused.Code}). {Advice(refused.Code)}");
            return ExitCode.Failed;
        }
    }

    private static Uri? ParseUrl(ArgumentResult argument)
    {
        if (Uri.TryCreate(argument.Tokens.Single().Value, UriKind.Absolute, out var url) && url.Scheme is ("http" or "https"))
        {
            return url;
        }

        argument.AddError("--url must be a whole address, for example http://localhost:5080");
        return null;
    }

    private static async Task<int> FollowAsync(StreamFollow follow, int streams, WatchLines lines, WatchPlaces places, Action<string> status)
    {
        var refused = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var message in follow)
        {
            switch (message)
            {
                case StreamMessage.Entry { Frame: { Type: FrameTypes.DriverLocationUpdated } seen }:
                    places.Take(seen);
                    break;
                case StreamMessage.Entry entry:
                    lines.Entry(entry.Frame);
                    places.Heard(entry.Frame);
                    break;
                case StreamMessage.Reset reset:
                    lines.Remark(reset.Frame, $"the position could not be served ({reset.Frame.Code}); going on from now");
                    break;
                case StreamMessage.Error { Frame: { Stream: { } stream, Retry: not true } frame }:
                    lines.Remark(frame, $"refused: {frame.Detail ?? frame.Code}. {Advice(frame.Code ?? "")}");
                    refused.Add(stream);
                    if (refused.Count == streams)
                    {
                        return ExitCode.Failed;
                    }

                    break;
                case StreamMessage.Error error:
                    lines.Remark(error.Frame, $"{error.Frame.Code}: {error.Frame.Detail}");
                    break;
                case StreamMessage.Ready:
                    status("caught up, live");
                    break;
                case StreamMessage.ConnectionChanged change:
                    status(Text(change));
                    break;
            }
        }

        return ExitCode.Done;
    }

    /// <summary>Shows how things are, and answers the cursor to go on from.</summary>
    private static async Task<string?> PresentAsync(MilepostClient client, string stream, WatchLines lines, WatchPlaces places, CancellationToken cancellationToken)
    {
        if (stream == StreamLabels.Notifications)
        {
            var page = await client.Notifications.ListAsync(new() { Limit = 1 }, cancellationToken);
            lines.Present(stream, $"{page.Unread} unread of {page.Total}");
            return page.Stream.Cursor;
        }

        if (!stream.StartsWith(StreamLabels.OrderPrefix, StringComparison.Ordinal))
        {
            return null;
        }

        var order = await client.Orders.TrackingAsync(stream[StreamLabels.OrderPrefix.Length..], cancellationToken);
        lines.Present(stream, WatchText.Of(order));
        places.Expect(stream, order.Eta);
        return order.Stream.Cursor;
    }

    private static IAnsiConsole Screen()
    {
        var screen = AnsiConsole.Create(new AnsiConsoleSettings());
        // A long line is the terminal's to wrap: then it is still one line when it is copied.
        screen.Profile.Width = 10_000;
        return screen;
    }

    private static string Text(StreamMessage.ConnectionChanged change) => change.State switch
    {
        ConnectionState.Connecting => $"connecting over {change.Transport}",
        ConnectionState.Connected => $"connected over {change.Transport}, catching up",
        _ => $"{change.Reason}: {change.Detail}; reconnecting in {change.RetryIn?.TotalSeconds:0.0} s",
    };

    private static string Advice(string code) => code switch
    {
        "unauthorized" or "token_expired" or "caller_changed" => "Get a new token: milepost token --tenant ... --sub ...",
        "wrong_tenant" => "The token names its tenant; use --tenant with that one.",
        "forbidden" => "This needs a token with --scope operator.",
        "not_found" => "Check the name: notifications, order:ID or customer:ID. A customer sees own orders only; customer:ID needs --scope operator.",
        "invalid_cursor" => "Give --since a cursor that this server has printed, or 'earliest'.",
        "unexpected_answer" => "Check --url: is it a Milepost server, and does a proxy in between let WebSockets through? Try --transport sse.",
        "unreachable" => "Check --url, and that the server runs.",
        _ => "",
    };
}
