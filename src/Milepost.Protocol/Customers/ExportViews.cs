using Milepost.Protocol.Devices;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Preferences;

namespace Milepost.Protocol.Customers;

/// <summary>
/// Everything that is kept of a customer, in one document. It is written while it is read: what changes meanwhile may be in it or not.
/// </summary>
public sealed record CustomerExport
{
    public required string CustomerId { get; init; }

    public required DateTimeOffset ExportedAt { get; init; }

    /// <summary>When the personal data was removed; what is below is what is left.</summary>
    public DateTimeOffset? ErasedAt { get; init; }

    public required ExportedProfile Profile { get; init; }

    /// <summary>The customer's own choices.</summary>
    public required NotificationPreferences Preferences { get; init; }

    public required IReadOnlyList<DeviceView> Devices { get; init; }

    /// <summary>The addresses above to which nothing is sent.</summary>
    public required IReadOnlyList<ExportedSuppression> Suppressions { get; init; }

    /// <summary>Newest first.</summary>
    public required IReadOnlyList<OrderDetails> Orders { get; init; }

    /// <summary>Those in the inbox, then those in the archive, each newest first.</summary>
    public required IReadOnlyList<Notification> Notifications { get; init; }

    public required IReadOnlyList<ExportedDelivery> Deliveries { get; init; }
}

/// <summary>What was told of the customer.</summary>
public sealed record ExportedProfile(string? Name, string? Email, string? Phone, string? Locale, string? TimeZone);

/// <summary>An address to which nothing is sent.</summary>
/// <param name="Channel"><c>email</c> or <c>sms</c>.</param>
/// <param name="Address">Masked.</param>
/// <param name="Reason"><c>hard_bounce</c>, <c>manual</c> or <c>complaint</c>.</param>
/// <param name="Since">From when on.</param>
public sealed record ExportedSuppression(string Channel, string Address, string Reason, DateTimeOffset Since);

/// <summary>A message that went out, or why it did not.</summary>
public sealed record ExportedDelivery
{
    public required string Id { get; init; }

    public required string NotificationId { get; init; }

    public required string Channel { get; init; }

    /// <summary>The notification's type.</summary>
    public required string Type { get; init; }

    /// <summary>Masked; empty where it was removed.</summary>
    public required string Address { get; init; }

    public required string Title { get; init; }

    public required string Body { get; init; }

    public string? OrderId { get; init; }

    /// <summary>Where it stands, for example <c>sent</c>.</summary>
    public required string State { get; init; }

    /// <summary>The code of what held or stopped it.</summary>
    public string? Reason { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset Due { get; init; }

    public required IReadOnlyList<ExportedAttempt> Attempts { get; init; }

    public required IReadOnlyList<ExportedNote> Notes { get; init; }
}

/// <summary>One try to send a delivery.</summary>
public sealed record ExportedAttempt(int Number, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, string? Outcome, string? Answer);

/// <summary>Why a delivery was held or stopped, or what was reported of it.</summary>
public sealed record ExportedNote(DateTimeOffset At, string Code, string Text);
