using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Sessions;

namespace Milepost.Realtime.Transports;

/// <summary>A session as Server-Sent Events (WHATWG HTML, 9.2). The cursor is the event's id, so that a browser resumes by itself.</summary>
public static class ServerSentEventsTransport
{
    public static async Task RunAsync(HttpContext context, SessionServer server, Caller caller, IReadOnlyList<(string Label, StreamName Stream, Since Since)> streams)
    {
        context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        await context.Response.StartAsync(context.RequestAborted);

        var session = new Session(server, caller, context.Response.BodyWriter, SseCodec.Instance, context.Abort, SessionKind.OneWay);
        session.Subscribe(streams);

        // Behind Subscribe: whoever ends the session from here on tells the client a cursor that speaks of its streams.
        server.Registry.Add(session);
        try
        {
            await using (context.RequestAborted.UnsafeRegister(static state => ((Session)state!).Stop(), session))
            {
                await session.Ended;
            }
        }
        finally
        {
            session.Stop();
            await session.Ended;
            server.Registry.Remove(session);
            await server.Registry.Departures.TurnAsync();
        }
    }

    private sealed class SseCodec : IFrameCodec
    {
        public static readonly SseCodec Instance = new();

        public void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> body, string? label, string? cursor)
        {
            var length = FrameText.Length(body, label, cursor);
            var span = output.GetSpan(length + (cursor?.Length ?? 0) + 16);
            var at = 0;
            if (cursor is not null)
            {
                "id: "u8.CopyTo(span);
                at = 4 + Encoding.ASCII.GetBytes(cursor, span[4..]);
                span[at++] = (byte)'\n';
            }

            "data: "u8.CopyTo(span[at..]);
            at += 6;
            FrameText.Write(span.Slice(at, length), body, label, cursor);
            at += length;
            "\n\n"u8.CopyTo(span[at..]);
            output.Advance(at + 2);
        }

        public void WriteHeartbeat(IBufferWriter<byte> output) => output.Write("data: {\"type\":\"heartbeat\"}\n\n"u8);

        public void WritePong(IBufferWriter<byte> output, ReadOnlySpan<byte> payload) => throw new System.Diagnostics.UnreachableException();

        public void WriteEnd(IBufferWriter<byte> output, int code, string reason) =>
            output.Write(Encoding.UTF8.GetBytes($"data: {{\"type\":\"error\",\"code\":\"{reason}\",\"detail\":\"The connection ends ({code}).\",\"retry\":{(CloseCode.ShouldReconnect(code) ? "true" : "false")}}}\n\n"));
    }
}
