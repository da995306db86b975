using System.Collections.Concurrent;
using System.Threading.Channels;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Backplane;
using Milepost.Realtime.Streams;
using Milepost.Testing;

namespace Milepost.Realtime.Tests.Backplane;

/// <summary>A hint as it arrived; without a frame the entry is to be read from the log.</summary>
internal sealed record Hint(StreamName Stream, long Offset, StreamFrame? Frame);

/// <summary>A node that does nothing but hear.</summary>
internal sealed class Listener : IHintReceiver
{
    private readonly ConcurrentDictionary<StreamName, bool> _followed = new();
    private readonly Channel<Hint> _hints = Channel.CreateUnbounded<Hint>();
    private readonly Channel<(StreamName Stream, LiveFrame Frame)> _live = Channel.CreateUnbounded<(StreamName, LiveFrame)>();
    private readonly Channel<StreamName> _doubts = Channel.CreateUnbounded<StreamName>();

    public Listener(IBackplane backplane)
    {
        Backplane = backplane;
        backplane.Attach(this);
    }

    public IBackplane Backplane { get; }

    public IEnumerable<StreamName> Streams => _followed.Keys;

    public bool HasListeners(StreamName stream) => _followed.ContainsKey(stream);

    public void Receive(StreamName stream, StreamFrame frame) => _hints.Writer.TryWrite(new Hint(stream, frame.Offset, frame));

    public void Receive(StreamName stream, long offset) => _hints.Writer.TryWrite(new Hint(stream, offset, null));

    public void Receive(StreamName stream, LiveFrame frame) => _live.Writer.TryWrite((stream, frame));

    public void Doubt(StreamName stream) => _doubts.Writer.TryWrite(stream);

    public void StartFollowing(StreamName stream)
    {
        _followed[stream] = true;
        Backplane.InterestChanged(stream);
    }

    public void Leave(StreamName stream)
    {
        _followed.TryRemove(stream, out _);
        Backplane.InterestChanged(stream);
    }

    /// <summary>Follows, and waits until that is in force.</summary>
    public async Task FollowAsync(StreamName stream)
    {
        StartFollowing(stream);
        if (!Backplane.IsLossless)
        {
            await DoubtAsync(stream);
        }
    }

    /// <summary>Waits until the backplane says that it may have missed something of the stream.</summary>
    public async Task DoubtAsync(StreamName stream)
    {
        while (await _doubts.Reader.ReadAsync().Soon() != stream)
        {
        }
    }

    public Task<StreamName> NextDoubtAsync() => _doubts.Reader.ReadAsync().Soon();

    public Task<Hint> NextAsync() => _hints.Reader.ReadAsync().Soon();

    public Task<(StreamName Stream, LiveFrame Frame)> NextLiveAsync() => _live.Reader.ReadAsync().Soon();

    /// <summary>Whether something live has come that was not looked at yet.</summary>
    public bool HasLive => _live.Reader.TryPeek(out _);

    /// <summary>Whether something has come that was not looked at yet.</summary>
    public bool HasHint => _hints.Reader.TryPeek(out _);
}
