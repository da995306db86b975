using Milepost.Core.Streams;
using Npgsql;

namespace Milepost.Storage.Postgres;

/// <summary>The steps of one retention pass, in small transactions.</summary>
/// <param name="connection">Its own.</param>
/// <param name="scope">Whose rows it may touch; each transaction says so.</param>
/// <param name="before">What is older goes.</param>
/// <param name="cancellationToken">Ends it between two steps.</param>
internal sealed class PostgresRetentionPass(NpgsqlConnection connection, TenantScope scope, long before, CancellationToken cancellationToken)
{
    private const int AtOnce = 200;
    private const int DropTries = 20;

    /// <summary>Deletes the expired notifications of a partition, with their counts, some customers at a time.</summary>
    public async Task<long> TakeNotificationsAsync(string partition)
    {
        var taken = 0L;
        while (true)
        {
            var rows = await TransactionAsync(async () =>
            {
                // The customers first, locked in the order that all keep; what is deleted is looked up behind the locks.
                var customers = await ColumnAsync<long>(
                    $"""
                    SELECT s.id FROM streams s JOIN (SELECT DISTINCT tenant, customer FROM {partition} WHERE time < $1 LIMIT {AtOnce}) n
                    ON s.tenant = n.tenant AND s.label = 'customer:' || n.customer ORDER BY s.tenant, s.label FOR UPDATE OF s
                    """, before);
                return (long)(await ValueAsync(
                    $"""
                    WITH gone AS (
                        DELETE FROM {partition} n USING streams s
                        WHERE s.id = ANY ($1) AND n.tenant = s.tenant AND 'customer:' || n.customer = s.label AND n.time < $2
                        RETURNING s.id, n.read_at, n.archived_at),
                    counts AS (
                        SELECT id, count(*) AS taken, count(*) FILTER (WHERE archived_at IS NULL) AS total, count(*) FILTER (WHERE archived_at IS NULL AND read_at IS NULL) AS unread
                        FROM gone GROUP BY id),
                    counted AS (
                        UPDATE streams s SET total = s.total - c.total, unread = s.unread - c.unread FROM counts c WHERE s.id = c.id RETURNING c.taken)
                    SELECT coalesce(sum(taken), 0)::bigint FROM counted
                    """, customers.ToArray(), before))!;
            });
            taken += rows;
            if (rows == 0)
            {
                return taken;
            }
        }
    }

