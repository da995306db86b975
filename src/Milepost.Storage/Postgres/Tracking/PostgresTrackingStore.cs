using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Etas;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Core.Tracking;
using Milepost.Protocol.Streams;
using Npgsql;

namespace Milepost.Storage.Postgres.Tracking;

public sealed class PostgresTrackingStore(PostgresDatabase database) : ITrackingStore
{
    private const int RowsAtOnce = 5_000;

    private const string OrderColumns = "o.body, s.head, s.fingerprint, t.version, t.body";

    // An order names its driver as long as it is active.
    private const string IsActive = "EXISTS (SELECT 1 FROM orders o WHERE o.tenant = t.tenant AND o.id = t.id AND o.driver IS NOT NULL)";

    private const string OrderJoins = "LEFT JOIN streams s ON s.tenant = o.tenant AND s.label = 'order:' || o.id LEFT JOIN order_tracks t ON t.tenant = o.tenant AND t.id = o.id";

    public Task<IReadOnlyDictionary<DriverKey, Situation>> LoadAsync(IReadOnlyCollection<DriverKey> drivers, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(drivers.Count, ITrackingStore.MaxDrivers, nameof(drivers));
        DriverKey[] keys = [.. drivers.Distinct()];
        var (tenants, ids) = (Column(keys, key => key.Tenant), Column(keys, key => key.DriverId));
        return database.ReadAsync(
            TenantScope.Of(tenants),
            session =>
            {
                session.Add("SELECT d.tenant, d.id, d.version, d.body FROM unnest($1, $2) AS k (tenant, id) JOIN driver_tracks d ON d.tenant = k.tenant AND d.id = k.id", tenants, ids);
                session.Add(
                    $"""
                    SELECT {OrderColumns}, k.id FROM unnest($1, $2) AS k (tenant, id)
                    CROSS JOIN LATERAL (SELECT * FROM orders x WHERE x.tenant = k.tenant AND x.driver = k.id ORDER BY x.place LIMIT $3) o {OrderJoins} ORDER BY o.place
                    """, tenants, ids, (long)ITrackingStore.MaxOrders);
            },
            reader => ReadAsync(reader, keys, cancellationToken),
            cancellationToken);
    }

