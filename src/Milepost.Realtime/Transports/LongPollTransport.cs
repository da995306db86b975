using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Sessions;

namespace Milepost.Realtime.Transports;

/// <summary>A session that gives one answer: what is behind the position, or what comes within the time, or nothing.</summary>
public static class LongPollTransport
{
    public static async Task RunAsync(
        HttpContext context, SessionServer server, Caller caller, IReadOnlyList<(string Label, StreamName Stream, Since Since)> streams, TimeSpan wait)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        var output = context.Response.BodyWriter;
        output.Write("{\"frames\":["u8);
        var session = new Session(server, caller, output, new PollCodec(), context.Abort, SessionKind.Once);
        session.Subscribe(streams);

        // Behind Subscribe: whoever ends the session from here on, the answer's cursor speaks of its streams.
        server.Registry.Add(session);
        try
        {
            await using (context.RequestAborted.UnsafeRegister(static state => ((Session)state!).Stop(), session))
            {
                await session.Ended.WaitAsync(wait, server.Time);
            }
        }
        catch (TimeoutException)
        {
            // No news: that is an answer too.
        }
        finally
        {
            session.Stop();
            await session.Ended;
            server.Registry.Remove(session);
        }

        output.Write(Encoding.ASCII.GetBytes($"],\"cursor\":\"{session.CurrentCursor()}\"}}"));
        await output.FlushAsync(context.RequestAborted);
    }

    private sealed class PollCodec : IFrameCodec
    {
        private bool _notFirst;

        public void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> body, string? label, string? cursor)
        {
            var length = FrameText.Length(body, label, cursor);
            var span = output.GetSpan(length + 1);
            var at = 0;
            if (_notFirst)
            {
                span[at++] = (byte)',';
            }

            _notFirst = true;
            FrameText.Write(span.Slice(at, length), body, label, cursor);
            output.Advance(at + length);
        }

        public void WriteHeartbeat(IBufferWriter<byte> output)
        {
            // The answer itself is the sign of life.
        }

        public void WritePong(IBufferWriter<byte> output, ReadOnlySpan<byte> payload) => throw new System.Diagnostics.UnreachableException();

        public void WriteEnd(IBufferWriter<byte> output, int code, string reason)
        {
            // The answer ends by itself; the cursor in it resumes.
        }
    }
}
