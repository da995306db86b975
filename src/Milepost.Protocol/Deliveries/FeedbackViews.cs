using Milepost.Protocol.Events;

namespace Milepost.Protocol.Deliveries;

/// <summary>What a mail relay reports of a message that it had taken. One of the ids is needed, or an address with a hard bounce or a complaint.</summary>
public sealed record FeedbackItem
{
    /// <summary>bounce, complaint, delivered or opened.</summary>
    public required string Type { get; init; }

    /// <summary>Of a bounce: it came back for good. The address is suppressed then, as with a complaint.</summary>
    public bool Hard { get; init; }

    /// <summary>The Message-ID of our message.</summary>
    public string? MessageId { get; init; }

    public string? DeliveryId { get; init; }

    /// <summary>The receiver's address. Where the delivery is known, the address that we sent to counts: the one that is reported may be what a mailbox forwards to.</summary>
    public string? Address { get; init; }

    /// <summary>What the receiver's side said; kept masked, its first 500 characters.</summary>
    public string? Reason { get; init; }

    public required DateTimeOffset Time { get; init; }
}

/// <summary>The answer to a batch of feedback. What is accepted has had its effect; the whole batch may be sent again.</summary>
/// <param name="Accepted">How many reports were taken.</param>
/// <param name="Rejected">The others, with their places in the batch.</param>
public sealed record FeedbackReply(int Accepted, IReadOnlyList<RejectedEvent> Rejected);
