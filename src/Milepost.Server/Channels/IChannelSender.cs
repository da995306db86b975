using Milepost.Core.Deliveries;

namespace Milepost.Server.Channels;

/// <summary>What a provider made of a message.</summary>
internal abstract record SendAnswer
{
    private SendAnswer()
    {
    }

    /// <summary>It is the provider's now.</summary>
    public sealed record Taken(string Answer) : SendAnswer;

    /// <summary>Not now. <paramref name="After"/>: what the provider asked for; null: as the channel's policy says.</summary>
    public sealed record Later(string Reason, TimeSpan? After = null) : SendAnswer;

    /// <summary>Never: the address does not exist, the content is not accepted.</summary>
    public sealed record Refused(string Reason) : SendAnswer;

    /// <summary>The message was handed over and no answer came.</summary>
    public sealed record Unknown(string Reason) : SendAnswer;
}

/// <summary>Hands messages to a provider.</summary>
internal interface IChannelSender
{
    DeliveryChannel Channel { get; }

    /// <summary>Sends once. Cancelled or failed: it is not known whether it went out.</summary>
    /// <param name="delivery">What.</param>
    /// <param name="attempt">1 for the first time.</param>
    /// <param name="cancellationToken">The limit of time.</param>
    Task<SendAnswer> SendAsync(Delivery delivery, int attempt, CancellationToken cancellationToken);
}
