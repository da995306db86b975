using System.Text.Json;
using Milepost.Core.Streams;
using Milepost.Protocol;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Streams;

namespace Milepost.Core.Notifications;

/// <summary>What a customer can do to a notification.</summary>
public enum InboxChange
{
    Read,
    Unread,
    Archive,
    Restore,
}

/// <summary>The rules of the inbox. Pure; the stores call them inside their transaction.</summary>
public static class Inbox
{
    /// <summary>
    /// Applies a change. Returns the same notification and no entry when it is so already. An archived notification counts in neither
    /// number; archiving an unread one takes it out of both.
    /// </summary>
    public static (Notification Notification, InboxState Inbox, StreamEntry? Entry) Change(
        StreamName stream, StreamHead head, Notification before, InboxState inbox, InboxChange change, DateTimeOffset now)
    {
        var after = change switch
        {
            InboxChange.Read => before with { ReadAt = before.ReadAt ?? now },
            InboxChange.Unread => before with { ReadAt = null },
            InboxChange.Archive => before with { ArchivedAt = before.ArchivedAt ?? now },
            InboxChange.Restore => before with { ArchivedAt = null },
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        if (after == before)
        {
            return (before, inbox, null);
        }

        var counts = new InboxState(inbox.Unread + Unread(after) - Unread(before), inbox.Total + Total(after) - Total(before));
        var data = new NotificationUpdated(after.Id, after.ReadAt, after.ArchivedAt, counts.Unread, counts.Total);
        return (after, counts, StreamEntry.Next(stream, head, FrameTypes.NotificationUpdated, JsonSerializer.SerializeToUtf8Bytes(data, ProtocolJson.Default.NotificationUpdated), now));
    }

    /// <summary>Everything unread becomes read.</summary>
    public static (InboxState Inbox, StreamEntry? Entry) ReadAll(StreamName stream, StreamHead head, InboxState inbox, DateTimeOffset now)
    {
        if (inbox.Unread == 0)
        {
            return (inbox, null);
        }

        var counts = inbox with { Unread = 0 };
        var data = new UnreadChanged(0, counts.Total, now);
        return (counts, StreamEntry.Next(stream, head, FrameTypes.UnreadChanged, JsonSerializer.SerializeToUtf8Bytes(data, ProtocolJson.Default.UnreadChanged), now));
    }

    private static int Unread(Notification notification) => notification is { ReadAt: null, ArchivedAt: null } ? 1 : 0;

    private static int Total(Notification notification) => notification.ArchivedAt is null ? 1 : 0;
}
