using Milepost.Core.Streams;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Streams;

namespace Milepost.Core.Notifications;

/// <summary>Which notifications of a customer to list, newest first.</summary>
/// <param name="Unread">True: only unread ones; false: only read ones; null: both.</param>
/// <param name="Category">Only this category.</param>
/// <param name="Archived">True: only archived ones; false: only those in the inbox.</param>
/// <param name="Before">Only those older than this place.</param>
/// <param name="After">Only those newer than this place.</param>
public sealed record NotificationQuery(
    string Tenant, string CustomerId, bool? Unread, NotificationCategory? Category, bool Archived, long? Before, long? After, int Limit);

/// <summary>A notification with its place in the list.</summary>
public sealed record ListedNotification(Notification Notification, long Place);

/// <summary>A page with the counts and the stream's head, read in one snapshot.</summary>
public sealed record NotificationSnapshot(IReadOnlyList<ListedNotification> Items, InboxState Inbox, long Epoch, StreamHead Head);

/// <summary>The result of a change: the inbox behind it, and the entry that tells the other devices (null when nothing changed).</summary>
public sealed record InboxChanged(InboxState Inbox, StreamEntry? Entry);

/// <summary>Keeps the customers' inboxes.</summary>
public interface INotificationStore
{
    Task<NotificationSnapshot> ListAsync(NotificationQuery query, CancellationToken cancellationToken);

    /// <summary>Changes one notification, the counts and the stream in one transaction. Null: the customer has no such notification.</summary>
    Task<InboxChanged?> ChangeAsync(string tenant, string customerId, string notificationId, InboxChange change, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Marks everything unread in the inbox as read.</summary>
    Task<InboxChanged> ReadAllAsync(string tenant, string customerId, DateTimeOffset now, CancellationToken cancellationToken);
}
