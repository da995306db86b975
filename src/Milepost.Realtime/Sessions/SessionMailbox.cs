using Milepost.Protocol.Streams;
using Milepost.Realtime.Streams;

namespace Milepost.Realtime.Sessions;

/// <summary>
/// What others leave for one session's pump, and how far the session is in its life. Everything here happens under one lock and nothing waits.
/// Whoever leaves something learns whether the pump has to be started: it never runs twice.
/// </summary>
internal sealed class SessionMailbox(SessionLimits limits)
{
    private readonly OutboundQueue _queue = new(limits);
    private TaskCompletionSource? _ended;
    private State _state;
    private bool _pumping;

    private enum State : byte
    {
        Open,

        /// <summary>The end has been asked for; what waits is still written.</summary>
        Closing,
        Ended,
    }

    /// <summary>The session's lock.</summary>
    public Lock Gate { get; } = new();

    /// <summary>What is followed.</summary>
    public SubscriptionList Subscriptions { get; } = new();

    /// <inheritdoc cref="Session.ClosedWith"/>
    public CloseCode? ClosedWith { get; private set; }

    /// <inheritdoc cref="Session.EndedAt"/>
    public long EndedAt { get; private set; }

    /// <summary>The pump rests because the log could not be read.</summary>
    public bool WaitsForLog { get; private set; }

    public bool IsOpen => _state == State.Open;

    public bool IsClosing => _state == State.Closing;

    /// <inheritdoc cref="Session.QueuedBytes"/>
    public int QueuedBytes
    {
        get
        {
            lock (Gate)
            {
                return _queue.Bytes;
            }
        }
    }

    /// <summary>Completes when the session has ended and the pump has come to rest.</summary>
    public Task Ended
    {
        get
        {
            lock (Gate)
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

    /// <summary>False: the session takes no more subscriptions.</summary>
    public bool TryAdd(SubscribeRound round)
    {
        lock (Gate)
        {
            if (_state != State.Open)
            {
                return false;
            }

            Subscriptions.Add(round);
            return true;
        }
    }

    /// <summary>Takes a subscription away; null when the label is not followed.</summary>
    public Subscription? Remove(string label)
    {
        lock (Gate)
        {
            var found = Subscriptions.Find(label);
            if (found is not null)
            {
                Subscriptions.Remove(found);
            }

            return found;
        }
    }

    /// <summary>An entry that came by a hint. True: start the pump.</summary>
    public bool Put(Subscription subscription, StreamFrame frame)
    {
        lock (Gate)
        {
            if (_state != State.Open)
            {
                return false;
            }

            subscription.Head = Math.Max(subscription.Head, frame.Offset);
            if (subscription.Since is null)
            {
                _queue.TryAddEntry(subscription, frame);
            }

            return Start();
        }
    }

    /// <summary>What is true now. True: start the pump.</summary>
    public bool Put(Subscription subscription, LiveFrame frame)
    {
        lock (Gate)
        {
            if (_state != State.Open || frame.Moment <= subscription.Shown || frame.Moment <= subscription.Live?.Moment)
            {
                return false;
            }

            // It was judged at an entry that exists: whoever has not read so far is behind.
            subscription.Head = Math.Max(subscription.Head, frame.AsOf);
            subscription.Live = frame;
            return Start();
        }
    }

    /// <summary>
    /// Takes what waits to be shown of a subscription that has read all there is. Whoever has read further than it was judged is not shown it: it may
    /// be just what ended that.
    /// </summary>
    public (Subscription Subscription, LiveFrame Frame)? TakeLive()
    {
        lock (Gate)
        {
            while (Subscriptions.Live() is { Live: { } frame } subscription)
            {
                subscription.Live = null;
                if (frame.AsOf >= subscription.Sent)
                {
                    subscription.Shown = frame.Moment;
                    return (subscription, frame);
                }
            }

            return null;
        }
    }

    /// <summary>A control frame; one too many ends the session. True: start the pump.</summary>
    public bool Put(OutboundKind kind, byte[]? body)
    {
        lock (Gate)
        {
            if (_state != State.Open)
            {
                return false;
            }

            if (!_queue.TryAddControl(kind, body))
            {
                ClosedWith = CloseCode.TooManyFrames;
                _state = State.Closing;
            }

            return Start();
        }
    }

    /// <summary>Raises the offset that is known to exist. False: it was known, or nobody is interested any more.</summary>
    public bool TryRaise(Subscription subscription, long head)
    {
        lock (Gate)
        {
            if (_state != State.Open || head <= subscription.Head)
            {
                return false;
            }

            subscription.Head = head;
            return true;
        }
    }

    /// <summary>Asks for the end. False: that has been done.</summary>
    public bool TryClose(CloseCode code)
    {
        lock (Gate)
        {
            if (_state != State.Open)
            {
                return false;
            }

            ClosedWith = code;
            _state = State.Closing;
            return true;
        }
    }

    /// <summary>Ends the session; what waits is thrown away.</summary>
    /// <param name="now">The time (monotonic).</param>
    public void End(long now)
    {
        lock (Gate)
        {
            if (_state != State.Ended)
            {
                _state = State.Ended;
                EndedAt = now;
            }

            _queue.Clear();
            if (!_pumping)
            {
                _ended?.TrySetResult();
            }
        }
    }

    /// <summary>There may be something to do. True: start the pump.</summary>
    public bool TryStart()
    {
        lock (Gate)
        {
            return _state != State.Ended && Start();
        }
    }

    /// <summary>The log is to be tried again. True: start the pump.</summary>
    public bool TryLogAgain()
    {
        WaitsForLog = false;
        return TryStart();
    }

    public bool TryTake(out Outbound item)
    {
        lock (Gate)
        {
            return _queue.TryTake(out item);
        }
    }

    /// <inheritdoc cref="SubscriptionList.New"/>
    public Subscription? New()
    {
        lock (Gate)
        {
            return Subscriptions.New();
        }
    }

    /// <inheritdoc cref="SubscriptionList.Behind"/>
    public Subscription? Behind()
    {
        lock (Gate)
        {
            return Subscriptions.Behind();
        }
    }

    /// <summary>The pump rests if there is nothing to do. False: something came in between.</summary>
    /// <param name="reads">Whether being behind, or having something to show, is something to do.</param>
    public bool TryRest(bool reads)
    {
        lock (Gate)
        {
            var isIdle = _state == State.Open && _queue.IsEmpty && Subscriptions.New() is null && !(reads && (Subscriptions.Behind() ?? Subscriptions.Live()) is not null);
            if (!isIdle && _state != State.Ended)
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

    /// <summary>The pump rests until the log can be read again. False: the session ends, and for that no log is needed.</summary>
    public bool TryRestForLog()
    {
        lock (Gate)
        {
            WaitsForLog = _state == State.Open;
            _pumping = !WaitsForLog;
            return WaitsForLog;
        }
    }

    private bool Start()
    {
        var starts = !_pumping;
        _pumping = true;
        return starts;
    }
}
