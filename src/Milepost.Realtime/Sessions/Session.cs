using System.Collections.Immutable;
using System.IO.Pipelines;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Streams;
using Milepost.Realtime.Transports;

namespace Milepost.Realtime.Sessions;

/// <summary>
/// One connection over one or more streams, whatever the transport. Everything that reaches the connection goes through one pump that runs
/// only while there is something to do, so an idle session costs neither a task nor a buffer.
///
/// The pump's whole purpose is that each subscription's <see cref="Subscription.Sent"/> reaches its <see cref="Subscription.Head"/>:
/// 1. it writes what waits in the queue, as long as it continues the offsets;
/// 2. where a subscription is behind (just subscribed, queue overflown, hint lost), it reads the log;
/// 3. when nothing is left it flushes, and stops.
/// Writing waits for the receiver; nobody else waits for the pump.
/// </summary>
internal sealed class Session : IThreadPoolWorkItem
{
    private const int FlushBytes = 16 * 1024;

    private readonly Lock _lock = new();
    private readonly SessionServer _server;
    private readonly PipeWriter _output;
    private readonly IFrameCodec _codec;
    private readonly Action _abort;
    private readonly SessionKind _kind;
    private readonly OutboundQueue _queue;
    private ImmutableArray<Subscription> _subscriptions = [];
    private List<SubscribeRound>? _rounds;
    private TaskCompletionSource? _ended;
    private CloseCode? _closing;
    private State _state;
    private bool _pumping;
    private int _unflushed;
    private int _entries;
    private int _turn;
    private bool _answered;

    /// <param name="server">What all sessions share.</param>
    /// <param name="caller">Who is at the other end.</param>
    /// <param name="output">The connection's output; the session is its only writer.</param>
    /// <param name="codec">The transport's form.</param>
    /// <param name="abort">Cuts the connection at once.</param>
    /// <param name="kind">How the transport behaves.</param>
    public Session(SessionServer server, Caller caller, PipeWriter output, IFrameCodec codec, Action abort, SessionKind kind)
    {
        _server = server;
        Caller = caller;
        _output = output;
        _codec = codec;
        _abort = abort;
        _kind = kind;
        _queue = new OutboundQueue(server.Limits);
        LastHeard = server.Time.GetTimestamp();
    }

    private enum State : byte
    {
        Open,

        /// <summary>The end has been asked for; what waits is still written.</summary>
        Closing,
        Ended,
    }

    public Caller Caller { get; private set; }

    /// <summary>Whether the other end answers heartbeats, so that its silence means something.</summary>
    public bool ExpectsAnswers => _kind == SessionKind.Duplex;

    public TimeSpan ExpiryNotice => _server.Limits.ExpiryNotice;

    /// <summary>Where the registry keeps it.</summary>
    public int Slot { get; set; }

    /// <summary>When the other end last said anything (monotonic).</summary>
    public long LastHeard { get; private set; }

    /// <summary>When the last heartbeat was written (monotonic); 0 before the first. A queued one that nobody could have seen does not count.</summary>
    public long HeartbeatAt { get; private set; }

    /// <summary>When the pump began to wait for the receiver; 0 while it does not.</summary>
    public long WaitingSince { get; private set; }

    public bool Warned { get; set; }

    /// <summary>Whether the page is in front of somebody, as far as the client says.</summary>
    public bool Visible { get; set; }

    public bool IsOpen => _state == State.Open;

    /// <summary>When the session ended (monotonic); 0 while it goes on. The transport may still wait for the other end's goodbye.</summary>
    public long EndedAt { get; private set; }

    private bool Once => _kind == SessionKind.Once;

    /// <summary>Whether the one answer holds all that it may hold.</summary>
    private bool IsFull => Once && _entries >= _server.Limits.PollEntries;

    public int StreamCount => _subscriptions.Length;

    /// <summary>How many bytes of entries wait to be written.</summary>
    public int QueuedBytes
    {
        get
        {
            lock (_lock)
            {
                return _queue.Bytes;
            }
        }
    }

    public bool Follows(string label) => _subscriptions.Any(subscription => subscription.Label == label);

    /// <summary>Completes when the session has ended and nothing more is written.</summary>
    public Task Ended
    {
        get
        {
            lock (_lock)
            {
                _ended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                if (_state == State.Ended && !_pumping)
                {
                    _ended.TrySetResult();
                }

                return _ended.Task;
            }
        }
    }

