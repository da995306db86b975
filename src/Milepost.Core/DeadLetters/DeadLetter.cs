namespace Milepost.Core.DeadLetters;

/// <summary>A header of a message; the bytes as they came.</summary>
public sealed record TopicHeader(string Name, byte[]? Value);

/// <summary>A message as it lies in a topic, not interpreted.</summary>
public sealed record TopicMessage
{
    public required string Topic { get; init; }

    public required int Partition { get; init; }

    public required long Offset { get; init; }

    /// <summary>The time that the message carries; the same at every delivery.</summary>
    public required DateTimeOffset Time { get; init; }

    public byte[]? Key { get; init; }

    public IReadOnlyList<TopicHeader> Headers { get; init; } = [];

    public byte[]? Value { get; init; }
}

/// <summary>What became of a dead letter.</summary>
public enum DeadLetterState
{
    /// <summary>Put aside, and not tried again yet.</summary>
    Waiting = 0,

    /// <summary>Tried again and refused again.</summary>
    Refused = 1,

    /// <summary>Tried again and recorded.</summary>
    Replayed = 2,
}

/// <summary>Why a message is put aside.</summary>
/// <param name="Code">A code of <see cref="Protocol.Errors.ErrorCode"/>.</param>
/// <param name="Field">The offending field, where there is one.</param>
/// <param name="Detail">What is wrong, for a person. It repeats nothing of the message.</param>
public sealed record DeadLetterReason(string Code, string? Field, string Detail);

/// <summary>A message that could not be recorded, kept as it was with the reason.</summary>
public sealed record DeadLetter
{
    /// <summary>Its number, given by the store.</summary>
    public long Place { get; init; }

    /// <summary>Whose it is; empty where that could not be read.</summary>
    public required string Tenant { get; init; }

    public required TopicMessage Message { get; init; }

    public required DeadLetterReason Reason { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public DeadLetterState State { get; init; }

    /// <summary>When it was last tried again.</summary>
    public DateTimeOffset? TriedAt { get; init; }
}
