using Milepost.Core.Customers;
using Milepost.Core.Deliveries;
using Milepost.Protocol.Notifications;
using Milepost.Server.Channels;
using Milepost.Testing;

namespace Milepost.Channels.Tests.Push;

/// <summary>Messages for devices.</summary>
internal static class Messages
{
    public static readonly DateTimeOffset Now = new FakeClock().GetUtcNow();

    public static OutgoingMessage To(DeviceKind kind, string address, string? publicKey = null, string? secret = null) => new()
    {
        Tenant = "acme",
        DeliveryId = "n-1.push.d-1",
        Attempt = 1,
        Channel = kind switch { DeviceKind.WebPush => DeliveryChannel.WebPush, DeviceKind.Fcm => DeliveryChannel.Fcm, _ => DeliveryChannel.Apns },
        CustomerId = "c-1",
        NotificationId = "n-1",
        Type = "order.delivered",
        Priority = NotificationPriority.High,
        OrderId = "o-1",
        Address = address,
        Title = "Delivered",
        Text = "Grüße: your order is at the door 🚪",
        Link = "https://track.shop.example/o-1",
        Locale = "en",
        CollapseKey = "order:o-1",
        CreatedAt = Now,
        ExpiresAt = Now.AddHours(4),
        Device = new Device { Id = "d-1", Kind = kind, Address = address, PublicKey = publicKey, Secret = secret, SeenAt = Now.AddDays(-1) },
    };
}
