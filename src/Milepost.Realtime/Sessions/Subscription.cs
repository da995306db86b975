using Milepost.Protocol.Streams;

namespace Milepost.Realtime.Sessions;

/// <summary>Where a subscription starts.</summary>
public abstract record Since
{
    private Since()
    {
    }

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
    public sealed record Behind(StreamPosition Position) : Since;
}

/// <summary>One stream followed by one session: a cursor that only the session's pump moves.</summary>
internal sealed class Subscription(Session session, string label, StreamName stream, Since since, SubscribeRound round)
{
    public Session Session { get; } = session;

    /// <summary>The name that the client used.</summary>
    public string Label { get; } = label;

    public StreamName Stream { get; } = stream;

    /// <summary>Null once the start has been found.</summary>
    public Since? Since { get; set; } = since;

    /// <summary>The subscribe request that it belongs to while its <c>ready</c> is due; null behind it.</summary>
    public SubscribeRound? Round { get; set; } = round;

    /// <summary>The newest offset that was written to the connection (or given up by a reset).</summary>
    public long Sent { get; set; } = since is Since.Behind behind ? behind.Position.Offset : 0;

    /// <summary>The fingerprint at <see cref="Sent"/>.</summary>
    public uint Check { get; set; } = since is Since.Behind behind ? behind.Position.Check : 0;

    /// <summary>The newest offset that we know to exist. Guarded by the session's lock.</summary>
    public long Head { get; set; }

    /// <summary>Whether <see cref="Sent"/> means a position that a client could resume from.</summary>
    public bool HasPosition => Since is not Since.Latest;

    /// <summary>Whether the log has to be read.</summary>
    public bool IsBehind => Since is not null || Sent < Head;
}
