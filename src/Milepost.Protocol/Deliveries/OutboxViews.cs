namespace Milepost.Protocol.Deliveries;

/// <summary>A message that would have been sent, had a provider been configured for its channel.</summary>
public sealed record OutboxItem
{
    /// <summary>The delivery: its notification and its channel.</summary>
    public required string DeliveryId { get; init; }

    /// <summary>1 unless it was sent again.</summary>
    public required int Attempt { get; init; }

    /// <summary>email, sms, web_push, fcm, apns or webhook.</summary>
    public required string Channel { get; init; }

    public required string Address { get; init; }

    public required string Title { get; init; }

    public required string Body { get; init; }

    public required DateTimeOffset SentAt { get; init; }
}

/// <summary>A page of the outbox, newest first. <paramref name="Next"/> is the cursor of the next page, null at the end.</summary>
public sealed record OutboxPage(IReadOnlyList<OutboxItem> Items, string? Next);
