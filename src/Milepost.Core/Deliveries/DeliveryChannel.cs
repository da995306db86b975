using Milepost.Core.Customers;
using Milepost.Protocol.Preferences;

namespace Milepost.Core.Deliveries;

/// <summary>What carries a notification to a customer who has no live connection. The numbers are stored.</summary>
public enum DeliveryChannel
{
    Email = 0,
    Sms = 1,

    /// <summary>A push to a browser (RFC 8030).</summary>
    WebPush = 2,

    /// <summary>A push by Firebase Cloud Messaging.</summary>
    Fcm = 3,

    /// <summary>A push by the Apple Push Notification service.</summary>
    Apns = 4,

    /// <summary>A call to the tenant's own systems.</summary>
    Webhook = 5,

    /// <summary>A notification that is to be made at a later time: when it is due it is recorded, and goes its way from there.</summary>
    Later = 6,
}

/// <summary>The channels' names: in ids, metrics, and on the wire.</summary>
public static class DeliveryChannelNames
{
    private static readonly string[] Names = ["email", "sms", "web_push", "fcm", "apns", "webhook", "later"];

    public static string Wire(this DeliveryChannel channel) => Names[(int)channel];

    /// <summary>The customer's word for it; null: not the customer's business.</summary>
    public static NotificationChannel? Choice(this DeliveryChannel channel) => channel switch
    {
        DeliveryChannel.Email => NotificationChannel.Email,
        DeliveryChannel.Sms => NotificationChannel.Sms,
        DeliveryChannel.WebPush or DeliveryChannel.Fcm or DeliveryChannel.Apns => NotificationChannel.Push,
        DeliveryChannel.Webhook or DeliveryChannel.Later => null,
        _ => throw new ArgumentOutOfRangeException(nameof(channel)),
    };

    /// <summary>What a device's pushes go over.</summary>
    public static DeliveryChannel Channel(this DeviceKind kind) => kind switch
    {
        DeviceKind.WebPush => DeliveryChannel.WebPush,
        DeviceKind.Fcm => DeliveryChannel.Fcm,
        DeviceKind.Apns => DeliveryChannel.Apns,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}

/// <summary>How a channel is treated.</summary>
/// <param name="TimeToLive">How long a delivery is tried at most, quiet hours among it. For how long it is worth telling depends on what it tells.</param>
/// <param name="Resends">
/// How often it is sent again when it is not known whether it went out. A second e-mail is a nuisance, a second text message costs money too; a
/// second push replaces the first (one collapse key), and a webhook carries its id for the receiver to drop repeats.
/// </param>
/// <param name="Retry">When to try again what was refused for now.</param>
public sealed record ChannelPolicy(TimeSpan TimeToLive, int Resends, RetrySchedule Retry)
{
    private static readonly ChannelPolicy Push = new(TimeSpan.FromHours(24), Resends: 2, new RetrySchedule(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(15), Attempts: 100));

    private static readonly Dictionary<DeliveryChannel, ChannelPolicy> Table = new()
    {
        // RFC 5321, 4.5.4.1: a refused mail is tried again after half an hour or so, more often at first; greylisting asks for five minutes.
        [DeliveryChannel.Email] = new(TimeSpan.FromHours(24), Resends: 1, new RetrySchedule(TimeSpan.FromMinutes(5), TimeSpan.FromHours(2), Attempts: 18)),
        [DeliveryChannel.Sms] = new(TimeSpan.FromHours(24), Resends: 0, new RetrySchedule(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(30), Attempts: 50)),
        [DeliveryChannel.WebPush] = Push,
        [DeliveryChannel.Fcm] = Push,
        [DeliveryChannel.Apns] = Push,
        [DeliveryChannel.Webhook] = new(TimeSpan.FromHours(72), Resends: 20, new RetrySchedule(TimeSpan.FromSeconds(5), TimeSpan.FromHours(4), Attempts: 24)),
        // Recording knows its own repeats.
        [DeliveryChannel.Later] = new(TimeSpan.FromHours(72), Resends: 100, new RetrySchedule(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), Attempts: 1_000)),
    };

    public static ChannelPolicy Of(DeliveryChannel channel) => Table[channel];
}
