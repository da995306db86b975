using System.Text.Json;
using Milepost.Protocol.Preferences;

namespace Milepost.Protocol.Notifications;

/// <summary>A message to named customers, which no event of an order caused.</summary>
public sealed record NotificationRequest
{
    /// <summary>Names the request: sent again it changes nothing. 1 to 128 characters as ids have them. Absent: the server makes one up, and a repeat is another request.</summary>
    public string? Id { get; init; }

    /// <summary>Whom to tell: 1 to 1,000 customer ids, each once.</summary>
    public required IReadOnlyList<string> Customers { get; init; }

    /// <summary>Decides template, preference and route: <c>a-z</c>, <c>0-9</c>, <c>.</c>, <c>_</c>, <c>-</c>; 1 to 64 characters.</summary>
    public required string Type { get; init; }

    /// <summary>Absent: <c>system</c>.</summary>
    public NotificationCategory? Category { get; init; }

    /// <summary>Absent: <c>normal</c>.</summary>
    public NotificationPriority? Priority { get; init; }

    /// <summary>Literal words, 1 to 200 characters; with <see cref="Body"/>. Absent: the words of the type's template.</summary>
    public string? Title { get; init; }

    /// <summary>Literal words, 1 to 2,000 characters.</summary>
    public string? Body { get; init; }

    /// <summary>What the template speaks of: an object of at most 16 KiB.</summary>
    public JsonElement? Data { get; init; }

    /// <summary>The order that it is about.</summary>
    public string? OrderId { get; init; }

    /// <summary>Besides the inbox only these ways. Absent: as the type's route says. Preferences count in any case.</summary>
    public IReadOnlyList<NotificationChannel>? Channels { get; init; }

    /// <summary>Not before; at most a year ahead. Absent or past: at once.</summary>
    public DateTimeOffset? SendAt { get; init; }

    /// <summary>Of no use from then on.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>A newer message with the same key takes the place of an older one that still waits; 1 to 64 characters.</summary>
    public string? CollapseKey { get; init; }

    /// <summary>Those of one window with the same collapse key (else type) go out as one at its end, 60 to 86,400 seconds; windows are aligned to midnight UTC. The inbox has each at once.</summary>
    public int? DigestSeconds { get; init; }

    /// <summary>Goes through the lane that never keeps order news waiting. Absent: true for more than one customer.</summary>
    public bool? Bulk { get; init; }
}

/// <summary>The answer to a request. What is accepted is committed and on disk.</summary>
/// <param name="Id">The request's name.</param>
/// <param name="Accepted">How many customers it was recorded for.</param>
/// <param name="Duplicates">For how many it was recorded already.</param>
/// <param name="Rejected">The places of <c>customers</c> that are no ids, with the reason.</param>
public sealed record NotificationRequestReply(string Id, int Accepted, int Duplicates, IReadOnlyList<Events.RejectedEvent> Rejected);

/// <summary>How many customers a request was called off for: those it had not reached yet.</summary>
public sealed record CalledOff(int Cancelled);