    public Task<IReadOnlyList<string>> ListDriversAsync(string tenant, string after, int limit, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<string>>(
        TenantScope.Of(tenant),
        session => session.Add("SELECT DISTINCT driver FROM orders WHERE tenant = $1 AND driver > $2 ORDER BY driver LIMIT $3", tenant, after, (long)limit),
        async reader =>
        {
            var drivers = new List<string>();
            while (await reader.ReadAsync(cancellationToken))
            {
                drivers.Add(reader.GetString(0));
            }

            return drivers;
        },
        cancellationToken);

    public Task<TrackedOrder?> FindAsync(string tenant, string orderId, CancellationToken cancellationToken) => database.ReadAsync(
        TenantScope.Of(tenant),
        session => session.Add($"SELECT {OrderColumns} FROM orders o {OrderJoins} WHERE o.tenant = $1 AND o.id = $2", tenant, orderId),
        async reader => await reader.ReadAsync(cancellationToken) ? Order(reader) : null,
        cancellationToken);

    public Task<TrackRow?> FindDriverAsync(string tenant, string driverId, CancellationToken cancellationToken) => database.ReadAsync(
        TenantScope.Of(tenant),
        session => session.Add("SELECT tenant, id, version, body FROM driver_tracks WHERE tenant = $1 AND id = $2", tenant, driverId),
        async reader => await reader.ReadAsync(cancellationToken) ? Driver(reader) : null,
        cancellationToken);

    public async Task<IReadOnlyList<TrackKey>> SaveAsync(TrackingChanges changes, CancellationToken cancellationToken)
    {
        var tenants = changes.Drivers.Concat(changes.Orders).Select(write => write.Row.Tenant)
            .Concat(changes.Points.Select(point => point.Tenant)).Concat(changes.Revisions.Select(revision => revision.Tenant)).ToHashSet(StringComparer.Ordinal);
        return tenants.Count == 0 ? [] : await database.WriteAsync<IReadOnlyList<TrackKey>>(
            TenantScope.Of(tenants),
            async session =>
            {
                var lost = await PutAsync(session, changes);
                // In one order too, since a row that another writer is just inserting is waited for.
                Insert(session, [.. changes.Points.Where(point => !point.IsOf(lost)).OrderBy(point => (point.Tenant, point.DriverId, point.Time, point.OrderId))]);
                Insert(session, [.. changes.Revisions.Where(revision => !lost.Contains(new TrackKey(TrackKind.Order, revision.Tenant, revision.OrderId)))
                    .OrderBy(revision => (revision.Tenant, revision.OrderId, revision.MadeAt))]);
                await session.CommitAsync();
                return [.. lost];
            },
            cancellationToken);
    }

    public Task<IReadOnlyList<HistoryPoint>> ListPointsAsync(PointQuery query, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<HistoryPoint>>(
        TenantScope.Of(query.Tenant),
        session =>
        {
            // A driver with several orders has a point for each of them: one of those is enough.
            var (once, which, end) = query.OrderId is null ? ("DISTINCT ON (time)", "driver", "time") : ("", "order_id", "time, driver");
            session.Add(
                $"SELECT {once} driver, order_id, time, received, lat, lon, accuracy, heading, speed FROM fix_history WHERE tenant = $1 AND {which} = $2 AND time >= $3 AND time < $4 ORDER BY {end} LIMIT $5",
                query.Tenant, (query.OrderId ?? query.DriverId)!, query.From.UtcTicks, query.To.UtcTicks, (long)query.Limit);
        },
        async reader =>
        {
            var points = new List<HistoryPoint>();
            while (await reader.ReadAsync(cancellationToken))
            {
                points.Add(new HistoryPoint
                {
                    Tenant = query.Tenant,
                    DriverId = reader.GetString(0),
                    OrderId = reader.GetString(1) is { Length: > 0 } order ? order : null,
                    Time = Time(reader, 2),
                    ReceivedAt = Time(reader, 3),
                    Lat = reader.GetDouble(4),
                    Lon = reader.GetDouble(5),
                    AccuracyMeters = Number(reader, 6),
                    HeadingDegrees = Number(reader, 7),
                    SpeedMetersPerSecond = Number(reader, 8),
                });
            }

            return points;
        },
        cancellationToken);

    public Task<IReadOnlyList<EtaRevision>> ListRevisionsAsync(string tenant, string orderId, int limit, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<EtaRevision>>(
        TenantScope.Of(tenant),
        session => session.Add("SELECT made_at, shown, body FROM eta_revisions WHERE tenant = $1 AND order_id = $2 ORDER BY made_at DESC LIMIT $3", tenant, orderId, (long)limit),
        async reader =>
        {
            var revisions = new List<EtaRevision>();
            while (await reader.ReadAsync(cancellationToken))
            {
                var eta = JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(2), CoreJson.Default.Eta)!;
                revisions.Add(new EtaRevision(tenant, orderId, Time(reader, 0), eta, reader.GetBoolean(1)));
            }

            revisions.Reverse();
            return revisions;
        },
        cancellationToken);

    public Task<IReadOnlyList<KeptPromise>> ListPromisesAsync(string tenant, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<KeptPromise>>(
            TenantScope.Of(tenant),
            session => session.Add(
                "SELECT delivered_at, promised_at, promised_to FROM orders WHERE tenant = $1 AND delivered_at >= $2 AND delivered_at < $3 AND delivered_at IS NOT NULL AND promised_at IS NOT NULL",
                tenant, from.UtcTicks, to.UtcTicks),
            async reader =>
            {
                var promises = new List<KeptPromise>();
                while (await reader.ReadAsync(cancellationToken))
                {
                    promises.Add(new KeptPromise(Time(reader, 0), Time(reader, 1), reader.IsDBNull(2) ? null : Time(reader, 2)));
                }

                return promises;
            },
            cancellationToken);

    public async Task<long> DropPointsAsync(string tenant, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            TenantScope.Of(tenant),
            async session =>
            {
                session.Add("DELETE FROM driver_tracks WHERE tenant = $1 AND last_fix_at < $2", tenant, before.UtcTicks);
                session.Add("DELETE FROM order_tracks WHERE tenant = $1 AND last_fix_at < $2", tenant, before.UtcTicks);
                session.Add($"DELETE FROM order_tracks t WHERE tenant = $1 AND last_fix_at IS NULL AND NOT {IsActive}", tenant);
                await session.CommitAsync();
                return true;
            },
            cancellationToken);
        return await DropAsync(
            """
            WITH gone AS (
                DELETE FROM fix_history h USING (SELECT driver, time, order_id FROM fix_history WHERE tenant = $1 AND time < $2 LIMIT $3) k
                WHERE h.tenant = $1 AND h.driver = k.driver AND h.time = k.time AND h.order_id = k.order_id RETURNING 1)
            SELECT count(*) FROM gone
            """, tenant, before, cancellationToken);
    }

    public async Task DropPointsAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.MaintenanceSource.OpenConnectionAsync(cancellationToken);
            var pass = new PostgresRetentionPass(connection, TenantScope.All, before.UtcTicks, cancellationToken);
            foreach (var week in (await PostgresPartitions.ListAsync(connection, "fix_history", cancellationToken)).Where(week => week.To <= before.UtcTicks))
            {
                await pass.DropAsync(week.Name);
            }
        }
        catch (Exception failure) when (PostgresFailures.IsUnavailable(failure))
        {
            throw PostgresFailures.Unavailable(failure);
        }
    }

