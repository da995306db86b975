using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Milepost.Client.Tests.Fakes;

/// <summary>The three ways of writing the same frames.</summary>
internal static class FakeTransports
{
    public static async Task WebSocketAsync(HttpContext context, FakeMilepost server, FakeFrames frames, Plan plan, string? since)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync("milepost.v1");
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(server.Stopping, context.RequestAborted);
        var reading = ReadAsync(socket, server, ending);
        try
        {
            if (plan.Silent)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, ending.Token);
            }

            await foreach (var frame in frames.AllAsync(since, ending.Token))
            {
                if (frame is null)
                {
                    if (plan.CloseCode is { } code)
                    {
                        await socket.CloseOutputAsync((WebSocketCloseStatus)code, plan.CloseReason, ending.Token);
                        await reading;
                    }
                    else
                    {
                        context.Abort();
                    }

                    return;
                }

                var bytes = Encoding.UTF8.GetBytes(frame);
                // In two fragments, as any server may.
                await socket.SendAsync(bytes.AsMemory(0, bytes.Length / 2), WebSocketMessageType.Text, endOfMessage: false, ending.Token);
                await socket.SendAsync(bytes.AsMemory(bytes.Length / 2), WebSocketMessageType.Text, endOfMessage: true, ending.Token);
            }
        }
        catch (Exception cause) when (cause is OperationCanceledException or WebSocketException or IOException)
        {
            // The client or the test ended it.
        }
    }

    public static async Task ServerSentEventsAsync(HttpContext context, FakeMilepost server, FakeFrames frames, Plan plan, string? since)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(server.Stopping, context.RequestAborted);
        context.Response.ContentType = "text/event-stream";
        await context.Response.Body.FlushAsync(ending.Token);
        try
        {
            if (plan.Silent)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, ending.Token);
            }

            await foreach (var frame in frames.AllAsync(since, ending.Token))
            {
                if (frame is null)
                {
                    if (plan.CloseCode is { } code)
                    {
                        var retry = code >= 4100 ? "true" : "false";
                        await context.Response.WriteAsync($$"""data: {"type":"error","code":"{{plan.CloseReason}}","detail":"x","retry":{{retry}}}""" + "\n\n", ending.Token);
                    }
                    else
                    {
                        context.Abort();
                    }

                    return;
                }

                await context.Response.WriteAsync($"id: c{frames.Position}\r\ndata: {frame}\r\n\r\n", ending.Token);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The client or the test ended it.
        }
    }

    public static async Task LongPollAsync(HttpContext context, FakeMilepost server, FakeFrames frames, Plan plan, string? since)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(server.Stopping, context.RequestAborted);
        var answer = new List<string>();
        try
        {
            await foreach (var frame in frames.AllAsync(since, ending.Token))
            {
                if (frame is null)
                {
                    // The answer is lost on its way.
                    context.Abort();
                    return;
                }

                answer.Add(frame);
                // As the server: at once when there is something or nothing was asked for, otherwise with the first entry.
                var isReady = frame.StartsWith("""{"type":"ready""", StringComparison.Ordinal);
                if (isReady ? answer.Count > 1 || since is null || plan.Extra.Count > 0 : frames.Position == server.Length && answer[0].Contains("ready", StringComparison.Ordinal))
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return;
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync($$"""{"frames":[{{string.Join(',', answer)}}],"cursor":"c{{frames.Position}}"}""", CancellationToken.None);
    }

    private static async Task ReadAsync(WebSocket socket, FakeMilepost server, CancellationTokenSource ending)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var result = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    server.ClientCloses.Writer.TryWrite((int)socket.CloseStatus!);
                    if (socket.State == WebSocketState.CloseReceived)
                    {
                        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, CancellationToken.None);
                    }

                    break;
                }

                server.ClientFrames.Writer.TryWrite(Encoding.UTF8.GetString(buffer, 0, result.Count));
            }
        }
        catch (Exception cause) when (cause is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Cut off.
        }

        await ending.CancelAsync();
    }
}
