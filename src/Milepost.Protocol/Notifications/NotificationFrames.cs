namespace Milepost.Protocol.Notifications;

/// <summary>The <c>data</c> of a <c>notification.new</c> frame.</summary>
public sealed record NotificationNew(Notification Notification, int Unread, int Total);

/// <summary>The <c>data</c> of a <c>notification.updated</c> frame: the state of one notification changed on some device.</summary>
public sealed record NotificationUpdated(string Id, DateTimeOffset? ReadAt, DateTimeOffset? ArchivedAt, int Unread, int Total);

/// <summary>The <c>data</c> of an <c>unread.changed</c> frame: everything that was unread was marked as read at once.</summary>
public sealed record UnreadChanged(int Unread, int Total, DateTimeOffset ReadAt);