    public Task<long> DropRevisionsAsync(string tenant, DateTimeOffset before, CancellationToken cancellationToken) => DropAsync(
        """
        WITH gone AS (
            DELETE FROM eta_revisions r USING (SELECT order_id, made_at FROM eta_revisions WHERE tenant = $1 AND made_at < $2 LIMIT $3) k
            WHERE r.tenant = $1 AND r.order_id = k.order_id AND r.made_at = k.made_at RETURNING 1)
        SELECT count(*) FROM gone
        """, tenant, before, cancellationToken);

    /// <summary>Removes what is kept of the ways of erased customers' orders.</summary>
    internal static void Erase(PostgresSession session, TenantKey[] orders)
    {
        if (orders.Length == 0)
        {
            return;
        }

        var (tenants, ids) = (Column(orders, order => order.Tenant), Column(orders, order => order.Id));
        session.Add("DELETE FROM order_tracks t USING unnest($1, $2) AS k (tenant, id) WHERE t.tenant = k.tenant AND t.id = k.id", tenants, ids);
        session.Add("DELETE FROM fix_history h USING unnest($1, $2) AS k (tenant, id) WHERE h.tenant = k.tenant AND h.order_id = k.id", tenants, ids);
        session.Add("DELETE FROM eta_revisions r USING unnest($1, $2) AS k (tenant, id) WHERE r.tenant = k.tenant AND r.order_id = k.id", tenants, ids);
    }

    private async Task<long> DropAsync(string sql, string tenant, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var dropped = 0L;
        while (true)
        {
            var some = await database.WriteAsync(
                TenantScope.Of(tenant),
                async session =>
                {
                    session.Add(sql, tenant, before.UtcTicks, (long)RowsAtOnce);
                    await using var reader = await session.SendLastAsync();
                    await reader.ReadAsync(cancellationToken);
                    var count = reader.GetInt64(0);
                    await reader.NextResultAsync(cancellationToken);
                    return count;
                },
                cancellationToken);
            dropped += some;
            if (some < RowsAtOnce)
            {
                return dropped;
            }
        }
    }

    private static async Task<IReadOnlyDictionary<DriverKey, Situation>> ReadAsync(NpgsqlDataReader reader, DriverKey[] keys, CancellationToken cancellationToken)
    {
        var drivers = new Dictionary<DriverKey, TrackRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = Driver(reader);
            drivers.Add(new DriverKey(row.Tenant, row.Id), row);
        }

        await reader.NextResultAsync(cancellationToken);
        var orders = keys.ToDictionary(key => key, _ => new List<TrackedOrder>());
        while (await reader.ReadAsync(cancellationToken))
        {
            var order = Order(reader);
            orders[new DriverKey(order.Order.Tenant, reader.GetString(5))].Add(order);
        }

