using System.Text.Json.Serialization;
using Milepost.Protocol.Streams;

namespace Milepost.Protocol.Notifications;

/// <summary>What a notification is about.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NotificationCategory>))]
public enum NotificationCategory
{
    [JsonStringEnumMemberName("order")] Order,
    [JsonStringEnumMemberName("security")] Security,
    [JsonStringEnumMemberName("system")] System,
    [JsonStringEnumMemberName("social")] Social,
    [JsonStringEnumMemberName("task")] Task,
}

/// <summary>How urgent a notification is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NotificationPriority>))]
public enum NotificationPriority
{
    [JsonStringEnumMemberName("low")] Low,
    [JsonStringEnumMemberName("normal")] Normal,
    [JsonStringEnumMemberName("high")] High,
    [JsonStringEnumMemberName("critical")] Critical,
}

/// <summary>One message to a customer.</summary>
public sealed record Notification
{
    public required string Id { get; init; }

    /// <summary>What caused it: the event's type, or <c>order.</c> and the status it reports, for example <c>order.delivered</c>.</summary>
    public required string Type { get; init; }

    public required NotificationCategory Category { get; init; }

    public required NotificationPriority Priority { get; init; }

    public required string Title { get; init; }

    public required string Body { get; init; }

    public string? OrderId { get; init; }

    /// <summary>The id of the event that caused it.</summary>
    public required string EventId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null while unread.</summary>
    public DateTimeOffset? ReadAt { get; init; }

    /// <summary>Null while it is in the inbox.</summary>
    public DateTimeOffset? ArchivedAt { get; init; }
}

/// <summary>
/// A page of notifications, newest first. <paramref name="Unread"/> and <paramref name="Total"/> count the whole inbox
/// (archived ones apart), whatever the filter. <paramref name="Next"/> is the cursor of the next page, null at the end.
/// <paramref name="Stream"/> is the position to go live from.
/// </summary>
public sealed record NotificationPage(IReadOnlyList<Notification> Items, int Unread, int Total, string? Next, StreamState Stream);

/// <summary>The inbox's counts after a change.</summary>
public sealed record InboxCounts(int Unread, int Total);