    /// <summary>Follows streams. Those that are followed already start over.</summary>
    public void Subscribe(IReadOnlyList<(string Label, StreamName Stream, Since Since)> streams)
    {
        var round = new SubscribeRound();
        foreach (var (label, stream, since) in streams)
        {
            Unsubscribe(label);
            round.Add(new Subscription(this, label, stream, since, round));
        }

        Subscription[] added = [.. round.Parts.Select(part => part.Subscription)];
        lock (_lock)
        {
            if (_state != State.Open)
            {
                return;
            }

            _subscriptions = _subscriptions.AddRange(added);
            (_rounds ??= []).Add(round);
        }

        // Listening begins before the log is read: what is committed in between is seen by both, and the offsets tell.
        Array.ForEach(added, _server.Hub.Add);
        if (!IsOpen)
        {
            // It ended while we were adding: whoever ended it did not see these.
            Array.ForEach(added, _server.Hub.Remove);
        }

        Wake();
    }

    public bool Unsubscribe(string label)
    {
        Subscription? found;
        lock (_lock)
        {
            found = _subscriptions.FirstOrDefault(subscription => subscription.Label == label);
            if (found is null)
            {
                return false;
            }

            _subscriptions = _subscriptions.Remove(found);
            found.Dropped = true;
            found.Round?.Remove(found);
        }

        _server.Hub.Remove(found);
        Wake();
        return true;
    }

    /// <summary>A hint: this entry exists. Called by whoever committed it; never waits.</summary>
    public void Offer(Subscription subscription, StreamFrame frame)
    {
        bool start;
        lock (_lock)
        {
            if (_state != State.Open)
            {
                return;
            }

            subscription.Head = Math.Max(subscription.Head, frame.Offset);
            if (subscription.Since is null)
            {
                _queue.TryAddEntry(subscription, frame);
            }

            start = !_pumping;
            _pumping = true;
        }

        if (start)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>The other end said something, whatever it was.</summary>
    public void Heard() => LastHeard = _server.Time.GetTimestamp();

    public void Send(byte[] control, bool withCursor = false) => Add(withCursor ? OutboundKind.ControlWithCursor : OutboundKind.Control, control);

    public void SendHeartbeat() => Add(OutboundKind.Heartbeat, null);

    public void SendPong(byte[] payload) => Add(OutboundKind.Pong, payload);

    /// <summary>Renewed credentials of the same caller.</summary>
    public void Renew(Caller caller)
    {
        Caller = caller;
        Warned = false;
        Send(ControlFrames.Expiry(FrameTypes.TokenAccepted, caller.ExpiresAt));
    }

    /// <summary>This device has everything up to the cursor. What it says of streams that are not followed here is not believed.</summary>
    public void Acknowledge(Cursor cursor)
    {
        foreach (var subscription in _subscriptions)
        {
            if (cursor.Epoch == _server.Source.Epoch && cursor.PositionOf(subscription.Label) is { } position && position.Offset <= subscription.Head)
            {
                _server.Host.Acknowledged(subscription.Stream, position.Offset);
            }
        }
    }

    /// <summary>Ends the session: the control frames that wait are written, then the close code.</summary>
    public void Close(CloseCode code)
    {
        lock (_lock)
        {
            if (_state != State.Open)
            {
                return;
            }

            _closing = code;
            _state = State.Closing;
        }

        StopListening();
        Wake();
    }

    /// <summary>Cuts the connection: nobody is there any more, or nobody who may be.</summary>
    public void Abort()
    {
        Stop();
        _abort();
    }

    /// <summary>Ends the session without a word. <see cref="Ended"/> completes when the pump has come to rest.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            if (_state != State.Ended)
            {
                _state = State.Ended;
                EndedAt = _server.Time.GetTimestamp();
            }

            _queue.Clear();
            if (!_pumping)
            {
                _ended?.TrySetResult();
            }
        }