        return orders.ToDictionary(entry => entry.Key, entry => new Situation(drivers.GetValueOrDefault(entry.Key), entry.Value));
    }

    private static TrackRow Driver(NpgsqlDataReader reader) => new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetFieldValue<byte[]>(3));

    private static TrackedOrder Order(NpgsqlDataReader reader)
    {
        var order = JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(0), CoreJson.Default.Order)!;
        var head = reader.IsDBNull(1) ? default : new StreamHead(reader.GetInt64(1), (uint)reader.GetInt64(2));
        return new TrackedOrder(order, head, reader.IsDBNull(3) ? null : new TrackRow(order.Tenant, order.Id, reader.GetInt64(3), reader.GetFieldValue<byte[]>(4)));
    }

    // Drivers before orders, each kind by tenant and id: two writers that share rows wait for each other instead of dying of it.
    private static async Task<HashSet<TrackKey>> PutAsync(PostgresSession session, TrackingChanges changes)
    {
        var kinds = new List<TrackKind>();
        Put(session, TrackKind.Driver, changes.Drivers, kinds);
        Put(session, TrackKind.Order, changes.Orders, kinds);
        var lost = changes.Drivers.Select(write => Key(TrackKind.Driver, write)).Concat(changes.Orders.Select(write => Key(TrackKind.Order, write))).ToHashSet();
        if (kinds.Count == 0)
        {
            return lost;
        }

        await using var reader = await session.SendAsync();
        foreach (var kind in kinds)
        {
            while (await reader.ReadAsync())
            {
                lost.Remove(new TrackKey(kind, reader.GetString(0), reader.GetString(1)));
            }

            await reader.NextResultAsync();
        }

        return lost;
    }

    private static void Put(PostgresSession session, TrackKind kind, IReadOnlyList<TrackWrite> writes, List<TrackKind> kinds)
    {
        var table = kind is TrackKind.Driver ? "driver_tracks" : "order_tracks";
        foreach (var isNew in (bool[])[false, true])
        {
            TrackWrite[] some = [.. writes.Where(write => (write.Row.Version == 0) == isNew)];
            if (some.Length == 0)
            {
                continue;
            }

            kinds.Add(kind);
            object[] columns =
            [
                Column(some, write => write.Row.Tenant), Column(some, write => write.Row.Id), Column(some, write => write.Row.Version),
                Column(some, write => write.LastFixAt?.UtcTicks), Column(some, write => write.Row.Body),
            ];
            session.Add(
                isNew
                    ? $"""
                        INSERT INTO {table} (tenant, id, version, last_fix_at, body)
                        SELECT k.tenant, k.id, k.version + 1, k.last_fix_at, k.body FROM unnest($1, $2, $3, $4, $5) AS k (tenant, id, version, last_fix_at, body) ORDER BY k.tenant COLLATE "C", k.id COLLATE "C"
                        ON CONFLICT (tenant, id) DO NOTHING RETURNING tenant, id
                        """
                    : $"""
                        WITH held AS (
                            SELECT t.tenant, t.id, k.last_fix_at, k.body FROM unnest($1, $2, $3, $4, $5) AS k (tenant, id, version, last_fix_at, body)
                            JOIN {table} t ON t.tenant = k.tenant AND t.id = k.id AND t.version = k.version ORDER BY t.tenant, t.id FOR UPDATE OF t)
                        UPDATE {table} t SET version = t.version + 1, last_fix_at = h.last_fix_at, body = h.body FROM held h WHERE t.tenant = h.tenant AND t.id = h.id RETURNING t.tenant, t.id
                        """,
                columns);
        }
    }

    private static void Insert(PostgresSession session, HistoryPoint[] points)
    {
        if (points.Length > 0)
        {
            session.Add(
                "INSERT INTO fix_history (tenant, driver, time, order_id, received, lat, lon, accuracy, heading, speed) SELECT k.* FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS k ON CONFLICT DO NOTHING",
                Column(points, point => point.Tenant), Column(points, point => point.DriverId), Column(points, point => point.Time.UtcTicks), Column(points, point => point.OrderId ?? ""),
                Column(points, point => point.ReceivedAt.UtcTicks), Column(points, point => point.Lat), Column(points, point => point.Lon),
                Column(points, point => point.AccuracyMeters), Column(points, point => point.HeadingDegrees), Column(points, point => point.SpeedMetersPerSecond));
        }
    }

    private static void Insert(PostgresSession session, EtaRevision[] revisions)
    {
        if (revisions.Length > 0)
        {
            session.Add(
                "INSERT INTO eta_revisions (tenant, order_id, made_at, shown, body) SELECT k.* FROM unnest($1, $2, $3, $4, $5) AS k ON CONFLICT DO NOTHING",
                Column(revisions, revision => revision.Tenant), Column(revisions, revision => revision.OrderId), Column(revisions, revision => revision.MadeAt.UtcTicks),
                Column(revisions, revision => revision.Shown), Column(revisions, revision => JsonSerializer.SerializeToUtf8Bytes(revision.Eta, CoreJson.Default.Eta)));
        }
    }

    private static TrackKey Key(TrackKind kind, TrackWrite write) => new(kind, write.Row.Tenant, write.Row.Id);

    private static DateTimeOffset Time(NpgsqlDataReader reader, int column) => new(reader.GetInt64(column), TimeSpan.Zero);

    private static double? Number(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);

    private static TValue[] Column<TRow, TValue>(IReadOnlyCollection<TRow> rows, Func<TRow, TValue> value) => [.. rows.Select(value)];
}
