using Milepost.Core.Streams;
using Milepost.Protocol.Streams;

namespace Milepost.Storage.Sqlite;

public sealed class SqliteRetentionStore(SqliteDatabase database) : IRetentionStore
{
    // Few enough that the recorder waits for one transaction no longer than for a commit of its own.
    private const int StreamsAtOnce = 100;

    private static readonly string CustomerPrefix = StreamLabels.Customer("");

    public async Task<RetentionOutcome?> DropBeforeAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var (entries, notifications, last) = (0L, 0L, 0L);
        while (true)
        {
            var (streams, end) = database.Read(session => Expired(session, last, before));
            if (end == last)
            {
                return new RetentionOutcome(entries, notifications);
            }

            last = end;
            if (streams.Count > 0)
            {
                var dropped = await database.WriteAsync(session => Drop(session, streams, before), cancellationToken);
                entries += dropped.Entries;
                notifications += dropped.Notifications;
            }
        }
    }

    /// <summary>Of the next streams behind <paramref name="last"/>, those whose oldest entry has expired; and the last one that was looked at.</summary>
    private static (List<long> Streams, long End) Expired(SqliteSession session, long last, DateTimeOffset before)
    {
        var streams = new List<long>();
        var end = last;
        using var statement = session.Prepare(
            """
            SELECT s.id, (SELECT e.time FROM entries e WHERE e.stream = s.id ORDER BY e.offset LIMIT 1) < ?2
            FROM streams s WHERE s.id > ?1 ORDER BY s.id LIMIT ?3
            """).Bind(1, last).Bind(2, before.UtcTicks).Bind(3, StreamsAtOnce);
        while (statement.Step())
        {
            end = statement.Long(0);
            if (statement.Int(1) == 1)
            {
                streams.Add(end);
            }
        }

        return (streams, end);
    }

    private static RetentionOutcome Drop(SqliteSession session, List<long> streams, DateTimeOffset before)
    {
        var outcome = default(RetentionOutcome);
        foreach (var stream in streams)
        {
            long last;
            using (var statement = session.Prepare("SELECT MAX(offset) FROM entries WHERE stream = ? AND time < ?").Bind(1, stream).Bind(2, before.UtcTicks))
            {
                statement.Step();
                last = statement.Long(0);
            }

            session.Prepare("UPDATE streams SET first = MAX(first, ?) WHERE id = ?").Bind(1, last + 1).Bind(2, stream).Run();
            var entries = session.Count(session.Prepare("DELETE FROM entries WHERE stream = ? AND offset <= ?").Bind(1, stream).Bind(2, last));
            outcome = new RetentionOutcome(outcome.Entries + entries, outcome.Notifications + DropNotifications(session, stream, last));
        }

        return outcome;
    }

    // The place of a notification is the offset of its entry.
    private static long DropNotifications(SqliteSession session, long stream, long last)
    {
        string tenant, label;
        using (var statement = session.Prepare("SELECT tenant, label FROM streams WHERE id = ?").Bind(1, stream))
        {
            statement.Step();
            (tenant, label) = (statement.Text(0), statement.Text(1));
        }

        if (!label.StartsWith(CustomerPrefix, StringComparison.Ordinal))
        {
            return 0;
        }

        var customer = label[CustomerPrefix.Length..];
        session.Prepare(
            """
            UPDATE streams SET (unread, total) = (
                SELECT unread - COUNT(*) FILTER (WHERE n.read_at IS NULL), total - COUNT(*)
                FROM notifications n WHERE n.tenant = ?2 AND n.customer = ?3 AND n.place <= ?4 AND n.archived_at IS NULL)
            WHERE id = ?1
            """).Bind(1, stream).Bind(2, tenant).Bind(3, customer).Bind(4, last).Run();
        return session.Count(session.Prepare("DELETE FROM notifications WHERE tenant = ? AND customer = ? AND place <= ?").Bind(1, tenant).Bind(2, customer).Bind(3, last));
    }
}