        StopListening();
    }

    /// <summary>Cuts a connection whose session has ended but whose other end does not go.</summary>
    public void CutOff() => _abort();

    /// <summary>The position of the whole connection. To be read from the pump, or behind <see cref="Ended"/>.</summary>
    public string CurrentCursor()
    {
        var subscriptions = _subscriptions;
        var epoch = _server.Source.Epoch;
        var entries = new CursorEntry[subscriptions.Length];
        var count = 0;
        foreach (var subscription in subscriptions)
        {
            if (subscription.PositionIn(epoch) is { } position)
            {
                entries[count++] = new CursorEntry(subscription.Label, position.Offset, position.Check);
            }
        }

        return Cursor.Encode(epoch, entries.AsSpan(0, count));
    }

    void IThreadPoolWorkItem.Execute() => _ = PumpAsync();

    private void Add(OutboundKind kind, byte[]? body)
    {
        lock (_lock)
        {
            if (_state != State.Open)
            {
                return;
            }

            if (!_queue.TryAddControl(kind, body))
            {
                _closing = CloseCode.TooManyFrames;
                _state = State.Closing;
            }
        }

        Wake();
    }

    private void Wake()
    {
        lock (_lock)
        {
            if (_pumping || _state == State.Ended)
            {
                return;
            }

            _pumping = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private async Task PumpAsync()
    {
        while (true)
        {
            try
            {
                while (await PumpOnceAsync())
                {
                }

                return;
            }
            catch (Exception failure)
            {
                _server.Registry.Failed(failure);
                if (IsOpen && !Once)
                {
                    // The log cannot be read, or the connection is broken: saying goodbye tells which.
                    Close(CloseCode.InternalError);
                    continue;
                }

                Stop();
                _abort();
                Rest(always: true);
                return;
            }
        }
    }

    /// <summary>One round. False: the pump rests.</summary>
    private async ValueTask<bool> PumpOnceAsync()
    {
        if (_state == State.Open && New() is { } added)
        {
            // All starts are found before anything is written, so that every cursor that goes out speaks of every stream.
            await LocateAsync(added);
            return true;
        }

        WriteResets();
        while (TryTake(out var item))
        {
            Write(item);
            if (_unflushed >= FlushBytes && !await FlushAsync())
            {
                return !Rest(always: true);
            }
        }

        Announce();
        if (_state == State.Open && Behind() is { } behind)
        {
            await ReadAsync(behind);
            return _unflushed < FlushBytes || Once || await FlushAsync() || !Rest(always: true);
        }

        if (_state == State.Closing)
        {
            _codec.WriteEnd(_output, _closing!.Number, _closing.Reason);
            await FlushAsync();
            Stop();
            return !Rest(always: true);
        }

        if (Once && _answered)
        {
            Stop();
        }

        if (_unflushed > 0 && !Once && !await FlushAsync())
        {
            return !Rest(always: true);
        }

        return !Rest(always: false);
    }

    private bool TryTake(out Outbound item)
    {
        lock (_lock)
        {
            return _queue.TryTake(out item);
        }
    }

    /// <summary>A subscription whose start is still to be found.</summary>
    private Subscription? New()
    {
        lock (_lock)
        {
            return _subscriptions.FirstOrDefault(static subscription => subscription.Since is not null);
        }
    }

    /// <summary>A subscription for which the log has to be read. They take turns: a busy stream must not keep the others waiting.</summary>
    private Subscription? Behind()
    {
        if (IsFull)
        {
            return null;
        }

        lock (_lock)
        {
            for (var index = 0; index < _subscriptions.Length; index++)
            {
                var subscription = _subscriptions[(_turn + index) % _subscriptions.Length];
                if (subscription.IsBehind)
                {
                    return subscription;
                }
            }

            return null;
        }
    }

    private void Write(in Outbound item)
    {
        switch (item.Kind)
        {
            case OutboundKind.Entry:
                // A gap is healed from the log, since Head is known to be ahead; what was read there already is dropped.
                if (item.Frame!.Offset == item.Subscription!.Sent + 1 && item.Subscription is { Since: null, Dropped: false } && !IsFull)
                {
                    WriteEntry(item.Subscription, item.Frame);
                }

                break;
            case OutboundKind.Control:
                WriteFrame(item.Control, null, null);
                break;
            case OutboundKind.ControlWithCursor:
                WriteFrame(item.Control, null, CurrentCursor());
                break;
            case OutboundKind.Heartbeat:
                _codec.WriteHeartbeat(_output);
                _unflushed += 2;
                HeartbeatAt = _server.Time.GetTimestamp();
                break;
            case OutboundKind.Pong:
                _codec.WritePong(_output, item.Control);
                _unflushed += 2;
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private void WriteEntry(Subscription subscription, StreamFrame frame)
    {
        subscription.Sent = frame.Offset;
        subscription.Check = frame.Check;
        _entries++;
        _answered = true;
        WriteFrame(frame.Body, subscription.Label, CurrentCursor());
        if (subscription.Round is { } round)
        {
            lock (_lock)
            {
                round.Sent(subscription, frame.Offset);
            }
        }
    }

    private void WriteFrame(ReadOnlySpan<byte> body, string? label, string? cursor)
    {
        _codec.Write(_output, body, label, cursor);
        _unflushed += body.Length + 64;
    }

    /// <summary>Finds where a subscription starts, or that its position cannot be served.</summary>
    private async ValueTask LocateAsync(Subscription subscription)
    {
        var asked = subscription.Since!;
        var location = await _server.Source.LocateAsync(subscription.Stream, asked.Position?.Offset ?? 0, CancellationToken.None);
        var reset = asked.Position is { } position ? ResumeRules.Refusal(position, location) : null;
        if (asked is Since.Missing { IsGap: true })
        {
            reset ??= ResetCodes.PositionExpired;
        }

        lock (_lock)
        {
            if (asked is Since.Earliest)
            {
                subscription.Sent = location.First - 1;
            }
            else if (asked is Since.Latest || reset is not null)
            {
                subscription.Sent = location.Head.Offset;
                subscription.Check = location.Head.Check;
            }
            else
            {
                subscription.Sent = asked.Position!.Value.Offset;
                subscription.Check = asked.Position.Value.Check;
            }

            subscription.Head = Math.Max(subscription.Head, location.Head.Offset);
            subscription.Since = null;
            subscription.Reset = reset;
            subscription.Round?.Found(subscription, location.Head.Offset);
        }

        _answered |= asked is Since.Latest;
        if (reset is null && asked is Since.Behind resumed)
        {
            // Who resumes behind an entry has it.
            _server.Host.Acknowledged(subscription.Stream, resumed.At.Offset);
        }
    }

    private async ValueTask ReadAsync(Subscription subscription)
    {
        _turn = (_turn + 1) % int.MaxValue;
        var known = HeadOf(subscription);
        var limit = Once ? Math.Min(_server.Limits.ReadChunk, _server.Limits.PollEntries - _entries) : _server.Limits.ReadChunk;
        var frames = await _server.Source.ReadAsync(subscription.Stream, subscription.Sent, limit, CancellationToken.None);
        if (frames.Count == 0 || frames[0].Offset != subscription.Sent + 1)
        {
            LookAgain(subscription, known, isGap: frames.Count > 0);
            return;
        }

        foreach (var frame in frames)
        {
            if (subscription.Dropped)
            {
                return;
            }

            WriteEntry(subscription, frame);
            if (_unflushed >= FlushBytes && !Once && !await FlushAsync())
            {
                return;
            }
        }
    }

    /// <summary>
    /// The log does not have what comes next: a hint ran ahead of what can be read, or entries were removed since the position was located.
    /// </summary>
    private void LookAgain(Subscription subscription, long known, bool isGap)
    {
        lock (_lock)
        {
            subscription.Since = new Since.Missing(new StreamPosition(_server.Source.Epoch, subscription.Sent, subscription.Check), isGap);
            if (subscription.Head == known)
            {
                // The hint is forgotten; a newer one, which may have come while we read, is not.
                subscription.Head = subscription.Sent;
            }
        }
    }

    private long HeadOf(Subscription subscription)
    {
        lock (_lock)
        {
            return subscription.Head;
        }
    }

    private void WriteResets()
    {
        foreach (var subscription in _subscriptions)
        {
            if (subscription.Reset is { } code)
            {
                subscription.Reset = null;
                _answered = true;
                WriteFrame(ControlFrames.Reset(code, ResumeRules.Explain(code)), subscription.Label, CurrentCursor());
            }
        }
    }

    private void Announce()
    {
        if (Once && !_answered)
        {
            // An answer that has nothing to tell stays empty.
            return;
        }

        while (TakeCompleteRound() is { } ready)
        {
            WriteFrame(ready, null, CurrentCursor());
        }
    }

    private byte[]? TakeCompleteRound()
    {
        lock (_lock)
        {
            if (_rounds?.Find(round => round.IsComplete) is not { } round)
            {
                return null;
            }

            _rounds.Remove(round);
            _rounds = _rounds.Count == 0 ? null : _rounds;
            foreach (var part in round.Parts)
            {
                part.Subscription.Round = null;
            }

            return ControlFrames.Ready(round, _server.Source.Epoch);
        }
    }

    /// <summary>False: the other end is gone.</summary>
    private async ValueTask<bool> FlushAsync()
    {
        _unflushed = 0;
        WaitingSince = _server.Time.GetTimestamp();
        var result = await _output.FlushAsync();
        WaitingSince = 0;
        if (!result.IsCompleted)
        {
            return true;
        }

        Stop();
        return false;
    }

    /// <summary>Lets the pump rest if there is nothing to do. False: something came in between.</summary>
    private bool Rest(bool always)
    {
        lock (_lock)
        {
            var idle = _state == State.Ended || always || (_state == State.Open && _queue.IsEmpty && New() is null && Behind() is null);
            if (!idle)
            {
                return false;
            }

            _pumping = false;
            if (_state == State.Ended)
            {
                _ended?.TrySetResult();
            }

            return true;
        }
    }

    private void StopListening()
    {
        foreach (var subscription in _subscriptions)
        {
            _server.Hub.Remove(subscription);
        }
    }
}
