using System.Globalization;
using System.Text;
using System.Text.Json;
using Milepost.Core;
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

        var row = SqliteStreamLog.Find(session, StreamName.Customer(query.Tenant, query.CustomerId)) ?? default;
        return new NotificationSnapshot(items, row.Inbox, database.Epoch, row.Head);
    }));

    public Task<InboxChanged?> ChangeAsync(
        string tenant, string customerId, string notificationId, InboxChange change, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync<InboxChanged?>(
            session =>
            {
                if (!NotificationId.TryPlace(notificationId, out var place) || Find(session, tenant, customerId, place) is not { } before || before.Id != notificationId)
                {
                    return null;
                }

                var stream = StreamName.Customer(tenant, customerId);
                var row = SqliteStreamLog.Find(session, stream) ?? default;
                var (after, inbox, entry) = Inbox.Change(stream, row.Head, before, row.Inbox, change, now);
                if (entry is not null)
                {
                    session.Prepare("UPDATE notifications SET read_at = ?, archived_at = ? WHERE tenant = ? AND customer = ? AND place = ?")
                        .Bind(1, after.ReadAt).Bind(2, after.ArchivedAt).Bind(3, tenant).Bind(4, customerId).Bind(5, place).Run();
                }

                return Save(session, inbox, entry);
            },
            cancellationToken);

    public Task<InboxChanged> ReadAllAsync(string tenant, string customerId, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            var stream = StreamName.Customer(tenant, customerId);
            var row = SqliteStreamLog.Find(session, stream) ?? default;
            var (inbox, entry) = Inbox.ReadAll(stream, row.Head, row.Inbox, now);
            if (entry is not null)
            {
                session.Prepare("UPDATE notifications SET read_at = ? WHERE tenant = ? AND customer = ? AND read_at IS NULL AND archived_at IS NULL")
                    .Bind(1, now).Bind(2, tenant).Bind(3, customerId).Run();
            }

            return Save(session, inbox, entry);
        },
        cancellationToken);

    internal static void Insert(SqliteSession session, RecordingPlan plan)
    {
        foreach (var (tenant, customerId, notification, verdicts) in plan.Notifications)
        {
            NotificationId.TryPlace(notification.Id, out var place);
            session.Prepare("INSERT INTO notifications (tenant, customer, place, category, archived_at, body, plan) VALUES (?, ?, ?, ?, ?, ?, ?)")
                .Bind(1, tenant).Bind(2, customerId).Bind(3, place).Bind(4, (int)notification.Category)
                .Bind(5, notification.ArchivedAt).Bind(6, JsonSerializer.SerializeToUtf8Bytes(notification, ProtocolJson.Default.Notification))
                .Bind(7, JsonSerializer.SerializeToUtf8Bytes(verdicts, CoreJson.Default.IReadOnlyListChannelVerdict)).Run();
        }
    }

    private static InboxChanged Save(SqliteSession session, InboxState inbox, StreamEntry? entry)
    {
        if (entry is not null)
        {
            var counts = new Dictionary<StreamName, InboxState> { [entry.Stream] = inbox };
            SqliteStreamLog.Append(session, [new(entry.Stream, new StreamHead(entry.Offset, entry.Check))], counts, [entry]);
        }

        return new InboxChanged(inbox, entry);
    }

    private static Notification? Find(SqliteSession session, string tenant, string customerId, long place)
    {
        using var statement = session.Prepare("SELECT place, read_at, archived_at, body FROM notifications WHERE tenant = ? AND customer = ? AND place = ?")
            .Bind(1, tenant).Bind(2, customerId).Bind(3, place);
        return statement.Step() ? Read(statement) : null;
    }

    private static Notification Read(in SqliteStatement statement) =>
        JsonSerializer.Deserialize(statement.Blob(3), ProtocolJson.Default.Notification)! with { ReadAt = statement.Time(1), ArchivedAt = statement.Time(2) };
}
