namespace Milepost.Core.Deliveries;

/// <summary>What carries a notification to a customer who has no live connection.</summary>
public enum DeliveryChannel
{
    Email,
    Sms,
}

/// <summary>How a channel is treated.</summary>
/// <param name="TimeToLive">How long a delivery is worth sending.</param>
/// <param name="Resends">
/// How often it is sent again when it is not known whether it went out. A second e-mail is a nuisance, a second text message costs money too.
/// </param>
/// <param name="Retry">When to try again what was refused for now.</param>
public sealed record ChannelPolicy(TimeSpan TimeToLive, int Resends, RetrySchedule Retry)
{
    private static readonly Dictionary<DeliveryChannel, ChannelPolicy> Table = new()
    {
        // RFC 5321, 4.5.4.1: a refused mail is tried again after half an hour or so, more often at first; greylisting asks for five minutes.
        [DeliveryChannel.Email] = new(TimeSpan.FromHours(24), Resends: 1, new RetrySchedule(TimeSpan.FromMinutes(5), TimeSpan.FromHours(2), Attempts: 18)),
        [DeliveryChannel.Sms] = new(TimeSpan.FromHours(4), Resends: 0, new RetrySchedule(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(30), Attempts: 12)),
    };

    public static ChannelPolicy Of(DeliveryChannel channel) => Table[channel];
}
