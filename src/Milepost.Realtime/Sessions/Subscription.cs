using Milepost.Protocol.Streams;
using Milepost.Realtime.Streams;

namespace Milepost.Realtime.Sessions;

/// <summary>Where a subscription starts.</summary>
public abstract record Since
{
    private Since()
    {
    }

    /// <summary>The position that it names, if it names one.</summary>
    internal virtual StreamPosition? Position => null;

    /// <summary>From now on.</summary>
    public sealed record Latest : Since
    {
        public static readonly Latest Instance = new();
    }

    /// <summary>Everything that is kept.</summary>
    public sealed record Earliest : Since
    {
        public static readonly Earliest Instance = new();
    }

    /// <summary>Behind this position.</summary>
    public sealed record Behind(StreamPosition At) : Since
    {
        internal override StreamPosition? Position => At;
    }

    /// <summary>Behind this position, where the log did not have what comes next (or has a later entry there: a gap).</summary>
    internal sealed record Missing(StreamPosition At, bool IsGap) : Since
    {
        internal override StreamPosition? Position => At;
    }
}

/// <summary>One stream followed by one session: a cursor that only the session's pump moves.</summary>
internal sealed class Subscription(Session session, string label, StreamName stream, Since since, SubscribeRound round)
{
    public Session Session { get; } = session;

    /// <summary>The name that the client used.</summary>
    public string Label { get; } = label;

    public StreamName Stream { get; } = stream;

    /// <summary>What is true now and waits to be shown; a newer one takes its place. Guarded by the session's lock.</summary>
    public LiveFrame? Live { get; set; }

    /// <summary>The moment of the newest one that was shown. Guarded by the session's lock.</summary>
    public long Shown { get; set; } = long.MinValue;

    /// <summary>Null once the start has been found.</summary>
    public Since? Since { get; set; } = since;

    /// <summary>The subscribe request that it belongs to while its <c>ready</c> is due; null behind it.</summary>
    public SubscribeRound? Round { get; set; } = round;

    /// <summary>The newest offset that was written to the connection (or given up by a reset).</summary>
    public long Sent { get; set; }

    /// <summary>The fingerprint at <see cref="Sent"/>.</summary>
    public uint Check { get; set; }

    /// <summary>Unsubscribed: what is still under way for it is dropped.</summary>
    public bool Dropped { get; set; }

    /// <summary>Why its position could not be served, until the client is told.</summary>
    public string? Reset { get; set; }

    /// <summary>Whether the log has to be read.</summary>
    public bool IsBehind => Since is null && Sent < Head;

    /// <summary>The newest offset that we know to exist. Guarded by the session's lock.</summary>
    public long Head { get; set; }

    /// <summary>Where a client resumes that has read everything so far. Null: nowhere yet, it starts from now.</summary>
    public (long Offset, uint Check)? PositionIn(long epoch) => Since switch
    {
        null => (Sent, Check),
        Since.Latest => null,
        Since.Earliest => (0, 0),

        // Not judged yet. A cursor speaks of one epoch: of another one we say an offset that no log reaches, so that it is refused again.
        _ => Since.Position is { } asked && asked.Epoch == epoch ? (asked.Offset, asked.Check) : (long.MaxValue, 0),
    };
}
