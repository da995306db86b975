namespace Milepost.Protocol.Streams;

/// <summary>
/// Why the server closed a WebSocket. 4000-4099: connecting again in the same way will not help. 4100-4199: connect again with backoff and
/// the last cursor. The standard codes 1000-1011 (RFC 6455, 7.4.1) are used in their own meaning.
/// </summary>
/// <param name="Number">The close code.</param>
/// <param name="Reason">A stable word, sent as the close reason.</param>
public sealed record CloseCode(int Number, string Reason)
{
    /// <summary>The credentials are not, or no longer, good for this connection.</summary>
    public static readonly CloseCode Unauthorized = new(4000, "unauthorized");

    /// <summary>The client keeps sending frames that the protocol does not know.</summary>
    public static readonly CloseCode ProtocolViolation = new(4001, "protocol_violation");

    /// <summary>The client sent a <c>token</c> of somebody else.</summary>
    public static readonly CloseCode CallerChanged = new(4002, "caller_changed");

    /// <summary>The share link that the connection was opened with has ended.</summary>
    public static readonly CloseCode LinkClosed = new(4003, "link_closed");

    /// <summary>The server is going down or hands over; the cursor resumes elsewhere.</summary>
    public static readonly CloseCode Draining = new(4100, "draining");

    /// <summary>The token's time is over: connect again with a new one.</summary>
    public static readonly CloseCode TokenExpired = new(4101, "token_expired");

    /// <summary>Nothing was heard from the client for too long.</summary>
    public static readonly CloseCode HeartbeatTimeout = new(4102, "heartbeat_timeout");

    /// <summary>The client sends more frames than a client should.</summary>
    public static readonly CloseCode TooManyFrames = new(4103, "too_many_frames");

    /// <summary>A fault of the server; it is in its log.</summary>
    public static readonly CloseCode InternalError = new(4104, "internal_error");

    /// <summary>The table, for documents and tests.</summary>
    public static readonly IReadOnlyList<CloseCode> All =
    [
        Unauthorized, ProtocolViolation, CallerChanged, LinkClosed, Draining, TokenExpired, HeartbeatTimeout, TooManyFrames, InternalError,
    ];

    /// <summary>Whether a client should connect again after this close code (also for codes outside the table).</summary>
    public static bool ShouldReconnect(int number) => number is not (>= 4000 and <= 4099) and not 1002 and not 1003 and not 1007 and not 1009;
}
