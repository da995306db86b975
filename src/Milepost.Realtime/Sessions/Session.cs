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
    private readonly Lock _lock = new();
    private readonly SessionServer _server;
    private readonly SessionOutput _output;
    private readonly Action _abort;
    private readonly SessionKind _kind;
    private readonly OutboundQueue _queue;
    private readonly SubscriptionList _subscriptions = new();
    private readonly SubscriptionWriter _entries;
    private TaskCompletionSource? _ended;
    private CloseCode? _closing;
    private State _state;
    private bool _pumping;

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
        _output = new SessionOutput(output, codec, server.Time);
        _abort = abort;
        _kind = kind;
        _queue = new OutboundQueue(server.Limits);
        _entries = new SubscriptionWriter(server, _output, _subscriptions, _lock, Once);
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

    public SessionKind Kind => _kind;

    /// <summary>The code that we end it with; null while nobody asked for its end.</summary>
    public CloseCode? ClosedWith => _closing;

    public TimeSpan ExpiryNotice => _server.Limits.ExpiryNotice;

    /// <summary>Where the registry keeps it.</summary>
    public int Slot { get; set; }

    /// <summary>When the other end last said anything (monotonic).</summary>
    public long LastHeard { get; private set; }

    /// <inheritdoc cref="SessionOutput.HeartbeatAt"/>
    public long HeartbeatAt => _output.HeartbeatAt;

    /// <inheritdoc cref="SessionOutput.WaitingSince"/>
    public long WaitingSince => _output.WaitingSince;

    public bool Warned { get; set; }

    /// <summary>The log could not be read; the registry's next pass has it tried again.</summary>
    public bool WaitsForLog { get; private set; }

    /// <summary>Whether the page is in front of somebody, as far as the client says.</summary>
    public bool Visible { get; set; }

    public bool IsOpen => _state == State.Open;

    /// <summary>When the session ended (monotonic); 0 while it goes on. The transport may still wait for the other end's goodbye.</summary>
    public long EndedAt { get; private set; }

    private bool Once => _kind == SessionKind.Once;

    public int StreamCount => _subscriptions.All.Length;

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

    public bool Follows(string label) => _subscriptions.Find(label) is not null;

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

            _subscriptions.Add(round);
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
            found = _subscriptions.Find(label);
            if (found is null)
            {
                return false;
            }

            _subscriptions.Remove(found);
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

    /// <summary>The stream stands here: what is missing is read from the log. True: that was not known.</summary>
    public bool OfferHead(Subscription subscription, long head)
    {
        lock (_lock)
        {
            if (_state != State.Open || head <= subscription.Head)
            {
                return false;
            }

            subscription.Head = head;
        }

        Wake();
        return true;
    }

    /// <summary>Tries the log again that could not be read.</summary>
    public void Retry()
    {
        WaitsForLog = false;
        Wake();
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
        foreach (var subscription in _subscriptions.All)
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
    public string CurrentCursor() => _subscriptions.Cursor(_server.Source.Epoch);

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
            catch (LogUnavailableException failure) when (!Once)
            {
                _server.Registry.LogAway(failure);
                if (RestForLog())
                {
                    return;
                }
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

                _abort();
                Gone();
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
            await _entries.LocateAsync(added);
            return true;
        }

        _entries.WriteResets();
        while (TryTake(out var item))
        {
            Write(item);
            if (_output.IsFull && !await _output.FlushAsync())
            {
                return Gone();
            }
        }

        _entries.Announce();
        if (_state == State.Open && Behind() is { } behind)
        {
            return await _entries.ReadAsync(behind) || Gone();
        }

        if (_state == State.Closing)
        {
            _output.End(_closing!.Number, _closing.Reason);
            await _output.FlushAsync();
            return Gone();
        }

        if (Once && _entries.HasAnswered)
        {
            _output.Count();
            Stop();
        }

        return (_output.HasUnflushed && !Once && !await _output.FlushAsync()) ? Gone() : !Rest(always: false);
    }

    /// <summary>Lets the pump rest until the log can be read again. False: the session ends, and for that no log is needed.</summary>
    private bool RestForLog()
    {
        lock (_lock)
        {
            WaitsForLog = _state == State.Open;
            _pumping = !WaitsForLog;
            return WaitsForLog;
        }
    }

    private bool Gone()
    {
        Stop();
        return !Rest(always: true);
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
            return _subscriptions.New();
        }
    }

    /// <summary>A subscription for which the log has to be read.</summary>
    private Subscription? Behind()
    {
        lock (_lock)
        {
            return _entries.IsFull ? null : _subscriptions.Behind();
        }
    }

    private void Write(in Outbound item)
    {
        switch (item.Kind)
        {
            case OutboundKind.Entry:
                _entries.Write(item.Subscription!, item.Frame!);
                break;
            case OutboundKind.Control:
                _output.Frame(item.Control, null, null);
                break;
            case OutboundKind.ControlWithCursor:
                _output.Frame(item.Control, null, CurrentCursor());
                break;
            case OutboundKind.Heartbeat:
                _output.Heartbeat();
                break;
            case OutboundKind.Pong:
                _output.Pong(item.Control);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
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
        foreach (var subscription in _subscriptions.All)
        {
            _server.Hub.Remove(subscription);
        }
    }
}
