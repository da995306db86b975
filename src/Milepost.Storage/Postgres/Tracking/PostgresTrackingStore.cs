using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Etas;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Core.Tracking;
using Milepost.Protocol.Streams;

namespace Milepost.Storage.Postgres.Tracking;

public sealed class PostgresTrackingStore(PostgresDatabase database) : ITrackingStore
{
    private const int RowsAtOnce = 5_000;

    // An order names its driver as long as it is active.
    private const string IsActive = "EXISTS (SELECT 1 FROM orders o WHERE o.tenant = t.tenant AND o.id = t.id AND o.driver IS NOT NULL)";

    public Task<IReadOnlyDictionary<DriverKey, Situation>> LoadAsync(IReadOnlyCollection<DriverKey> drivers, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(drivers.Count, ITrackingStore.MaxDrivers, nameof(drivers));
        DriverKey[] keys = [.. drivers.Distinct()];
        var (tenants, ids) = (PostgresTrackRows.Column(keys, key => key.Tenant), PostgresTrackRows.Column(keys, key => key.DriverId));
        return database.ReadAsync(
            TenantScope.Of(tenants),
            session =>
            {
                session.Add("SELECT d.tenant, d.id, d.version, d.body FROM unnest($1, $2) AS k (tenant, id) JOIN driver_tracks d ON d.tenant = k.tenant AND d.id = k.id", tenants, ids);
                session.Add(
                    $"""
                    SELECT {PostgresTrackRows.OrderColumns}, k.id FROM unnest($1, $2) AS k (tenant, id)
                    CROSS JOIN LATERAL (SELECT * FROM orders x WHERE x.tenant = k.tenant AND x.driver = k.id ORDER BY x.place LIMIT $3) o {PostgresTrackRows.OrderJoins} ORDER BY o.place
                    """, tenants, ids, (long)ITrackingStore.MaxOrders);
            },
            reader => PostgresTrackRows.ReadAsync(reader, keys, cancellationToken),
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
        session => session.Add($"SELECT {PostgresTrackRows.OrderColumns} FROM orders o {PostgresTrackRows.OrderJoins} WHERE o.tenant = $1 AND o.id = $2", tenant, orderId),
        async reader => await reader.ReadAsync(cancellationToken) ? PostgresTrackRows.Order(reader) : null,
        cancellationToken);

    public Task<TrackRow?> FindDriverAsync(string tenant, string driverId, CancellationToken cancellationToken) => database.ReadAsync(
        TenantScope.Of(tenant),
        session => session.Add("SELECT tenant, id, version, body FROM driver_tracks WHERE tenant = $1 AND id = $2", tenant, driverId),
        async reader => await reader.ReadAsync(cancellationToken) ? PostgresTrackRows.Driver(reader) : null,
        cancellationToken);

    public async Task<IReadOnlyList<TrackKey>> SaveAsync(TrackingChanges changes, CancellationToken cancellationToken)
    {
        var tenants = changes.Drivers.Concat(changes.Orders).Select(write => write.Row.Tenant)
            .Concat(changes.Points.Select(point => point.Tenant)).Concat(changes.Revisions.Select(revision => revision.Tenant)).ToHashSet(StringComparer.Ordinal);
        return tenants.Count == 0 ? [] : await database.WriteAsync<IReadOnlyList<TrackKey>>(
            TenantScope.Of(tenants),
            async session =>
            {
                var lost = await PostgresTrackRows.PutAsync(session, changes);
                // In one order too, since a row that another writer is just inserting is waited for.
                PostgresTrackRows.Insert(session, [.. changes.Points.Where(point => !point.IsOf(lost)).OrderBy(point => (point.Tenant, point.DriverId, point.Time, point.OrderId))]);
                PostgresTrackRows.Insert(session, [.. changes.Revisions.Where(revision => !lost.Contains(new TrackKey(TrackKind.Order, revision.Tenant, revision.OrderId)))
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
                    Time = PostgresTrackRows.Time(reader, 2),
                    ReceivedAt = PostgresTrackRows.Time(reader, 3),
                    Lat = reader.GetDouble(4),
                    Lon = reader.GetDouble(5),
                    AccuracyMeters = PostgresTrackRows.Number(reader, 6),
                    HeadingDegrees = PostgresTrackRows.Number(reader, 7),
                    SpeedMetersPerSecond = PostgresTrackRows.Number(reader, 8),
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
                revisions.Add(new EtaRevision(tenant, orderId, PostgresTrackRows.Time(reader, 0), eta, reader.GetBoolean(1)));
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
                    promises.Add(new KeptPromise(PostgresTrackRows.Time(reader, 0), PostgresTrackRows.Time(reader, 1), reader.IsDBNull(2) ? null : PostgresTrackRows.Time(reader, 2)));
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

        var (tenants, ids) = (PostgresTrackRows.Column(orders, order => order.Tenant), PostgresTrackRows.Column(orders, order => order.Id));
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
}
