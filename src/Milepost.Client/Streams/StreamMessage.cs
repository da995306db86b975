using Milepost.Protocol.Streams;

namespace Milepost.Client.Streams;

/// <summary>What a follow yields: the entries, and what a program needs to know about the connection. The alternatives are closed.</summary>
public abstract record StreamMessage
{
    private StreamMessage()
    {
    }

    /// <summary>An entry of a stream (or a fix without an offset). Each entry comes once and in order.</summary>
    public sealed record Entry(ServerFrame Frame) : StreamMessage;

    /// <summary>The catch-up is over; what follows is live. Comes once for each connection. On long-poll <c>streams</c> may be absent.</summary>
    public sealed record Ready(ServerFrame Frame) : StreamMessage;

    /// <summary>The position cannot be served exactly: load the snapshot again; the stream goes on from now.</summary>
    public sealed record Reset(ServerFrame Frame) : StreamMessage;

    /// <summary>Something was refused, as a rule one stream; the others go on.</summary>
    public sealed record Error(ServerFrame Frame) : StreamMessage;

    /// <summary>The connection changed. <paramref name="RetryIn"/> tells, when disconnected, how long until the next attempt.</summary>
    public sealed record ConnectionChanged(ConnectionState State, ConnectionReason Reason, string? Detail, StreamTransport Transport, TimeSpan? RetryIn) : StreamMessage;
}

/// <summary>The states of a follow's connection.</summary>
public enum ConnectionState
{
    /// <summary>Nothing is open; the next attempt comes by itself.</summary>
    Disconnected,

    /// <summary>An attempt is under way.</summary>
    Connecting,

    /// <summary>The server accepted. On long-poll: the first request is under way.</summary>
    Connected,
}

/// <summary>Why a connection changed. The numbers are stable.</summary>
public enum ConnectionReason
{
    /// <summary>The first attempt, or its success.</summary>
    Started = 0,

    /// <summary>A further attempt, or its success.</summary>
    Resumed = 1,

    /// <summary>The network or the server's process ended it.</summary>
    NetworkFailed = 10,

    /// <summary>No answer, or nothing heard, for too long.</summary>
    Silence = 11,

    /// <summary>The server closed it in order.</summary>
    ServerClosed = 20,

    /// <summary>The server is going down and said when to come back.</summary>
    ServerDraining = 21,

    /// <summary>The server refused the connection for now.</summary>
    ServerBusy = 22,

    /// <summary>The credentials ended.</summary>
    TokenExpired = 23,

    /// <summary>An entry was missing; the connection is made anew from the last good cursor.</summary>
    GapFound = 30,

    /// <summary>What came is not of this protocol.</summary>
    ProtocolFault = 31,
}
