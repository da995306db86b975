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
}

/// <summary>The channels' names: in ids, metrics, and on the wire.</summary>
public static class DeliveryChannelNames
{
    private static readonly string[] Names = ["email", "sms", "web_push", "fcm", "apns", "webhook"];

    public static string Wire(this DeliveryChannel channel) => Names[(int)channel];
}

/// <summary>How a channel is treated.</summary>
/// <param name="TimeToLive">How long a delivery is worth sending.</param>
/// <param name="Resends">
/// How often it is sent again when it is not known whether it went out. A second e-mail is a nuisance, a second text message costs money too; a
/// second push replaces the first (one collapse key), and a webhook carries its id for the receiver to drop repeats.
/// </param>
/// <param name="Retry">When to try again what was refused for now.</param>
public sealed record ChannelPolicy(TimeSpan TimeToLive, int Resends, RetrySchedule Retry)
{
    private static readonly ChannelPolicy Push = new(TimeSpan.FromHours(4), Resends: 2, new RetrySchedule(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(15), Attempts: 12));

    private static readonly Dictionary<DeliveryChannel, ChannelPolicy> Table = new()
    {
        // RFC 5321, 4.5.4.1: a refused mail is tried again after half an hour or so, more often at first; greylisting asks for five minutes.
        [DeliveryChannel.Email] = new(TimeSpan.FromHours(24), Resends: 1, new RetrySchedule(TimeSpan.FromMinutes(5), TimeSpan.FromHours(2), Attempts: 18)),
        [DeliveryChannel.Sms] = new(TimeSpan.FromHours(4), Resends: 0, new RetrySchedule(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(30), Attempts: 12)),
        [DeliveryChannel.WebPush] = Push,
        [DeliveryChannel.Fcm] = Push,
        [DeliveryChannel.Apns] = Push,
        [DeliveryChannel.Webhook] = new(TimeSpan.FromHours(72), Resends: 20, new RetrySchedule(TimeSpan.FromSeconds(5), TimeSpan.FromHours(4), Attempts: 24)),
    };

    public static ChannelPolicy Of(DeliveryChannel channel) => Table[channel];
}
