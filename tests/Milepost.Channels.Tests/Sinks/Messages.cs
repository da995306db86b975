using Milepost.Core.Deliveries;
using Milepost.Core.Tenants;
using Milepost.Protocol.Notifications;
using Milepost.Server.Channels;

namespace Milepost.Channels.Tests.Sinks;

/// <summary>Messages as the engine makes them.</summary>
internal static class Messages
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public static OutgoingMessage Of(DeliveryChannel channel, string address, string text = "Your order is here.") => new()
    {
        Tenant = "acme",
        DeliveryId = "n-1.x",
        Attempt = 1,
        Channel = channel,
        CustomerId = "ada",
        NotificationId = "n-1",
        Type = "order.delivered",
        Priority = NotificationPriority.Normal,
        OrderId = "o-1",
        Address = address,
        Title = "Delivered",
        Text = text,
        Locale = "en",
        CreatedAt = Noon,
        ExpiresAt = Noon.AddHours(4),
    };

    public static OutgoingMessage To(WebhookEndpoint webhook) => Of(DeliveryChannel.Webhook, webhook.Id) with { Webhook = webhook };
}
