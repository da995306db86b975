using Microsoft.Extensions.Logging;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Streams;

namespace Milepost.Realtime.Sessions;

/// <summary>
/// All sessions of this node, and the one timer that they share: each second a twentieth of them gets its heartbeat, and all of
/// them are checked for the end of their credentials. A timer for each connection would cost more than the connections.
/// </summary>
public sealed partial class SessionRegistry(TimeProvider time, ILogger<SessionRegistry> logger)
{
    /// <summary>Seconds between two heartbeats of one session.</summary>
    public const int HeartbeatSeconds = 20;

    // A receiver that takes nothing at all for this long has stopped reading.
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(40);

    // How long the other end of a closed connection may take to close its side.
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(5);

    // Thousands of sessions may find the log away at once; one line says it for all.
    private static readonly TimeSpan LogAwayQuiet = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private long _saidLogAway;
    private readonly HashSet<Session>[] _slots = [.. Enumerable.Range(0, HeartbeatSeconds).Select(_ => new HashSet<Session>())];
    private int _next;
    private int _tick;
    private long _opened;
    private volatile Action<Session>? _draining;

    /// <summary>In whose turn ended connections are taken down.</summary>
    internal Departures Departures { get; } = new(time);

    /// <summary>How many connections are open.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _slots.Sum(slot => slot.Count);
            }
        }
    }

    /// <summary>How many connections were opened since the start.</summary>
    public long Opened => Interlocked.Read(ref _opened);

    internal void Add(Session session)
    {
        Interlocked.Increment(ref _opened);
        SessionMetrics.SessionOpened(session.Kind);
        lock (_lock)
        {
            session.Slot = _next++ % HeartbeatSeconds;
            _slots[session.Slot].Add(session);
        }

        // It came while the others were being told.
        _draining?.Invoke(session);
    }

    internal void Remove(Session session)
    {
        lock (_lock)
        {
            _slots[session.Slot].Remove(session);
        }

        SessionMetrics.SessionClosed(session.Kind, session.ClosedWith);
    }

    internal void Failed(Exception failure)
    {
        if (failure is IOException or OperationCanceledException)
        {
            Log.ConnectionBroke(logger, failure);
        }
        else
        {
            Log.SessionFailed(logger, failure);
        }
    }

    /// <summary>A session could not read the log: said once for all of them in a while.</summary>
    internal void LogAway(LogUnavailableException failure)
    {
        var now = time.GetTimestamp();
        var said = Interlocked.Read(ref _saidLogAway);
        if ((said == 0 || time.GetElapsedTime(said, now) > LogAwayQuiet) && Interlocked.CompareExchange(ref _saidLogAway, now, said) == said)
        {
            Log.CannotRead(logger, failure);
        }
    }

    /// <summary>Runs until cancelled: one pass each second.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                RunOnce();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    /// <summary>One pass.</summary>
    public void RunOnce()
    {
        var now = time.GetUtcNow();
        var due = _tick++ % HeartbeatSeconds;
        for (var slot = 0; slot < HeartbeatSeconds; slot++)
        {
            foreach (var session in Snapshot(slot))
            {
                if (session.EndedAt is > 0 and var ended)
                {
                    CutOff(session, ended);
                    continue;
                }

                if (session.WaitsForLog)
                {
                    session.Retry();
                }

                CheckCredentials(session, now);
                if (slot == due)
                {
                    Beat(session);
                }
            }
        }
    }

    /// <summary>Certain callers with open connections; one comes as often as it is connected.</summary>
    public IReadOnlyList<Caller> Callers(Func<Caller, bool> isMeant)
    {
        var callers = new List<Caller>();
        for (var slot = 0; slot < HeartbeatSeconds; slot++)
        {
            callers.AddRange(Snapshot(slot).Where(session => session.IsOpen && isMeant(session.Caller)).Select(session => session.Caller));
        }

        return callers;
    }

    /// <summary>Closes the connections of certain callers.</summary>
    /// <returns>How many.</returns>
    public int Close(Func<Caller, bool> isMeant, CloseCode code)
    {
        var closed = 0;
        for (var slot = 0; slot < HeartbeatSeconds; slot++)
        {
            foreach (var session in Snapshot(slot).Where(session => session.IsOpen && isMeant(session.Caller)))
            {
                session.Close(code);
                closed++;
            }
        }

        return closed;
    }

    /// <summary>Tells every client to connect again, each after a different delay up to <paramref name="spread"/>, and closes.</summary>
    public void Drain(TimeSpan spread, Random random)
    {
        _draining = session =>
        {
            double part;
            lock (random)
            {
                part = random.NextDouble();
            }

            session.Send(ControlFrames.Reconnect(spread * part), withCursor: true);
            session.Close(CloseCode.Draining);
        };
        for (var slot = 0; slot < HeartbeatSeconds; slot++)
        {
            Array.ForEach(Snapshot(slot), session => _draining(session));
        }
    }

    /// <summary>Cuts every connection that is still there; how many.</summary>
    public int CutAll()
    {
        Session[] left = [.. Enumerable.Range(0, HeartbeatSeconds).SelectMany(Snapshot)];
        Array.ForEach(left, session => session.Abort());
        return left.Length;
    }

    private Session[] Snapshot(int slot)
    {
        lock (_lock)
        {
            return [.. _slots[slot]];
        }
    }

    private void CutOff(Session session, long ended)
    {
        if (time.GetElapsedTime(ended) > Goodbye)
        {
            session.CutOff();
        }
    }

    private static void CheckCredentials(Session session, DateTimeOffset now)
    {
        var left = session.Caller.ExpiresAt - now;
        if (left <= TimeSpan.Zero)
        {
            session.Close(CloseCode.TokenExpired);
        }
        else if (left <= session.ExpiryNotice && !session.Warned)
        {
            session.Warned = true;
            session.Send(ControlFrames.Expiry(FrameTypes.TokenExpiring, session.Caller.ExpiresAt));
        }
    }

    private void Beat(Session session)
    {
        var stalled = session.WaitingSince is > 0 and var since && time.GetElapsedTime(since) > Stall;

        // Compared with the last PING and not with the clock: when the whole machine slept, everybody was silent and nobody is gone.
        var silent = session.ExpectsAnswers && session.LastHeard < session.HeartbeatAt;
        if (stalled || silent)
        {
            Log.PeerGone(logger, stalled);
            session.Abort();
        }
        else
        {
            session.SendHeartbeat();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(9, LogLevel.Warning, "The log cannot be read; connections stay open and it is tried again each second")]
        public static partial void CannotRead(ILogger logger, Exception failure);

        [LoggerMessage(1, LogLevel.Debug, "A connection broke")]
        public static partial void ConnectionBroke(ILogger logger, Exception failure);

        [LoggerMessage(2, LogLevel.Debug, "A connection was cut: nobody is there (stopped reading: {Stalled})")]
        public static partial void PeerGone(ILogger logger, bool stalled);

        [LoggerMessage(3, LogLevel.Warning, "A connection is closed because the server could not serve it")]
        public static partial void SessionFailed(ILogger logger, Exception failure);
    }
}
