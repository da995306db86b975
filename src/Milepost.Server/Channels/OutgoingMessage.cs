using System.Text.Json;
using Milepost.Core.Customers;
using Milepost.Core.Deliveries;
using Milepost.Core.Tenants;
using Milepost.Protocol.Notifications;

namespace Milepost.Server.Channels;

/// <summary>A message as a provider gets it: rendered, addressed, and nothing left to decide.</summary>
internal sealed record OutgoingMessage
{
    public required string Tenant { get; init; }

    /// <summary>The same for all attempts, so that a provider that knows idempotency keys can drop a repeat.</summary>
    public required string DeliveryId { get; init; }

    /// <summary>1 for the first.</summary>
    public required int Attempt { get; init; }

    public required DeliveryChannel Channel { get; init; }

    public required string CustomerId { get; init; }

    public required string NotificationId { get; init; }

    /// <summary>The notification's type, for example <c>order.delivered</c>.</summary>
    public required string Type { get; init; }

    public required NotificationPriority Priority { get; init; }

    public string? OrderId { get; init; }

    /// <summary>The e-mail address, the number in E.164, the push service's URL, the device's token, the webhook's URL.</summary>
    public required string Address { get; init; }

    /// <summary>The customer's name, where one is known.</summary>
    public string? Name { get; init; }

    /// <summary>The subject of an e-mail, the title of a push.</summary>
    public required string Title { get; init; }

    /// <summary>Plain text: the text part of an e-mail, the text of an SMS, the body of a push.</summary>
    public required string Text { get; init; }

    /// <summary>The HTML part of an e-mail.</summary>
    public string? Html { get; init; }

    /// <summary>Where the message leads.</summary>
    public string? Link { get; init; }

    /// <summary>A BCP 47 tag.</summary>
    public required string Locale { get; init; }

    /// <summary>A newer message with the same key takes the place of an older one on the device: one for each order.</summary>
    public string? CollapseKey { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Not worth showing from then on.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>E-mail: where one click ends messages of this kind (RFC 8058). Null for what cannot be ended.</summary>
    public string? UnsubscribeUrl { get; init; }

    public TenantBrand Brand { get; init; } = new();

    /// <summary>What the caller gave with a message of its own.</summary>
    public JsonElement? Data { get; init; }

    /// <summary>Push: the device with its keys.</summary>
    public Device? Device { get; init; }

    /// <summary>Webhook: the endpoint with its secret.</summary>
    public WebhookEndpoint? Webhook { get; init; }

    // Records print their properties: the address and what the message says are nobody's business in a log.
    public override string ToString() => $"{Channel} {DeliveryId}, attempt {Attempt}";
}
