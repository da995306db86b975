using Milepost.Client;
using Milepost.Client.Streams;
using Milepost.Protocol.Streams;

namespace Milepost.LoadTest.Workers;

/// <summary>
/// One customer who follows the own notifications through the public SDK. A connection that breaks is resumed by the SDK, with its
/// backoff, from the cursor; one that the storm resets comes back at once (or after its jitter) from the same cursor, on the next node.
/// </summary>
internal sealed class Follower(MilepostClientOptions options, NodeRoute route, FollowerEvents events, TimeProvider clock)
{
    private StreamFollow? _follow;
    private Recovery? _recovery;
    private string? _cursor;
    private TimeSpan _jitter;
    private long _stormAt;
    private long _brokenAt;
    private long _attemptAt;
    private long _duplicates;
    private long _gaps;
    private volatile bool _ready;

    /// <summary>Entries that the server sent twice; the SDK dropped them.</summary>
    public long Duplicates => _duplicates + (_follow?.Duplicates ?? 0);

    public long Gaps => _gaps + (_follow?.Gaps ?? 0);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var client = new MilepostClient(options with { Handler = route, TimeProvider = clock });
        try
        {
            while (await FollowAsync(client, cancellationToken))
            {
                await Task.Delay(_jitter, clock, cancellationToken);
                route.Turn();
                route.Restore();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The end.
        }
        catch (MilepostException refused)
        {
            // Counted as a connection that is not there; the parent shows the reason.
            Gone();
            events.Trouble($"{refused.Code}: {refused.Message}");
        }
    }

    /// <summary>Marks it as part of the storm, when it is connected.</summary>
    public bool BeginStorm(long at, TimeSpan jitter)
    {
        if (!_ready)
        {
            return false;
        }

        _jitter = jitter;
        Volatile.Write(ref _stormAt, at);
        return true;
    }

    public void Reset()
    {
        if (Volatile.Read(ref _stormAt) != 0)
        {
            route.Reset();
        }
    }

    /// <summary>True: the storm has ended it, and it is to be followed again.</summary>
    private async Task<bool> FollowAsync(MilepostClient client, CancellationToken cancellationToken)
    {
        _follow = client.Streams.FollowAsync(new FollowRequest { Streams = [StreamLabels.Notifications], Since = _cursor }, cancellationToken);
        await foreach (var message in _follow)
        {
            switch (message)
            {
                case StreamMessage.Entry entry:
                    events.Took(entry.Frame);
                    break;
                case StreamMessage.Ready:
                    CaughtUp();
                    break;
                case StreamMessage.ConnectionChanged { State: ConnectionState.Connecting }:
                    _attemptAt = _attemptAt == 0 ? clock.GetTimestamp() : _attemptAt;
                    break;
                case StreamMessage.ConnectionChanged { State: ConnectionState.Disconnected } when Interlocked.Exchange(ref _stormAt, 0) is var at and not 0:
                    Broke(events.Storm, at);
                    _cursor = _follow.Cursor;
                    _duplicates += _follow.Duplicates;
                    _gaps += _follow.Gaps;
                    _follow = null;
                    return true;
                case StreamMessage.ConnectionChanged { State: ConnectionState.Disconnected } change:
                    events.Trouble($"{change.Reason}: {change.Detail}");
                    Disconnected();
                    break;
                case StreamMessage.Reset or StreamMessage.Error:
                    events.Trouble(message.ToString());
                    break;
            }
        }

        return false;
    }

    private void CaughtUp()
    {
        if (_ready)
        {
            return;
        }

        _ready = true;
        events.Connected(+1);
        var now = clock.GetTimestamp();
        var ticks = clock.TimestampFrequency / 1_000_000;
        _recovery?.CaughtUp((now - _brokenAt) / ticks, (now - _attemptAt) / ticks);
        _recovery = null;
    }

    private void Disconnected()
    {
        if (_ready)
        {
            Broke(events.Breaks, clock.GetTimestamp());
            return;
        }

        // As behind a load balancer: the next attempt meets another node.
        route.Turn();
        _recovery?.AttemptFailed();
    }

    private void Broke(Recovery recovery, long at)
    {
        Gone();
        if (_recovery is null)
        {
            _brokenAt = at;
            _attemptAt = 0;
            _recovery = recovery;
            recovery.Broke();
        }
    }

    private void Gone()
    {
        events.Connected(_ready ? -1 : 0);
        _ready = false;
    }
}
