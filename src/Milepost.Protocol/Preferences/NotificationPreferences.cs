using System.Text.Json.Serialization;
using Milepost.Protocol.Notifications;

namespace Milepost.Protocol.Preferences;

/// <summary>
/// What somebody has chosen, and only that: what is absent was never chosen. The most special choice counts: type, then category, then
/// channel; then the tenant's defaults in the same order; then the product's own.
/// </summary>
public sealed record NotificationPreferences
{
    /// <summary>By channel.</summary>
    public IReadOnlyDictionary<NotificationChannel, bool>? Channels { get; init; }

    /// <summary>By category and channel.</summary>
    public IReadOnlyDictionary<NotificationCategory, IReadOnlyDictionary<NotificationChannel, bool>>? Categories { get; init; }

    /// <summary>By notification type (<c>order.delivered</c>) and channel.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<NotificationChannel, bool>>? Types { get; init; }

    public QuietHours? QuietHours { get; init; }

    /// <summary>An IANA zone, for example <c>Europe/Berlin</c>. Absent: the one that the shop told, else UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>A BCP 47 language tag, for example <c>de</c> or <c>pt-BR</c>. Absent: the one that the shop told, else the tenant's.</summary>
    public string? Locale { get; init; }
}

/// <summary>When somebody does not want to be disturbed, in local time.</summary>
public sealed record QuietHours
{
    /// <summary>False keeps the windows and does not use them.</summary>
    public required bool Enabled { get; init; }

    /// <summary>By the weekday on which a window begins, lower case in English: <c>monday</c> ... <c>sunday</c>. At most 4 for each day.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<QuietWindow>>? Days { get; init; }

    /// <summary>On which channels it is quiet; never in-app. Absent: push and SMS, since an e-mail makes no noise.</summary>
    public IReadOnlyList<NotificationChannel>? Channels { get; init; }

    /// <summary>What becomes of a notification type that falls into a window. Absent: as the type's policy says. Critical ones always go out.</summary>
    public IReadOnlyDictionary<string, QuietRule>? Types { get; init; }
}

/// <summary>A window from one local time to another, 24-hour <c>HH:mm</c>. An end before the begin lies on the next day; the two are never the same.</summary>
public sealed record QuietWindow(string From, string To);

/// <summary>What becomes of a message that falls into quiet hours.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<QuietRule>))]
public enum QuietRule
{
    /// <summary>It goes out all the same.</summary>
    [JsonStringEnumMemberName("now")] Now,

    /// <summary>It waits for the window's end; then one message tells how things stand.</summary>
    [JsonStringEnumMemberName("defer")] Defer,

    /// <summary>It does not go out; the inbox has it.</summary>
    [JsonStringEnumMemberName("drop")] Drop,
}
