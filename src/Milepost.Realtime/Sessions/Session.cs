using System.IO.Pipelines;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Streams;
using Milepost.Realtime.Transports;

namespace Milepost.Realtime.Sessions;

/// <summary>
/// One connection over one or more streams, whatever the transport. Whoever has something for the connection leaves it in the session's mailbox
/// (<see cref="SessionMailbox"/>) and goes on; everything that reaches the connection is written by its pump (<see cref="SessionPump"/>).
/// </summary>
internal sealed class Session
{
    private readonly SessionServer _server;
    private readonly SessionOutput _output;
    private readonly SessionMailbox _mailbox;
    private readonly SessionPump _pump;
    private readonly Action _abort;

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
        Audience = server.Host.AudienceOf(caller);
        Kind = kind;
        _abort = abort;
        _output = new SessionOutput(output, codec, server.Time);
        _mailbox = new SessionMailbox(server.Limits);
        _pump = new SessionPump(this, server, _mailbox, _output, once: kind == SessionKind.Once);
        LastHeard = server.Time.GetTimestamp();
    }

    public Caller Caller { get; private set; }

    /// <summary>As whom the other end reads.</summary>
    public Audience Audience { get; }

    public SessionKind Kind { get; }

    /// <summary>Whether the other end answers heartbeats, so that its silence means something.</summary>
    public bool ExpectsAnswers => Kind == SessionKind.Duplex;

    /// <summary>The code that we end it with; null while nobody asked for its end.</summary>
    public CloseCode? ClosedWith => _mailbox.ClosedWith;

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
    public bool WaitsForLog => _mailbox.WaitsForLog;

    /// <summary>Whether the page is in front of somebody, as far as the client says.</summary>
    public bool Visible { get; set; }

    public bool IsOpen => _mailbox.IsOpen;

    /// <summary>When the session ended (monotonic); 0 while it goes on. The transport may still wait for the other end's goodbye.</summary>
    public long EndedAt => _mailbox.EndedAt;

    public int StreamCount => _mailbox.Subscriptions.All.Length;

    /// <summary>How many bytes of entries wait to be written.</summary>
    public int QueuedBytes => _mailbox.QueuedBytes;

    /// <summary>Completes when the session has ended and nothing more is written.</summary>
    public Task Ended => _mailbox.Ended;

    public bool Follows(string label) => _mailbox.Subscriptions.Find(label) is not null;

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
        if (!_mailbox.TryAdd(round))
        {
            return;
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
        if (_mailbox.Remove(label) is not { } found)
        {
            return false;
        }

        _server.Hub.Remove(found);
        Wake();
        return true;
    }

    /// <summary>A hint: this entry exists. Called by whoever committed it; never waits.</summary>
    public void Offer(Subscription subscription, StreamFrame frame) => StartPump(_mailbox.Put(subscription, frame));

    /// <summary>This is so now. Never waits, and is forgotten when a newer one comes first.</summary>
    public void Offer(Subscription subscription, LiveFrame frame)
    {
        if (frame.BodyFor(Audience) is not null)
        {
            StartPump(_mailbox.Put(subscription, frame));
        }
    }

    /// <summary>The stream stands here: what is missing is read from the log. True: that was not known.</summary>
    public bool OfferHead(Subscription subscription, long head)
    {
        if (!_mailbox.TryRaise(subscription, head))
        {
            return false;
        }

        Wake();
        return true;
    }

    /// <summary>Tries the log again that could not be read.</summary>
    public void Retry() => StartPump(_mailbox.TryLogAgain());

    /// <summary>The other end said something, whatever it was.</summary>
    public void Heard() => LastHeard = _server.Time.GetTimestamp();

    public void Send(byte[] control, bool withCursor = false) =>
        StartPump(_mailbox.Put(withCursor ? OutboundKind.ControlWithCursor : OutboundKind.Control, control));

    public void SendHeartbeat() => StartPump(_mailbox.Put(OutboundKind.Heartbeat, null));

    public void SendPong(byte[] payload) => StartPump(_mailbox.Put(OutboundKind.Pong, payload));

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
        foreach (var subscription in _mailbox.Subscriptions.All)
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
        if (_mailbox.TryClose(code))
        {
            StopListening();
            Wake();
        }
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
        _mailbox.End(_server.Time.GetTimestamp());
        StopListening();
    }

    /// <summary>Cuts a connection whose session has ended but whose other end does not go.</summary>
    public void CutOff() => _abort();

    /// <summary>The position of the whole connection. To be read from the pump, or behind <see cref="Ended"/>.</summary>
    public string CurrentCursor() => _mailbox.Subscriptions.Cursor(_server.Source.Epoch);

    private void Wake() => StartPump(_mailbox.TryStart());

    private void StartPump(bool isDue)
    {
        if (isDue)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_pump, preferLocal: false);
        }
    }

    private void StopListening()
    {
        foreach (var subscription in _mailbox.Subscriptions.All)
        {
            _server.Hub.Remove(subscription);
        }
    }
}
