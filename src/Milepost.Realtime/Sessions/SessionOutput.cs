using System.IO.Pipelines;
using Milepost.Realtime.Transports;

namespace Milepost.Realtime.Sessions;

/// <summary>The writing end of one session: frames in the transport's form, flushed in pieces. Used by the session's pump alone.</summary>
internal sealed class SessionOutput(PipeWriter writer, IFrameCodec codec, TimeProvider time)
{
    private const int FlushBytes = 16 * 1024;
    private int _unflushed;
    private int _frames;

    /// <summary>When the pump began to wait for the receiver (monotonic); 0 while it does not.</summary>
    public long WaitingSince { get; private set; }

    /// <summary>When the last heartbeat was written (monotonic); 0 before the first. A queued one that nobody could have seen does not count.</summary>
    public long HeartbeatAt { get; private set; }

    public bool HasUnflushed => _unflushed > 0;

    /// <summary>Enough has been written for a flush in between.</summary>
    public bool IsFull => _unflushed >= FlushBytes;

    public void Frame(ReadOnlySpan<byte> body, string? label, string? cursor)
    {
        codec.Write(writer, body, label, cursor);
        _unflushed += body.Length + 64;
        _frames++;
    }

    public void Heartbeat()
    {
        codec.WriteHeartbeat(writer);
        _unflushed += 2;
        HeartbeatAt = time.GetTimestamp();
    }

    public void Pong(ReadOnlySpan<byte> payload)
    {
        codec.WritePong(writer, payload);
        _unflushed += 2;
    }

    public void End(int code, string reason) => codec.WriteEnd(writer, code, reason);

    /// <summary>Waits until the receiver has taken enough. False: the other end is gone.</summary>
    public async ValueTask<bool> FlushAsync()
    {
        _unflushed = 0;
        Count();
        var flush = writer.FlushAsync();
        if (!flush.IsCompleted)
        {
            WaitingSince = time.GetTimestamp();
        }

        var result = await flush;
        WaitingSince = 0;
        return !result.IsCompleted;
    }

    /// <summary>Counted in pieces: a measurement for each frame would cost as much as writing it.</summary>
    public void Count()
    {
        if (_frames > 0)
        {
            SessionMetrics.FramesSent.Add(_frames);
            _frames = 0;
        }
    }
}
