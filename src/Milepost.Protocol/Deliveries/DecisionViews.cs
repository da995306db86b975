using Milepost.Protocol.Notifications;
using Milepost.Protocol.Preferences;

namespace Milepost.Protocol.Deliveries;

/// <summary>Why a customer was told something, or not, newest first. <paramref name="Next"/> is the cursor of the next page, null at the end.</summary>
public sealed record DecisionPage(IReadOnlyList<Decision> Items, string? Next);

/// <summary>One notification, with what became of it on each way.</summary>
/// <param name="EventId">The event that caused it.</param>
/// <param name="CustomerId">Who was told.</param>
/// <param name="Notification">What the inbox got.</param>
/// <param name="Channels">What was decided and done for each way; a way that is not here is not part of the type's route.</param>
public sealed record Decision(string EventId, string CustomerId, Notification Notification, IReadOnlyList<ChannelDecision> Channels);

/// <summary>What was decided for one way when the notification was made, and what became of it since.</summary>
public sealed record ChannelDecision
{
    /// <summary>Null: the tenant's webhooks.</summary>
    public NotificationChannel? Channel { get; init; }

    /// <summary><c>planned</c>, or why nothing was.</summary>
    public required string Code { get; init; }

    /// <summary>The same in words.</summary>
    public required string Text { get; init; }

    /// <summary>What was planned.</summary>
    public DeliveryView? Delivery { get; init; }
}

/// <summary>A delivery: one notification on one channel to one address.</summary>
public sealed record DeliveryView
{
    public required string Id { get; init; }

    /// <summary>email, sms, web_push, fcm, apns, webhook or later.</summary>
    public required string Channel { get; init; }

    public required string CustomerId { get; init; }

    public required string NotificationId { get; init; }

    public required string Type { get; init; }

    public string? OrderId { get; init; }

    /// <summary>Masked.</summary>
    public required string Address { get; init; }

    /// <summary>queued, leased, sending, sent, delivered, opened, failed, unknown, expired, cancelled or suppressed.</summary>
    public required string State { get; init; }

    /// <summary>Where it stands, in words.</summary>
    public required string Text { get; init; }

    /// <summary>What held it last, or stopped it.</summary>
    public string? Reason { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it is looked at next, or was last.</summary>
    public required DateTimeOffset Due { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public IReadOnlyList<AttemptView> Attempts { get; init; } = [];

    /// <summary>Why it was held or stopped, and what the provider told later.</summary>
    public IReadOnlyList<NoteView> Notes { get; init; } = [];
}

/// <summary>One try to send a delivery.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="StartedAt">When it was begun.</param>
/// <param name="FinishedAt">Null while it is under way.</param>
/// <param name="Outcome">sent, retry, failed or unknown; null while it is under way.</param>
/// <param name="Answer">What the provider said, without personal data.</param>
public sealed record AttemptView(int Number, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, string? Outcome, string? Answer);

/// <summary>Something that was noted of a delivery.</summary>
public sealed record NoteView(DateTimeOffset At, string Code, string Text);

/// <summary>Deliveries, oldest due first. <paramref name="Next"/> is the cursor of the next page, null at the end.</summary>
public sealed record DeliveryPage(IReadOnlyList<DeliveryView> Items, string? Next);

/// <summary>What an event would cause if it came now. Nothing is written and nothing is sent.</summary>
/// <param name="Outcome">accepted, duplicate or rejected.</param>
/// <param name="Text">The same in words.</param>
/// <param name="Items">What the customer would be told, on each way.</param>
public sealed record DryRun(string Outcome, string Text, IReadOnlyList<DryDecision> Items);

/// <summary>One notification that would be made.</summary>
public sealed record DryDecision(string CustomerId, Notification Notification, IReadOnlyList<DryChannel> Channels);

/// <summary>What would become of it on one way.</summary>
/// <param name="Channel">Null: the tenant's webhooks.</param>
/// <param name="Code"><c>send</c>, or why not.</param>
/// <param name="Text">The same in words.</param>
/// <param name="At">When it would go out, or be looked at again.</param>
public sealed record DryChannel(NotificationChannel? Channel, string Code, string Text, DateTimeOffset? At);

/// <summary>The deliveries that were queued to send others again.</summary>
public sealed record Redriven(IReadOnlyList<string> Ids);

/// <summary>How the providers of a node do.</summary>
public sealed record ProviderPage(IReadOnlyList<ProviderView> Items);

/// <summary>One provider of one channel.</summary>
/// <param name="Channel">What it carries.</param>
/// <param name="Provider">Its name.</param>
/// <param name="OpenUntil">Until when it is left in peace because it could not be used; null: it is in use.</param>
/// <param name="LastAnswer">taken, later, down, refused, addressdead or unknown.</param>
/// <param name="LastAt">When that was.</param>
public sealed record ProviderView(string Channel, string Provider, DateTimeOffset? OpenUntil, string? LastAnswer, DateTimeOffset? LastAt);
