namespace Milepost.Protocol.Tenants;

/// <summary>An address of the tenant's own systems that is to be told of notifications.</summary>
public sealed record WebhookRequest
{
    /// <summary>An https address on the public internet.</summary>
    public required string Url { get; init; }

    /// <summary>The notification types to tell of, at most 200; absent or empty: all.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>Absent: true.</summary>
    public bool? Enabled { get; init; }
}

/// <summary>A webhook without its secret.</summary>
public sealed record WebhookView
{
    public required string Id { get; init; }

    public required string Url { get; init; }

    /// <summary>The notification types it is told of; empty: all.</summary>
    public required IReadOnlyList<string> Types { get; init; }

    public required bool Enabled { get; init; }

    /// <summary>Why it was switched off, where not a person has done it.</summary>
    public string? OffReason { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When its secret was changed last.</summary>
    public DateTimeOffset? RotatedAt { get; init; }
}

/// <summary>The tenant's webhooks, at most 20.</summary>
public sealed record WebhookList(IReadOnlyList<WebhookView> Items);

/// <summary>A webhook with its new secret, which is shown this once.</summary>
/// <param name="Webhook">The webhook.</param>
/// <param name="Secret">What requests are signed with (Standard Webhooks): <c>whsec_</c> and base64.</param>
/// <param name="OldSecretUntil">Up to when requests are also signed with the secret before it.</param>
public sealed record WebhookSecretReply(WebhookView Webhook, string Secret, DateTimeOffset? OldSecretUntil);

/// <summary>What came of a <c>ping</c>.</summary>
/// <param name="Delivered">The answer was a 2xx.</param>
/// <param name="Status">The HTTP status; absent: no answer came.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="Detail">For people.</param>
public sealed record WebhookTestReply(bool Delivered, int? Status, long Milliseconds, string Detail);

/// <summary>What a webhook gets (Standard Webhooks): the same bytes at every attempt.</summary>
/// <param name="Type"><c>notification.created</c> or <c>ping</c>.</param>
/// <param name="Timestamp">When what it tells of happened.</param>
/// <param name="Data">Absent in a ping.</param>
public sealed record WebhookEvent(string Type, DateTimeOffset Timestamp, WebhookNotification? Data)
{
    public const string NotificationCreated = "notification.created";
    public const string Ping = "ping";
}

/// <summary>The notification that a webhook is told of.</summary>
public sealed record WebhookNotification
{
    public required string Tenant { get; init; }

    public required string NotificationId { get; init; }

    public required string CustomerId { get; init; }

    /// <summary>For example <c>order.delivered</c>.</summary>
    public required string NotificationType { get; init; }

    public required Notifications.NotificationPriority Priority { get; init; }

    public string? OrderId { get; init; }

    public required string Title { get; init; }

    public required string Text { get; init; }

    public string? Link { get; init; }

    /// <summary>The language of the words, a BCP 47 tag.</summary>
    public required string Locale { get; init; }

    /// <summary>What the caller gave with a message of its own.</summary>
    public System.Text.Json.JsonElement? Data { get; init; }
}
