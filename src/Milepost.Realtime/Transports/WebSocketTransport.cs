using System.Buffers.Binary;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Sessions;

namespace Milepost.Realtime.Transports;

/// <summary>A session over a WebSocket: the pump writes, this loop reads.</summary>
public static class WebSocketTransport
{
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
        if (HttpProtocol.IsHttp11(context.Request.Protocol) && !context.Request.IsHttps && context.Features.Get<ConnectionTakeover>() is { } takeover)
        {
            takeover.Take((transport, abort) => RunAsync(transport.Input, transport.Output, abort, server, caller, streams));
            return;
        }

        await RunAsync(PipeReader.Create(stream), PipeWriter.Create(stream), context.Abort, server, caller, streams);
    }

    internal static async Task RunAsync(
        PipeReader input, PipeWriter output, Action abort, SessionServer server, Caller caller, IReadOnlyList<(string Label, StreamName Stream, Since Since)> streams)
    {
        var session = new Session(server, caller, output, WebSocketFrames.Instance, abort, SessionKind.Duplex);
        server.Registry.Add(session);
        try
        {
            if (streams.Count > 0)
            {
                session.Subscribe(streams);
            }

            await ReadAsync(input, session, new ClientFrameReader(session, server));
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
            await input.CompleteAsync();
            await output.CompleteAsync();
        }
    }

    private static async Task ReadAsync(PipeReader input, Session session, ClientFrameReader frames)
    {
        while (true)
        {
            var result = await input.ReadAsync();
            var buffer = result.Buffer;
            session.Heard();
            var goesOn = true;
            while (goesOn && frames.Read(ref buffer) is { Kind: not WebSocketEventKind.None } read)
            {
                goesOn = await HandleAsync(read, session, frames);
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            if (!goesOn || result.IsCompleted)
            {
                break;
            }
        }
    }

    /// <summary>False: nothing more is to be read.</summary>
    private static async ValueTask<bool> HandleAsync(WebSocketEvent read, Session session, ClientFrameReader frames)
    {
        switch (read.Kind)
        {
            case WebSocketEventKind.Message:
                await frames.HandleAsync(read.Payload);
                return true;
            case WebSocketEventKind.Ping:
                session.SendPong(read.Payload);
                return frames.Count();
            case WebSocketEventKind.Close:
                // Echo the code (RFC 6455, 5.5.1). If we closed first, this is the answer and the session has ended already.
                session.Close(new CloseCode(read.Payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(read.Payload) : 1000, ""));
                await session.Ended;
                return false;
            case WebSocketEventKind.Violation:
                session.Close(new CloseCode(read.CloseCode, read.Reason));
                await session.Ended;
                return false;
            default:
                return frames.Count();
        }
    }
}
