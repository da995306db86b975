using System.Globalization;
using System.Text;
using System.Text.Json;
using Milepost.Core.Notifications;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Protocol;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Streams;

namespace Milepost.Storage.Sqlite;

public sealed class SqliteNotificationStore(SqliteDatabase database) : INotificationStore
{
    public Task<NotificationSnapshot> ListAsync(NotificationQuery query, CancellationToken cancellationToken) => Task.FromResult(database.Read(session =>
    {
        var sql = new StringBuilder("SELECT place, read_at, archived_at, body FROM notifications WHERE tenant = ?1 AND customer = ?2 AND place < ?3 AND place > ?4");
        sql.Append(query.Archived ? " AND archived_at IS NOT NULL" : " AND archived_at IS NULL");
        sql.Append(query.Unread is null ? "" : query.Unread.Value ? " AND read_at IS NULL" : " AND read_at IS NOT NULL");
        sql.Append(query.Category is { } category ? string.Create(CultureInfo.InvariantCulture, $" AND category = {(int)category}") : "");
        sql.Append(" ORDER BY place DESC LIMIT ?5");
        using var statement = session.Prepare(sql.ToString()).Bind(1, query.Tenant).Bind(2, query.CustomerId)
            .Bind(3, query.Before ?? long.MaxValue).Bind(4, query.After ?? 0).Bind(5, query.Limit);
        var items = new List<ListedNotification>();
        while (statement.Step())
        {
            items.Add(new ListedNotification(Read(statement), statement.Long(0)));
        }

        return new NotificationSnapshot(
            items,
            FindInbox(session, query.Tenant, query.CustomerId),
            database.Epoch,
            SqliteStreamLog.Find(session, StreamName.Customer(query.Tenant, query.CustomerId))?.Head ?? default);
    }));

    public Task<InboxChanged?> ChangeAsync(
        string tenant, string customerId, string notificationId, InboxChange change, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync<InboxChanged?>(
            session =>
            {
                long place;
                Notification before;
                using (var statement = session.Prepare("SELECT place, read_at, archived_at, body FROM notifications WHERE id = ? AND tenant = ? AND customer = ?")
                    .Bind(1, notificationId).Bind(2, tenant).Bind(3, customerId))
                {
                    if (!statement.Step())
                    {
                        return null;
                    }

                    place = statement.Long(0);
                    before = Read(statement);
                }

                var (stream, head) = Head(session, tenant, customerId);
                var (after, inbox, entry) = Inbox.Change(stream, head, before, FindInbox(session, tenant, customerId), change, now);
                if (entry is not null)
                {
                    session.Prepare("UPDATE notifications SET read_at = ?, archived_at = ? WHERE tenant = ? AND customer = ? AND place = ?")
                        .Bind(1, after.ReadAt).Bind(2, after.ArchivedAt).Bind(3, tenant).Bind(4, customerId).Bind(5, place).Run();
                }

                return Save(session, tenant, customerId, inbox, entry);
            },
            cancellationToken);

    public Task<InboxChanged> ReadAllAsync(string tenant, string customerId, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            var (stream, head) = Head(session, tenant, customerId);
            var (inbox, entry) = Inbox.ReadAll(stream, head, FindInbox(session, tenant, customerId), now);
            if (entry is not null)
            {
                session.Prepare("UPDATE notifications SET read_at = ? WHERE tenant = ? AND customer = ? AND read_at IS NULL AND archived_at IS NULL")
                    .Bind(1, now).Bind(2, tenant).Bind(3, customerId).Run();
            }

            return Save(session, tenant, customerId, inbox, entry);
        },
        cancellationToken);

    internal static void Insert(SqliteSession session, RecordingPlan plan)
    {
        if (plan.Notifications.Count == 0)
        {
            return;
        }

        var places = plan.Entries.Where(entry => entry.Type == FrameTypes.NotificationNew).ToDictionary(entry => entry.Id, entry => entry.Offset, StringComparer.Ordinal);
        foreach (var (tenant, customerId, notification) in plan.Notifications)
        {
            session.Prepare("INSERT INTO notifications (tenant, customer, place, id, category, body) VALUES (?, ?, ?, ?, ?, ?)")
                .Bind(1, tenant).Bind(2, customerId).Bind(3, places[notification.Id]).Bind(4, notification.Id).Bind(5, (int)notification.Category)
                .Bind(6, JsonSerializer.SerializeToUtf8Bytes(notification, ProtocolJson.Default.Notification)).Run();
        }
    }

    private static InboxChanged Save(SqliteSession session, string tenant, string customerId, InboxState inbox, StreamEntry? entry)
    {
        if (entry is not null)
        {
            session.Prepare("UPDATE customers SET unread = ?, total = ? WHERE tenant = ? AND id = ?")
                .Bind(1, inbox.Unread).Bind(2, inbox.Total).Bind(3, tenant).Bind(4, customerId).Run();
            SqliteStreamLog.Append(session, [new(entry.Stream, new StreamHead(entry.Offset, entry.Check))], [entry]);
        }

        return new InboxChanged(inbox, entry);
    }

    private static InboxState FindInbox(SqliteSession session, string tenant, string customerId)
    {
        using var statement = session.Prepare("SELECT unread, total FROM customers WHERE tenant = ? AND id = ?").Bind(1, tenant).Bind(2, customerId);
        return statement.Step() ? new InboxState(statement.Int(0), statement.Int(1)) : default;
    }

    private static (StreamName Stream, StreamHead Head) Head(SqliteSession session, string tenant, string customerId)
    {
        var stream = StreamName.Customer(tenant, customerId);
        return (stream, SqliteStreamLog.Find(session, stream)?.Head ?? default);
    }

    private static Notification Read(in SqliteStatement statement) =>
        JsonSerializer.Deserialize(statement.Blob(3), ProtocolJson.Default.Notification)! with { ReadAt = statement.Time(1), ArchivedAt = statement.Time(2) };
}
