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
using Npgsql;

namespace Milepost.Storage.Postgres;

public sealed class PostgresNotificationStore(PostgresDatabase database) : INotificationStore
{
    public Task<NotificationSnapshot> ListAsync(NotificationQuery query, CancellationToken cancellationToken) => database.ReadAsync(
        TenantScope.Of(query.Tenant),
        session =>
        {
            session.Add(
                "SELECT head, fingerprint, unread, total FROM streams WHERE tenant = $1 AND label = $2",
                query.Tenant, StreamName.Customer(query.Tenant, query.CustomerId).Label);
            var sql = new StringBuilder("SELECT read_at, archived_at, body, place FROM notifications WHERE tenant = $1 AND customer = $2 AND place < $3 AND place > $4");
            sql.Append(query.Archived ? " AND archived_at IS NOT NULL" : " AND archived_at IS NULL");
            sql.Append(query.Unread is null ? "" : query.Unread.Value ? " AND read_at IS NULL" : " AND read_at IS NOT NULL");
            sql.Append(query.Category is { } category ? string.Create(CultureInfo.InvariantCulture, $" AND category = {(int)category}") : "");
            sql.Append(" ORDER BY place DESC LIMIT $5");
            session.Add(sql.ToString(), query.Tenant, query.CustomerId, query.Before ?? long.MaxValue, query.After ?? 0L, (long)query.Limit);
        },
        async reader =>
        {
            var (head, inbox) = await reader.ReadAsync(CancellationToken.None)
                ? (new StreamHead(reader.GetInt64(0), (uint)reader.GetInt64(1)), new InboxState(reader.GetInt32(2), reader.GetInt32(3)))
                : default;
            await reader.NextResultAsync(CancellationToken.None);
            var items = new List<ListedNotification>();
            while (await reader.ReadAsync(CancellationToken.None))
            {
                items.Add(new ListedNotification(Read(reader), reader.GetInt64(3)));
            }

            return new NotificationSnapshot(items, inbox, database.Epoch, head);
        },
        cancellationToken);

    public Task<InboxChanged?> ChangeAsync(
        string tenant, string customerId, string notificationId, InboxChange change, DateTimeOffset now, CancellationToken cancellationToken) =>
        NotificationId.TryPlace(notificationId, out var place)
            ? database.WriteAsync(
                TenantScope.Of(tenant),
                async session =>
                {
                    var stream = StreamName.Customer(tenant, customerId);
                    var (locked, before) = await LockAsync(session, stream, customerId, place);
                    if (before is null || before.Id != notificationId)
                    {
                        return null;
                    }

                    var (after, inbox, entry) = Inbox.Change(stream, locked[stream].Head, before, locked[stream].Inbox, change, now);
                    if (entry is not null)
                    {
                        session.Add(
                            "UPDATE notifications SET read_at = $4, archived_at = $5 WHERE tenant = $1 AND customer = $2 AND place = $3",
                            tenant, customerId, place, Ticks(after.ReadAt), Ticks(after.ArchivedAt));
                    }

                    return await SaveAsync(session, locked, inbox, entry);
                },
                cancellationToken)
            : Task.FromResult<InboxChanged?>(null);

    public Task<InboxChanged> ReadAllAsync(string tenant, string customerId, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        TenantScope.Of(tenant),
        async session =>
        {
            var stream = StreamName.Customer(tenant, customerId);
            var (locked, _) = await LockAsync(session, stream, customerId, place: 0);
            var row = locked.GetValueOrDefault(stream);
            var (inbox, entry) = Inbox.ReadAll(stream, row.Head, row.Inbox, now);
            if (entry is not null)
            {
                session.Add(
                    "UPDATE notifications SET read_at = $3 WHERE tenant = $1 AND customer = $2 AND read_at IS NULL AND archived_at IS NULL",
                    tenant, customerId, now.UtcTicks);
            }

            return await SaveAsync(session, locked, inbox, entry);
        },
        cancellationToken);

    internal static void Add(PostgresSession session, IReadOnlyCollection<AddressedNotification> notifications)
    {
        if (notifications.Count > 0)
        {
            session.Add(
                "INSERT INTO notifications (tenant, customer, place, time, category, body, archived_at, plan) SELECT k.* FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS k",
                notifications.Select(addressed => addressed.Tenant).ToArray(), notifications.Select(addressed => addressed.CustomerId).ToArray(),
                notifications.Select(addressed => Place(addressed.Notification)).ToArray(), notifications.Select(addressed => addressed.Notification.CreatedAt.UtcTicks).ToArray(),
                notifications.Select(addressed => (int)addressed.Notification.Category).ToArray(),
                notifications.Select(addressed => JsonSerializer.SerializeToUtf8Bytes(addressed.Notification, ProtocolJson.Default.Notification)).ToArray(),
                notifications.Select(addressed => addressed.Notification.ArchivedAt?.UtcTicks).ToArray(),
                notifications.Select(addressed => JsonSerializer.SerializeToUtf8Bytes(addressed.Verdicts, CoreJson.Default.IReadOnlyListChannelVerdict)).ToArray());
        }
    }

    // A customer without a stream has no inbox, so none is made here; the notification is read behind the lock.
    private static async Task<(Dictionary<StreamName, LockedStream> Locked, Notification? Notification)> LockAsync(
        PostgresSession session, StreamName stream, string customerId, long place)
    {
        PostgresStreamLocks.AddExisting(session, [stream]);
        session.Add("SELECT read_at, archived_at, body FROM notifications WHERE tenant = $1 AND customer = $2 AND place = $3", stream.Tenant, customerId, place);
        var locked = new Dictionary<StreamName, LockedStream>();
        await using var reader = await session.SendAsync();
        await PostgresStreamLocks.ReadAsync(reader, locked);
        await reader.NextResultAsync();
        return (locked, await reader.ReadAsync() ? Read(reader) : null);
    }

    private static async Task<InboxChanged> SaveAsync(PostgresSession session, Dictionary<StreamName, LockedStream> locked, InboxState inbox, StreamEntry? entry)
    {
        if (entry is not null)
        {
            var counts = new Dictionary<StreamName, InboxState> { [entry.Stream] = inbox };
            PostgresStreamLog.Append(session, locked, [new(entry.Stream, new StreamHead(entry.Offset, entry.Check))], counts, [entry]);
        }

        await session.CommitAsync();
        return new InboxChanged(inbox, entry);
    }

    private static long Place(Notification notification) => NotificationId.TryPlace(notification.Id, out var place)
        ? place
        : throw new InvalidOperationException($"'{notification.Id}' is no id of a notification.");

    private static NpgsqlParameter<long?> Ticks(DateTimeOffset? time) => new() { TypedValue = time?.UtcTicks, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint };

    private static Notification Read(NpgsqlDataReader reader) => JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(2), ProtocolJson.Default.Notification)! with { ReadAt = Time(reader, 0), ArchivedAt = Time(reader, 1) };

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : new DateTimeOffset(reader.GetInt64(column), TimeSpan.Zero);
}