    /// <summary>Moves the first offsets of the streams behind the expired entries of a partition, some streams at a time.</summary>
    public async Task MoveFirstAsync(string partition)
    {
        while (await TransactionAsync(() => MoveSomeAsync(partition)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Drops a partition of entries; a stream that had an entry come late is moved in the same transaction.</summary>
    public async Task<long> DropEntriesAsync(string partition)
    {
        var entries = (long)(await TransactionAsync(() => ValueAsync($"SELECT count(*) FROM {partition}")))!;
        await RetryAsync(async () =>
        {
            // Streams before tables, as everybody takes them.
            while (await MoveSomeAsync(partition) > 0)
            {
            }

            await ValueAsync($"DROP TABLE {partition}");
        });
        return entries;
    }

    public Task DropAsync(string partition) => RetryAsync(() => ValueAsync($"DROP TABLE {partition}"));

    /// <summary>Deletes the expired entries of the default partition; nobody can be served from them any more.</summary>
    public async Task<long> ClearEntriesAsync(string partition)
    {
        var cleared = 0L;
        while (true)
        {
            var rows = (long)(await TransactionAsync(() => ValueAsync(
                $"""
                WITH gone AS (DELETE FROM {partition} WHERE ctid = ANY (ARRAY (
                    SELECT e.ctid FROM {partition} e JOIN streams s ON s.id = e.stream AND s.first > e."offset" WHERE e.time < $1 LIMIT 5000)) RETURNING 1)
                SELECT count(*) FROM gone
                """, before)))!;
            cleared += rows;
            if (rows == 0)
            {
                return cleared;
            }
        }
    }

    /// <summary>Deletes the expired entries of a tenant's customers, with their notifications and counts, some streams at a time.</summary>
    public async Task<RetentionOutcome> DropOfCustomersAsync(string tenant)
    {
        var (outcome, last) = (default(RetentionOutcome), 0L);
        while (true)
        {
            var streams = await TransactionAsync(() => ColumnAsync<long>(
                "SELECT id FROM streams WHERE tenant = $1 AND label >= 'customer:' AND label < 'customer;' AND id > $2 ORDER BY id LIMIT $3", tenant, last, AtOnce));
            if (streams.Count == 0)
            {
                return outcome;
            }

            last = streams[^1];
            outcome += await TransactionAsync(() => DropOfStreamsAsync([.. streams]));
        }
    }

    /// <summary>Deletes a tenant's deliveries that ended, with all that belongs to them, some at a time.</summary>
    public async Task<long> DropDeliveriesAsync(string tenant)
    {
        var dropped = 0L;
        while (true)
        {
            var some = (long)(await TransactionAsync(() => ValueAsync(
                """
                WITH gone AS (
                    DELETE FROM deliveries d USING (SELECT id FROM deliveries WHERE tenant = $1 AND expires < $2 AND state NOT IN (0, 1, 2) LIMIT $3) k
                    WHERE d.tenant = $1 AND d.id = k.id RETURNING d.id),
                attempts AS (DELETE FROM delivery_attempts a USING gone g WHERE a.tenant = $1 AND a.delivery = g.id),
                notes AS (DELETE FROM delivery_notes n USING gone g WHERE n.tenant = $1 AND n.delivery = g.id),
                messages AS (DELETE FROM outbox o USING gone g WHERE o.tenant = $1 AND o.delivery = g.id)
                SELECT count(*) FROM gone
                """, tenant, before, AtOnce)))!;
            dropped += some;
            if (some < AtOnce)
            {
                return dropped;
            }
        }
    }

    public Task<long> DropDeadLettersAsync() => CountAsync("WITH gone AS (DELETE FROM dead_letters WHERE state = 2 AND tried_at < $1 RETURNING 1) SELECT count(*) FROM gone");

    public Task<long> DropRevocationsAsync() => CountAsync("WITH gone AS (DELETE FROM revocations WHERE at < $1 RETURNING 1) SELECT count(*) FROM gone");

    public async Task<object?> ValueAsync(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    // What is kept of a stream begins at its first offset, so that one look tells whether anything has expired.
    private async Task<RetentionOutcome> DropOfStreamsAsync(long[] streams)
    {
        var expired = await ColumnAsync<long>(
            """
            SELECT s.id FROM streams s JOIN entries e ON e.stream = s.id AND e."offset" = s.first
            WHERE s.id = ANY ($1) AND e.time < $2 ORDER BY s.tenant, s.label FOR UPDATE OF s
            """, streams, before);
        if (expired.Count == 0)
        {
            return default;
        }

        await using var command = Command(
            """
            WITH ends AS (
                SELECT s.id, s.tenant, substr(s.label, length('customer:') + 1) AS customer, max(e."offset") AS last
                FROM streams s JOIN entries e ON e.stream = s.id AND e."offset" >= s.first WHERE s.id = ANY ($1) AND e.time < $2 GROUP BY s.id),
            entries_gone AS (DELETE FROM entries e USING ends k WHERE e.stream = k.id AND e."offset" <= k.last RETURNING 1),
            gone AS (DELETE FROM notifications n USING ends k WHERE n.tenant = k.tenant AND n.customer = k.customer AND n.place <= k.last RETURNING k.id, n.read_at, n.archived_at),
            counts AS (
                SELECT id, count(*) FILTER (WHERE archived_at IS NULL) AS total, count(*) FILTER (WHERE archived_at IS NULL AND read_at IS NULL) AS unread FROM gone GROUP BY id),
            moved AS (
                UPDATE streams s SET first = GREATEST(s.first, k.last + 1), total = s.total - coalesce(c.total, 0), unread = s.unread - coalesce(c.unread, 0)
                FROM ends k LEFT JOIN counts c ON c.id = k.id WHERE s.id = k.id)
            SELECT (SELECT count(*) FROM entries_gone), (SELECT count(*) FROM gone)
            """, expired.ToArray(), before);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new RetentionOutcome(reader.GetInt64(0), reader.GetInt64(1));
    }

    private async Task<long> CountAsync(string sql) => (long)(await TransactionAsync(() => ValueAsync(sql, before)))!;

    private async Task<int> MoveSomeAsync(string partition)
    {
        var streams = new List<long>();
        var lasts = new List<long>();
        await using (var command = Command(
            $"""
            SELECT e.stream, max(e."offset") FROM {partition} e JOIN streams s ON s.id = e.stream AND s.first <= e."offset" WHERE e.time < $1 GROUP BY e.stream LIMIT {AtOnce}
            """, before))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                streams.Add(reader.GetInt64(0));
                lasts.Add(reader.GetInt64(1));
            }
        }

        if (streams.Count > 0)
        {
            await ColumnAsync<long>("SELECT id FROM streams WHERE id = ANY ($1) ORDER BY label LIKE 'customer:%', tenant, label FOR UPDATE", streams.ToArray());
            await ValueAsync(
                "UPDATE streams s SET first = GREATEST(s.first, k.last + 1) FROM unnest($1, $2) AS k (id, last) WHERE s.id = k.id",
                streams.ToArray(), lasts.ToArray());
        }

        return streams.Count;
    }

    // Dropping a partition waits for everybody who uses the table, and everybody who comes waits behind it: so it does not wait for long, and
    // tries again.
    private async Task RetryAsync(Func<Task> drop)
    {
        for (var run = 1; ; run++)
        {
            try
            {
                await TransactionAsync(async () =>
                {
                    await ValueAsync("SET LOCAL lock_timeout = 300");
                    await drop();
                    return true;
                });
                return;
            }
            catch (PostgresException busy) when (busy.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected && run < DropTries)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task<T> TransactionAsync<T>(Func<Task<T>> work)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ValueAsync("SELECT set_config('milepost.tenants', $1, true)", scope.Value);
        var result = await work();
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    private async Task<List<T>> ColumnAsync<T>(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var column = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            column.Add(reader.GetFieldValue<T>(0));
        }

        return column;
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }
}
