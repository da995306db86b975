namespace Milepost.Core.Deliveries;

/// <summary>How an attempt to send ended. The texts come from providers and are masked before they are kept.</summary>
public abstract record DeliveryOutcome
{
    private DeliveryOutcome()
    {
    }

    /// <summary>The provider has taken it.</summary>
    public sealed record Sent(string Answer) : DeliveryOutcome;

    /// <summary>Not now.</summary>
    public sealed record Retry(TimeSpan After, string Reason) : DeliveryOutcome;

    /// <summary>Never.</summary>
    public sealed record GiveUp(string Reason) : DeliveryOutcome;

    /// <summary>Nobody knows whether it went out; the channel's policy decides.</summary>
    public sealed record Unknown(string Reason) : DeliveryOutcome;
}

/// <summary>How an attempt ended, as it is kept. The numbers are stored.</summary>
public enum AttemptOutcome
{
    Sent = 0,
    Retry = 1,
    GaveUp = 2,
    Unknown = 3,
}

/// <summary>One attempt to send a delivery.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="Owner">The worker.</param>
/// <param name="StartedAt">When it was begun.</param>
/// <param name="FinishedAt">Null while it is under way.</param>
/// <param name="Outcome">Null while it is under way.</param>
/// <param name="Answer">What was answered, masked.</param>
public sealed record DeliveryAttempt(int Number, string Owner, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, AttemptOutcome? Outcome, string? Answer);
