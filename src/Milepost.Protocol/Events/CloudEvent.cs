using System.Text.Json;

namespace Milepost.Protocol.Events;

/// <summary>
/// A CloudEvent in the JSON event format (CloudEvents 1.0, JSON format 3). The identity of an event is <see cref="Source"/> and
/// <see cref="Id"/> within the tenant, for as long as the data is kept: sending it again is harmless.
/// </summary>
public sealed record CloudEvent
{
    /// <summary>Always <c>1.0</c>.</summary>
    public string Specversion { get; init; } = "1.0";

    /// <summary>Unique within <see cref="Source"/>; 1 to 255 characters.</summary>
    public required string Id { get; init; }

    /// <summary>Who says so: a URI reference of 1 to 512 characters, for example <c>/shops/berlin-1</c>.</summary>
    public required string Source { get; init; }

    /// <summary>One of <see cref="EventTypes"/>.</summary>
    public required string Type { get; init; }

    /// <summary>The order's id (for <c>customer.*</c> the customer's id).</summary>
    public required string Subject { get; init; }

    /// <summary>When it happened. Absent: when the server received it.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>The payload; its fields depend on <see cref="Type"/>.</summary>
    public JsonElement? Data { get; init; }
}

/// <summary>The answer to a post of events. What is accepted is committed and on disk.</summary>
/// <param name="Accepted">How many events were new and are now recorded.</param>
/// <param name="Duplicates">How many were known already; they changed nothing.</param>
/// <param name="Rejected">Those that are not recorded, each with its reason.</param>
public sealed record RecordReply(int Accepted, int Duplicates, IReadOnlyList<RejectedEvent> Rejected);

/// <summary>One event of a batch that was not recorded.</summary>
/// <param name="Index">Its place in the batch, from 0.</param>
/// <param name="Id">Its id, where one could be read.</param>
/// <param name="Code">A stable code of <see cref="Errors.ErrorCode"/>.</param>
/// <param name="Field">The offending field, for example <c>data.status</c>.</param>
/// <param name="Detail">What is wrong, for a person.</param>
public sealed record RejectedEvent(int Index, string? Id, string Code, string? Field, string Detail);
