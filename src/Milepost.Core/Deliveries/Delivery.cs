namespace Milepost.Core.Deliveries;

/// <summary>One notification to be carried by one channel, as it was planned. It stands on its own: what it was made from may be gone when it is sent.</summary>
public sealed record Delivery
{
    public required string Tenant { get; init; }

    /// <summary>See <see cref="IdOf"/>.</summary>
    public required string Id { get; init; }

    public required string CustomerId { get; init; }

    public required DeliveryChannel Channel { get; init; }

    public required string NotificationId { get; init; }

    public string? OrderId { get; init; }

    /// <summary>Where to, as it was known when the delivery was planned. Personal: see <see cref="AddressMask"/>.</summary>
    public required string Address { get; init; }

    public required string Title { get; init; }

    public required string Body { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Not to be sent before.</summary>
    public required DateTimeOffset Due { get; init; }

    /// <summary>Not worth sending from then on.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>A notification goes out over a channel once, so the two name the delivery; the store takes no second one.</summary>
    public static string IdOf(string notificationId, DeliveryChannel channel) => string.Concat(notificationId, ".", channel.Wire());
}
