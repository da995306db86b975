using System.Text.Json;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Orders;

namespace Milepost.Core.Deliveries;

/// <summary>Which queue a delivery waits in. The numbers are stored.</summary>
public enum DeliveryLane
{
    /// <summary>News of orders, and single messages.</summary>
    News = 0,

    /// <summary>Messages to many, which never keep the others waiting.</summary>
    Bulk = 1,
}

/// <summary>One notification to be carried by one channel to one address, as it was planned. What is true when it is due decides whether it goes out.</summary>
public sealed record Delivery
{
    public required string Tenant { get; init; }

    /// <summary>See <see cref="IdOf"/>.</summary>
    public required string Id { get; init; }

    public required string CustomerId { get; init; }

    public required DeliveryChannel Channel { get; init; }

    public required string NotificationId { get; init; }

    /// <summary>The place of the notification in the customer's stream: acknowledged up to there, the customer knows.</summary>
    public long Place { get; init; }

    /// <summary>The notification's type.</summary>
    public string Type { get; init; } = "";

    public NotificationCategory Category { get; init; }

    public NotificationPriority Priority { get; init; } = NotificationPriority.Normal;

    public string? OrderId { get; init; }

    /// <summary>The status it tells; null: it tells of something else.</summary>
    public OrderStatus? Status { get; init; }

    /// <summary>Where to, as it was known when the delivery was planned: an e-mail address, a number, or the id of a device or webhook. Personal: see <see cref="AddressMask"/>.</summary>
    public required string Address { get; init; }

    /// <summary>The words of the inbox.</summary>
    public required string Title { get; init; }

    public required string Body { get; init; }

    /// <summary>The template that was in force when it was planned; 0: the built-in one.</summary>
    public int TemplateVersion { get; init; }

    public string Locale { get; init; } = "en";

    /// <summary>The event's note.</summary>
    public string? Note { get; init; }

    /// <summary>When what it tells of happened.</summary>
    public DateTimeOffset? EventTime { get; init; }

    /// <summary>The words are the caller's own: no template is asked.</summary>
    public bool Literal { get; init; }

    /// <summary>What the caller gave for the template of a message of its own.</summary>
    public JsonElement? Data { get; init; }

    /// <summary>Deliveries with the same topic are about the same thing on the same way: a newer one takes an older one's place. Null: it stands alone.</summary>
    public string? Topic { get; init; }

    /// <summary>Its topic is a digest: when it is due the newest one tells of all.</summary>
    public bool Digest { get; init; }

    /// <summary>Not needed once any device of the customer has acknowledged the notification.</summary>
    public bool UnlessAcknowledged { get; init; }

    public DeliveryLane Lane { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Not to be sent before.</summary>
    public required DateTimeOffset Due { get; init; }

    /// <summary>Not worth sending from then on.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The topic of what a request puts off, for all its customers.</summary>
    public static string LaterTopic(string requestId) => "later:" + requestId;

    /// <summary>A notification goes out over a channel once to each address, so these name the delivery; the store takes no second one.</summary>
    /// <param name="notificationId">Which notification.</param>
    /// <param name="channel">Over what.</param>
    /// <param name="target">The device or webhook, where a customer or tenant can have several.</param>
    public static string IdOf(string notificationId, DeliveryChannel channel, string? target = null) =>
        target is null ? string.Concat(notificationId, ".", channel.Wire()) : string.Concat(notificationId, ".", channel.Wire(), ".", target);
}
