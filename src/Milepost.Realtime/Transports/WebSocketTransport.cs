using System.Buffers.Binary;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Sessions;

namespace Milepost.Realtime.Transports;

/// <summary>A session over a WebSocket: the pump writes, this loop reads.</summary>
public static class WebSocketTransport
{
    private static readonly StreamPipeReaderOptions NoBufferWhileIdle = new(useZeroByteReads: true);

    // How long we read on behind a violation.
    private static readonly TimeSpan DiscardTime = TimeSpan.FromSeconds(1);

    /// <summary>Whether the request is a WebSocket handshake.</summary>
    public static bool IsHandshake(HttpContext context) => WebSocketHandshake.IsValid(context);

    /// <summary>The token that a browser hid among its subprotocols; null when there is none.</summary>
    public static string? TokenOf(HttpRequest request) => request.Headers.SecWebSocketProtocol
        .SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries))
        .FirstOrDefault(value => value.StartsWith(WebSocketHandshake.BearerPrefix, StringComparison.Ordinal))?[WebSocketHandshake.BearerPrefix.Length..];

    /// <summary>Answers the handshake and runs the session: behind the request where the connection can be taken over, else within it.</summary>
    public static async Task RunAsync(HttpContext context, SessionServer server, Caller caller, IReadOnlyList<(string Label, StreamName Stream, Since Since)> streams)
    {
        var stream = await WebSocketHandshake.AcceptAsync(context);
        // Under TLS the transport that we hold is the encrypted side: there the request stays.
        if (HttpProtocol.IsHttp11(context.Request.Protocol) && context.Features.Get<ITlsHandshakeFeature>() is null && context.Features.Get<ConnectionTakeover>() is { } takeover)
        {
            takeover.Take((transport, abort) => RunAsync(transport.Input, transport.Output, abort, server, caller, streams));
            return;
        }

        await RunAsync(PipeReader.Create(stream, NoBufferWhileIdle), PipeWriter.Create(stream), context.Abort, server, caller, streams);
    }

    // Not async, so that nothing of what the request brought (the caller, the streams and their cursors) lives on in a state machine.
    private static Task RunAsync(
        PipeReader input, PipeWriter output, Action abort, SessionServer server, Caller caller, IReadOnlyList<(string Label, StreamName Stream, Since Since)> streams)
    {
        var session = new Session(server, caller, output, WebSocketFrames.Instance, abort, SessionKind.Duplex);
        if (streams.Count > 0)
        {
            session.Subscribe(streams);
        }

        // Behind Subscribe: whoever ends the session from here on tells the client a cursor that speaks of its streams.
        server.Registry.Add(session);
        return RunAsync(input, output, session, server);
    }

    private static async Task RunAsync(PipeReader input, PipeWriter output, Session session, SessionServer server)
    {
        try
        {
            var frames = new ClientFrameReader(session, server);
            while (await TakeAsync(await input.ReadAsync(), input, session, frames, server.Time))
            {
            }
        }
        catch (Exception failure) when (failure is ConnectionResetException or ConnectionAbortedException or IOException or OperationCanceledException)
        {
            // The other end is gone without a goodbye: the usual end of a phone's connection.
        }
        finally
        {
            session.Stop();
            await session.Ended;
            server.Registry.Remove(session);
            await server.Registry.Departures.TurnAsync();
            await input.CompleteAsync();
            await output.CompleteAsync();
        }
    }

    /// <summary>
    /// Does what came in. False: nothing more is to be read. Apart from the loop, so that an idle connection keeps nothing of what it read last.
    /// </summary>
    private static async ValueTask<bool> TakeAsync(ReadResult result, PipeReader input, Session session, ClientFrameReader frames, TimeProvider time)
    {
        session.Heard();
        var buffer = result.Buffer;
        var last = WebSocketEventKind.None;
        while (last is not (WebSocketEventKind.Close or WebSocketEventKind.Violation) && frames.Read(ref buffer) is { Kind: not WebSocketEventKind.None } read)
        {
            last = read.Kind;
            await HandleAsync(read, session, frames);
        }

        input.AdvanceTo(buffer.Start, buffer.End);
        if (last == WebSocketEventKind.Violation)
        {
            await DiscardAsync(input, time);
        }

        return !result.IsCompleted && last is not (WebSocketEventKind.Close or WebSocketEventKind.Violation);
    }

    private static async ValueTask HandleAsync(WebSocketEvent read, Session session, ClientFrameReader frames)
    {
        switch (read.Kind)
        {
            case WebSocketEventKind.Message:
                await frames.HandleAsync(read.Payload);
                break;
            case WebSocketEventKind.Close:
                // Echo the code (RFC 6455, 5.5.1). If we closed first, this is the answer and the session has ended already.
                session.Close(new CloseCode(read.Payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(read.Payload) : 1000, ""));
                await session.Ended;
                break;
            case WebSocketEventKind.Violation:
                session.Close(new CloseCode(read.CloseCode, read.Reason));
                await session.Ended;
                break;
            default:
                if (frames.Count() && read.Kind == WebSocketEventKind.Ping)
                {
                    session.SendPong(read.Payload);
                }

                break;
        }
    }

    /// <summary>Closing a socket with unread input resets the connection, and our close frame may be lost with it.</summary>
    private static async Task DiscardAsync(PipeReader input, TimeProvider time)
    {
        await using var timer = time.CreateTimer(static reader => ((PipeReader)reader!).CancelPendingRead(), input, DiscardTime, Timeout.InfiniteTimeSpan);
        while (true)
        {
            var result = await input.ReadAsync();
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted || result.IsCanceled)
            {
                return;
            }
        }
    }
}
