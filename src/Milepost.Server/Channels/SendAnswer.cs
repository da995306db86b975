namespace Milepost.Server.Channels;

/// <summary>What a provider made of a message. The texts are masked before they are kept; they hold no secret of ours.</summary>
internal abstract record SendAnswer
{
    private SendAnswer()
    {
    }

    /// <summary>It is the provider's now.</summary>
    /// <param name="Answer">What it said.</param>
    /// <param name="ProviderId">Its name for the message, by which later reports speak of it.</param>
    public sealed record Taken(string Answer, string? ProviderId = null) : SendAnswer;

    /// <summary>Not now, and surely not sent.</summary>
    /// <param name="Reason">What it said.</param>
    /// <param name="After">What it asked for; null: as the channel's policy says.</param>
    public sealed record Later(string Reason, TimeSpan? After = null) : SendAnswer;

    /// <summary>
    /// The provider cannot be used: not reachable, broken, or our credentials are not good. Surely not sent; nothing is said against the message.
    /// The next provider is asked; this one is left in peace for a while.
    /// </summary>
    public sealed record Down(string Reason, TimeSpan? After = null) : SendAnswer
    {
        /// <summary>False: it was left in peace and not asked at all, so this says nothing about the message's own luck.</summary>
        public bool Asked { get; init; } = true;
    }

    /// <summary>Never: the content is not accepted.</summary>
    public sealed record Refused(string Reason) : SendAnswer;

    /// <summary>Never to this address: it does not exist (any more). Nothing else is sent there.</summary>
    public sealed record AddressDead(string Reason) : SendAnswer;

    /// <summary>The message was handed over and no answer came.</summary>
    public sealed record Unknown(string Reason) : SendAnswer;
}

/// <summary>Hands messages to one provider: one SMTP server, one push service, one SMS company.</summary>
internal interface IProvider
{
    /// <summary>Names it in metrics, attempts and logs; no secrets, for example the host.</summary>
    string Name { get; }

    /// <summary>The far side whose failing says nothing about others: one push service of many, one webhook's host. Of bounded number.</summary>
    string PartyOf(OutgoingMessage message) => Name;

    /// <summary>Sends once. Cancelled or failed with an exception: it is not known whether it went out.</summary>
    Task<SendAnswer> SendAsync(OutgoingMessage message, CancellationToken cancellationToken);
}
