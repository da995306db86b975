using Milepost.Protocol.Notifications;

namespace Milepost.Protocol.Preferences;

/// <summary>What a customer has chosen, and what holds. Also the <c>data</c> of a <c>preferences.changed</c> frame.</summary>
public sealed record PreferencesView
{
    /// <summary>Counts the changes of <see cref="Own"/>; 0: nothing was ever chosen. The answer's <c>ETag</c> says the same.</summary>
    public required long Version { get; init; }

    /// <summary>The customer's own choices: what <c>PUT</c> replaces and <c>PATCH</c> merges into.</summary>
    public required NotificationPreferences Own { get; init; }

    /// <summary>What holds for each notification type of the product.</summary>
    public required IReadOnlyDictionary<string, TypeView> Types { get; init; }

    /// <summary>What holds for notifications of a category whose type has no choice of its own, a tenant's own types among them.</summary>
    public required IReadOnlyDictionary<NotificationCategory, IReadOnlyDictionary<NotificationChannel, Choice>> Categories { get; init; }

    /// <summary>The quiet hours in force: the customer's, else the tenant's; absent: none.</summary>
    public QuietHours? QuietHours { get; init; }

    /// <summary>The IANA zone in force.</summary>
    public required string TimeZone { get; init; }

    /// <summary>The language tag in force.</summary>
    public required string Locale { get; init; }
}

/// <summary>One notification type, for somebody who chooses.</summary>
public sealed record TypeView
{
    public required NotificationCategory Category { get; init; }

    public required NotificationPriority Priority { get; init; }

    /// <summary>What becomes of it in quiet hours.</summary>
    public required QuietRule Quiet { get; init; }

    /// <summary>By channel.</summary>
    public required IReadOnlyDictionary<NotificationChannel, Choice> Channels { get; init; }
}
