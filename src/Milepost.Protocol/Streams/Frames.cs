using System.Text.Json;

namespace Milepost.Protocol.Streams;

/// <summary>
/// A frame from the server as a client reads it. Entries carry <see cref="Stream"/>, <see cref="Offset"/> and <see cref="Cursor"/>;
/// control frames carry what their type needs (see <c>docs/protocol/realtime.md</c>).
/// </summary>
public sealed record ServerFrame
{
    public required string Type { get; init; }

    public string? Stream { get; init; }

    public long? Offset { get; init; }

    /// <summary>Resumes all streams of the connection behind this frame, on any transport.</summary>
    public string? Cursor { get; init; }

    public string? Id { get; init; }

    public DateTimeOffset? Time { get; init; }

    public JsonElement Data { get; init; }

    /// <summary>On <c>ready</c>: where each stream stands.</summary>
    public IReadOnlyList<ReadyStream>? Streams { get; init; }

    /// <summary>On <c>error</c> and <c>reset</c>: a stable code.</summary>
    public string? Code { get; init; }

    public string? Detail { get; init; }

    /// <summary>On <c>error</c>: whether the same request may succeed later.</summary>
    public bool? Retry { get; init; }

    /// <summary>On <c>reconnect</c>: wait this long, in milliseconds, then connect again with the cursor.</summary>
    public int? AfterMs { get; init; }

    /// <summary>On <c>token.expiring</c> and <c>token.accepted</c>: when the credentials end.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>One stream in a <c>ready</c> frame.</summary>
/// <param name="Stream">Its name as it was subscribed.</param>
/// <param name="Epoch">The data set, 16 hexadecimal digits.</param>
/// <param name="Offset">The newest offset that has been sent.</param>
/// <param name="Replayed">How many entries the catch-up sent.</param>
public sealed record ReadyStream(string Stream, string Epoch, long Offset, long Replayed);

/// <summary>A frame from a client.</summary>
public sealed record ClientFrame
{
    public string? Type { get; init; }

    public IReadOnlyList<string>? Streams { get; init; }

    /// <summary>On <c>subscribe</c>: a cursor, <c>earliest</c>, or absent for "from now on".</summary>
    public string? Since { get; init; }

    /// <summary>On <c>ack</c>: this device has everything up to here.</summary>
    public string? Cursor { get; init; }

    /// <summary>On <c>token</c>: renewed credentials of the same caller.</summary>
    public string? Token { get; init; }

    /// <summary>On <c>visible</c>: whether the page is in front.</summary>
    public bool? Visible { get; init; }
}

/// <summary>The answer of <c>GET /api/v1/poll</c>: frames, and the cursor for the next call.</summary>
public sealed record PollReply(IReadOnlyList<ServerFrame> Frames, string Cursor);

/// <summary>The answer of <c>POST realtime/tickets</c>.</summary>
public sealed record TicketReply(string Ticket, DateTimeOffset ExpiresAt);
