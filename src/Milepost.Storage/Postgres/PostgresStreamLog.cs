using Milepost.Core.Notifications;
using Milepost.Core.Streams;
using Milepost.Protocol.Streams;

namespace Milepost.Storage.Postgres;

public sealed class PostgresStreamLog(PostgresDatabase database) : IStreamLog
{
    public async ValueTask<StreamLocation> LocateAsync(StreamName stream, long offset, CancellationToken cancellationToken) => await database.ReadAsync(
        TenantScope.Of(stream.Tenant),
        session => session.Add(
            """
            SELECT s.first, s.head, s.fingerprint, (SELECT e.fingerprint FROM entries e WHERE e.stream = s.id AND e."offset" = $3 AND e."offset" >= s.first)
            FROM streams s WHERE s.tenant = $1 AND s.label = $2
            """,
            stream.Tenant, stream.Label, offset),
        async reader => await reader.ReadAsync(CancellationToken.None)
            ? new StreamLocation(database.Epoch, reader.GetInt64(0), new StreamHead(reader.GetInt64(1), (uint)reader.GetInt64(2)), await reader.IsDBNullAsync(3, CancellationToken.None) ? null : (uint)reader.GetInt64(3))
            : new StreamLocation(database.Epoch, 1, default, null),
        cancellationToken);

    public async ValueTask<IReadOnlyDictionary<StreamName, long>> HeadsAsync(IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken)
    {
        if (streams.Count == 0)
        {
            return new Dictionary<StreamName, long>();
        }

        var (tenants, labels) = PostgresStreamLocks.Columns(streams);
        return await database.ReadAsync(
            TenantScope.Of(tenants),
            session => session.Add(
                "SELECT s.tenant, s.label, s.head FROM unnest($1, $2) AS k (tenant, label) JOIN streams s ON s.tenant = k.tenant AND s.label = k.label WHERE s.head > 0",
                tenants, labels),
            async reader =>
            {
                var heads = new Dictionary<StreamName, long>(streams.Count);
                while (await reader.ReadAsync(CancellationToken.None))
                {
                    heads[new StreamName(reader.GetString(0), reader.GetString(1))] = reader.GetInt64(2);
                }

                return heads;
            },
            cancellationToken);
    }

    public async ValueTask<IReadOnlyList<StreamEntry>> ReadAsync(StreamName stream, long after, int limit, CancellationToken cancellationToken) => await database.ReadAsync(
        TenantScope.Of(stream.Tenant),
        session => session.Add(
            """
            SELECT e."offset", e.fingerprint, e.type, e.id, e.time, e.data
            FROM streams s JOIN entries e ON e.stream = s.id AND e."offset" >= s.first
            WHERE s.tenant = $1 AND s.label = $2 AND e."offset" > $3 ORDER BY e."offset" LIMIT $4
            """,
            stream.Tenant, stream.Label, after, (long)limit),
        async reader =>
        {
            var entries = new List<StreamEntry>();
            while (await reader.ReadAsync(CancellationToken.None))
            {
                entries.Add(new StreamEntry
                {
                    Stream = stream,
                    Offset = reader.GetInt64(0),
                    Check = (uint)reader.GetInt64(1),
                    Type = reader.GetString(2),
                    Id = reader.GetString(3),
                    Time = new DateTimeOffset(reader.GetInt64(4), TimeSpan.Zero),
                    Data = reader.GetFieldValue<byte[]>(5),
                });
            }

            return (IReadOnlyList<StreamEntry>)entries;
        },
        cancellationToken);

    public async ValueTask AcknowledgeAsync(IReadOnlyCollection<KeyValuePair<StreamName, long>> positions, CancellationToken cancellationToken)
    {
        if (positions.Count == 0)
        {
            return;
        }

        var reached = positions.GroupBy(position => position.Key).ToDictionary(group => group.Key, group => group.Max(position => position.Value));
        // The common order of all locks: orders before customers.
        var kinds = reached.Keys.ToLookup(stream => stream.Label.StartsWith(CustomerPrefix, StringComparison.Ordinal));
        StreamName[] sorted = [.. PostgresStreamLocks.Sorted(kinds[false]), .. PostgresStreamLocks.Sorted(kinds[true])];
        var (tenants, labels) = PostgresStreamLocks.Columns(sorted);
        await database.WriteAsync(
            TenantScope.Of(tenants),
            async session =>
            {
                session.Add(
                    """
                    SELECT 1 FROM unnest($1, $2) WITH ORDINALITY AS k (tenant, label, turn) JOIN streams s ON s.tenant = k.tenant AND s.label = k.label
                    ORDER BY k.turn FOR UPDATE OF s
                    """,
                    tenants, labels);
                // A device cannot have what does not exist: a cursor from another life of the data is capped.
                session.Add(
                    """
                    UPDATE streams s SET acknowledged = LEAST(s.head, k.reached) FROM unnest($1, $2, $3) AS k (tenant, label, reached)
                    WHERE s.tenant = k.tenant AND s.label = k.label AND LEAST(s.head, k.reached) > s.acknowledged
                    """,
                    tenants, labels, sorted.Select(stream => reached[stream]).ToArray());
                await session.CommitAsync();
                return true;
            },
            cancellationToken);
    }

    public async ValueTask<long> AcknowledgedAsync(StreamName stream, CancellationToken cancellationToken) => await database.ReadAsync(
        TenantScope.Of(stream.Tenant),
        session => session.Add("SELECT acknowledged FROM streams WHERE tenant = $1 AND label = $2", stream.Tenant, stream.Label),
        async reader => await reader.ReadAsync(CancellationToken.None) ? reader.GetInt64(0) : 0,
        cancellationToken);

    private static string CustomerPrefix { get; } = StreamName.Customer("", "").Label;

    /// <summary>Adds new entries, the heads behind them, and the counts of those inboxes that changed. The streams' rows are locked.</summary>
    internal static void Append(
        PostgresSession session,
        IReadOnlyDictionary<StreamName, LockedStream> locked,
        IReadOnlyCollection<KeyValuePair<StreamName, StreamHead>> heads,
        IReadOnlyDictionary<StreamName, InboxState> inboxes,
        IReadOnlyCollection<StreamEntry> entries)
    {
        if (entries.Count == 0)
        {
            return;
        }

        session.Add(
            "INSERT INTO entries (tenant, stream, \"offset\", time, fingerprint, type, id, data) SELECT k.* FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS k",
            entries.Select(entry => entry.Stream.Tenant).ToArray(), entries.Select(entry => locked[entry.Stream].Id).ToArray(), entries.Select(entry => entry.Offset).ToArray(),
            entries.Select(entry => entry.Time.UtcTicks).ToArray(), entries.Select(entry => (long)entry.Check).ToArray(), entries.Select(entry => entry.Type).ToArray(),
            entries.Select(entry => entry.Id).ToArray(), entries.Select(entry => entry.Data).ToArray());
        // Every entry of a customer's stream comes with counts; an order's stream has none.
        session.Add(
            """
            UPDATE streams s SET head = k.head, fingerprint = k.fingerprint, unread = k.unread, total = k.total
            FROM unnest($1, $2, $3, $4, $5) AS k (id, head, fingerprint, unread, total) WHERE s.id = k.id
            """,
            heads.Select(head => locked[head.Key].Id).ToArray(), heads.Select(head => head.Value.Offset).ToArray(), heads.Select(head => (long)head.Value.Check).ToArray(),
            heads.Select(head => inboxes.GetValueOrDefault(head.Key).Unread).ToArray(), heads.Select(head => inboxes.GetValueOrDefault(head.Key).Total).ToArray());
    }
}
