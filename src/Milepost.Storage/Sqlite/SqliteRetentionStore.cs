using Milepost.Core.Streams;
using Milepost.Protocol.Streams;

namespace Milepost.Storage.Sqlite;

public sealed class SqliteRetentionStore(SqliteDatabase database) : IRetentionStore
{
    // Few enough that the recorder waits for one transaction no longer than for a commit of its own.
    private const int StreamsAtOnce = 100;

    private static readonly string CustomerPrefix = StreamLabels.Customer("");

    private const int DeliveriesAtOnce = 500;

    public Task<RetentionOutcome?> DropBeforeAsync(DateTimeOffset before, CancellationToken cancellationToken) => DropAsync(null, before, cancellationToken);

    public Task<RetentionOutcome?> DropBeforeAsync(string tenant, DateTimeOffset before, CancellationToken cancellationToken) => DropAsync(tenant, before, cancellationToken);

    public async Task<long> DropDeliveriesAsync(string tenant, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var dropped = 0L;
        while (true)
        {
            var some = await database.WriteAsync(session => DropDeliveries(session, tenant, before), cancellationToken);
            dropped += some;
            if (some < DeliveriesAtOnce)
            {
                return dropped;
            }
        }
    }

    public Task<long> DropDeadLettersAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        database.WriteAsync(session => session.Count(session.Prepare("DELETE FROM dead_letters WHERE state = 2 AND tried_at < ?").Bind(1, before)), cancellationToken);

    public Task<long> DropRevocationsAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        database.WriteAsync(session => session.Count(session.Prepare("DELETE FROM revocations WHERE at < ?").Bind(1, before)), cancellationToken);

    public Task<IReadOnlyList<string>> TenantsAsync(CancellationToken cancellationToken) => Task.FromResult(database.Read(session =>
    {
        // By jumping from one to the next in the index, however many streams each has.
        using var statement = session.Prepare("""
            WITH RECURSIVE found (tenant) AS (
                SELECT MIN(tenant) FROM streams UNION ALL SELECT (SELECT MIN(tenant) FROM streams WHERE tenant > found.tenant) FROM found WHERE found.tenant IS NOT NULL)
            SELECT tenant FROM found WHERE tenant IS NOT NULL
            """);
        var tenants = new List<string>();
        while (statement.Step())
        {
            tenants.Add(statement.Text(0));
        }

        return (IReadOnlyList<string>)tenants;
    }));

    private static long DropDeliveries(SqliteSession session, string tenant, DateTimeOffset before)
    {
        var ids = new List<string>();
        using (var statement = session.Prepare("SELECT id FROM deliveries WHERE tenant = ? AND expires < ? AND state NOT IN (0, 1, 2) LIMIT ?")
            .Bind(1, tenant).Bind(2, before).Bind(3, DeliveriesAtOnce))
        {
            while (statement.Step())
            {
                ids.Add(statement.Text(0));
            }
        }

        foreach (var id in ids)
        {
            session.Prepare("DELETE FROM delivery_attempts WHERE tenant = ? AND delivery = ?").Bind(1, tenant).Bind(2, id).Run();
            session.Prepare("DELETE FROM delivery_notes WHERE tenant = ? AND delivery = ?").Bind(1, tenant).Bind(2, id).Run();
            session.Prepare("DELETE FROM outbox WHERE tenant = ? AND delivery = ?").Bind(1, tenant).Bind(2, id).Run();
            session.Prepare("DELETE FROM deliveries WHERE tenant = ? AND id = ?").Bind(1, tenant).Bind(2, id).Run();
        }

        return ids.Count;
    }

    private async Task<RetentionOutcome?> DropAsync(string? tenant, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var (outcome, last) = (default(RetentionOutcome), 0L);
        while (true)
        {
            var (streams, end) = database.Read(session => Expired(session, tenant, last, before));
            if (end == last)
            {
                return outcome;
            }

            last = end;
            if (streams.Count > 0)
            {
                outcome += await database.WriteAsync(session => Drop(session, streams, before), cancellationToken);
            }
        }
    }

    /// <summary>Of the next streams behind <paramref name="last"/>, those whose oldest entry has expired; and the last one that was looked at.</summary>
    private static (List<long> Streams, long End) Expired(SqliteSession session, string? tenant, long last, DateTimeOffset before)
    {
        var ofTenant = tenant is null ? "" : " AND s.tenant = ?4 AND s.label >= 'customer:' AND s.label < 'customer;'";
        var streams = new List<long>();
        var end = last;
        using var statement = session.Prepare(
            $"""
            SELECT s.id, (SELECT e.time FROM entries e WHERE e.stream = s.id ORDER BY e.offset LIMIT 1) < ?2
            FROM streams s WHERE s.id > ?1{ofTenant} ORDER BY s.id LIMIT ?3
            """).Bind(1, last).Bind(2, before.UtcTicks).Bind(3, StreamsAtOnce);
        if (tenant is not null)
        {
            statement.Bind(4, tenant);
        }

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
            outcome += new RetentionOutcome(entries, DropNotifications(session, stream, last));
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
