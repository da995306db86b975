using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Etas;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Core.Tracking;
using Milepost.Protocol.Streams;

namespace Milepost.Storage.Sqlite.Tracking;

public sealed class SqliteTrackingStore(SqliteDatabase database) : ITrackingStore
{
    private const int RowsAtOnce = 5_000;

    private const string OrderColumns = "o.body, s.head, s.fingerprint, t.version, t.body FROM orders o LEFT JOIN streams s ON s.tenant = o.tenant AND s.label = 'order:' || o.id LEFT JOIN order_tracks t ON t.tenant = o.tenant AND t.id = o.id";

    // An order names its driver as long as it is active.
    private const string IsActive = "EXISTS (SELECT 1 FROM orders o WHERE o.tenant = t.tenant AND o.id = t.id AND o.driver IS NOT NULL)";

    public Task<IReadOnlyDictionary<DriverKey, Situation>> LoadAsync(IReadOnlyCollection<DriverKey> drivers, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(drivers.Count, ITrackingStore.MaxDrivers, nameof(drivers));
        return Task.FromResult(database.Read<IReadOnlyDictionary<DriverKey, Situation>>(session =>
        {
            var situations = new Dictionary<DriverKey, Situation>(drivers.Count);
            foreach (var driver in drivers)
            {
                situations[driver] = new Situation(FindDriver(session, driver.Tenant, driver.DriverId), Orders(session, driver));
            }

            return situations;
        }));
    }

    public Task<IReadOnlyList<string>> ListDriversAsync(string tenant, string after, int limit, CancellationToken cancellationToken) =>
        Task.FromResult(database.Read<IReadOnlyList<string>>(session =>
        {
            using var statement = session.Prepare("SELECT DISTINCT driver FROM orders WHERE tenant = ? AND driver > ? ORDER BY driver LIMIT ?").Bind(1, tenant).Bind(2, after).Bind(3, limit);
            var drivers = new List<string>();
            while (statement.Step())
            {
                drivers.Add(statement.Text(0));
            }

            return drivers;
        }));

    public Task<TrackedOrder?> FindAsync(string tenant, string orderId, CancellationToken cancellationToken) => Task.FromResult(database.Read(session =>
    {
        using var statement = session.Prepare($"SELECT {OrderColumns} WHERE o.tenant = ? AND o.id = ?").Bind(1, tenant).Bind(2, orderId);
        return statement.Step() ? Order(statement) : null;
    }));

    public Task<TrackRow?> FindDriverAsync(string tenant, string driverId, CancellationToken cancellationToken) =>
        Task.FromResult(database.Read(session => FindDriver(session, tenant, driverId)));

    public Task<IReadOnlyList<TrackKey>> SaveAsync(TrackingChanges changes, CancellationToken cancellationToken) => database.WriteAsync<IReadOnlyList<TrackKey>>(
        session =>
        {
            var lost = new HashSet<TrackKey>();
            foreach (var (kind, write) in changes.Drivers.Select(write => (TrackKind.Driver, write)).Concat(changes.Orders.Select(write => (TrackKind.Order, write))))
            {
                if (!Put(session, kind, write))
                {
                    lost.Add(new TrackKey(kind, write.Row.Tenant, write.Row.Id));
                }
            }

            foreach (var point in changes.Points.Where(point => !point.IsOf(lost)))
            {
                Insert(session, point);
            }

            foreach (var revision in changes.Revisions.Where(revision => !lost.Contains(new TrackKey(TrackKind.Order, revision.Tenant, revision.OrderId))))
            {
                session.Prepare("INSERT INTO eta_revisions (tenant, order_id, made_at, shown, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
                    .Bind(1, revision.Tenant).Bind(2, revision.OrderId).Bind(3, revision.MadeAt).Bind(4, revision.Shown ? 1 : 0)
                    .Bind(5, JsonSerializer.SerializeToUtf8Bytes(revision.Eta, CoreJson.Default.Eta)).Run();
            }

            return [.. lost];
        },
        cancellationToken);

    public Task<IReadOnlyList<HistoryPoint>> ListPointsAsync(PointQuery query, CancellationToken cancellationToken) => Task.FromResult(database.Read<IReadOnlyList<HistoryPoint>>(session =>
    {
        // A driver with several orders has a point for each of them: one of those is enough.
        var (which, end) = query.OrderId is null ? ("driver", "GROUP BY time ORDER BY time") : ("order_id", "ORDER BY time, driver");
        using var statement = session.Prepare(
            $"SELECT driver, order_id, time, received, lat, lon, accuracy, heading, speed FROM fix_history WHERE tenant = ?1 AND {which} = ?2 AND time >= ?3 AND time < ?4 {end} LIMIT ?5")
            .Bind(1, query.Tenant).Bind(2, query.OrderId ?? query.DriverId).Bind(3, query.From).Bind(4, query.To).Bind(5, query.Limit);
        var points = new List<HistoryPoint>();
        while (statement.Step())
        {
            points.Add(new HistoryPoint
            {
                Tenant = query.Tenant,
                DriverId = statement.Text(0),
                OrderId = statement.Text(1) is { Length: > 0 } order ? order : null,
                Time = statement.Time(2)!.Value,
                ReceivedAt = statement.Time(3)!.Value,
                Lat = statement.Double(4),
                Lon = statement.Double(5),
                AccuracyMeters = statement.IsNull(6) ? null : statement.Double(6),
                HeadingDegrees = statement.IsNull(7) ? null : statement.Double(7),
                SpeedMetersPerSecond = statement.IsNull(8) ? null : statement.Double(8),
            });
        }

        return points;
    }));

    public Task<IReadOnlyList<EtaRevision>> ListRevisionsAsync(string tenant, string orderId, int limit, CancellationToken cancellationToken) =>
        Task.FromResult(database.Read<IReadOnlyList<EtaRevision>>(session =>
        {
            using var statement = session.Prepare("SELECT made_at, shown, body FROM eta_revisions WHERE tenant = ? AND order_id = ? ORDER BY made_at DESC LIMIT ?")
                .Bind(1, tenant).Bind(2, orderId).Bind(3, limit);
            var revisions = new List<EtaRevision>();
            while (statement.Step())
            {
                revisions.Add(new EtaRevision(
                    tenant, orderId, statement.Time(0)!.Value, JsonSerializer.Deserialize(statement.Blob(2), CoreJson.Default.Eta)!, Shown: statement.Int(1) == 1));
            }

            revisions.Reverse();
            return revisions;
        }));

    public Task<IReadOnlyList<KeptPromise>> ListPromisesAsync(string tenant, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        Task.FromResult(database.Read<IReadOnlyList<KeptPromise>>(session =>
        {
            using var statement = session.Prepare(
                "SELECT delivered_at, promised_at, promised_to FROM orders WHERE tenant = ? AND delivered_at >= ? AND delivered_at < ? AND delivered_at IS NOT NULL AND promised_at IS NOT NULL")
                .Bind(1, tenant).Bind(2, from).Bind(3, to);
            var promises = new List<KeptPromise>();
            while (statement.Step())
            {
                promises.Add(new KeptPromise(statement.Time(0)!.Value, statement.Time(1)!.Value, statement.Time(2)));
            }

            return promises;
        }));

    public async Task<long> DropPointsAsync(string tenant, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            session =>
            {
                session.Prepare("DELETE FROM driver_tracks WHERE tenant = ? AND last_fix_at < ?").Bind(1, tenant).Bind(2, before).Run();
                session.Prepare("DELETE FROM order_tracks WHERE tenant = ? AND last_fix_at < ?").Bind(1, tenant).Bind(2, before).Run();
                session.Prepare($"DELETE FROM order_tracks AS t WHERE tenant = ? AND last_fix_at IS NULL AND NOT {IsActive}").Bind(1, tenant).Run();
                return true;
            },
            cancellationToken);
        return await DropAsync("DELETE FROM fix_history WHERE (tenant, driver, time, order_id) IN (SELECT tenant, driver, time, order_id FROM fix_history WHERE tenant = ? AND time < ? LIMIT ?)", tenant, before, cancellationToken);
    }

    // Here every row goes tenant by tenant.
    public Task DropPointsAsync(DateTimeOffset before, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<long> DropRevisionsAsync(string tenant, DateTimeOffset before, CancellationToken cancellationToken) =>
        DropAsync("DELETE FROM eta_revisions WHERE (tenant, order_id, made_at) IN (SELECT tenant, order_id, made_at FROM eta_revisions WHERE tenant = ? AND made_at < ? LIMIT ?)", tenant, before, cancellationToken);

    /// <summary>Removes what is kept of the ways of an erased customer's order.</summary>
    internal static void Erase(SqliteSession session, TenantKey order)
    {
        session.Prepare("DELETE FROM order_tracks WHERE tenant = ? AND id = ?").Bind(1, order.Tenant).Bind(2, order.Id).Run();
        session.Prepare("DELETE FROM fix_history WHERE tenant = ? AND order_id = ?").Bind(1, order.Tenant).Bind(2, order.Id).Run();
        session.Prepare("DELETE FROM eta_revisions WHERE tenant = ? AND order_id = ?").Bind(1, order.Tenant).Bind(2, order.Id).Run();
    }

    private async Task<long> DropAsync(string sql, string tenant, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var dropped = 0L;
        while (true)
        {
            var some = await database.WriteAsync(session => session.Count(session.Prepare(sql).Bind(1, tenant).Bind(2, before).Bind(3, RowsAtOnce)), cancellationToken);
            dropped += some;
            if (some < RowsAtOnce)
            {
                return dropped;
            }
        }
    }

    private static List<TrackedOrder> Orders(SqliteSession session, DriverKey driver)
    {
        using var statement = session.Prepare($"SELECT {OrderColumns} WHERE o.tenant = ? AND o.driver = ? ORDER BY o.place LIMIT ?")
            .Bind(1, driver.Tenant).Bind(2, driver.DriverId).Bind(3, ITrackingStore.MaxOrders);
        var orders = new List<TrackedOrder>();
        while (statement.Step())
        {
            orders.Add(Order(statement));
        }

        return orders;
    }

    private static TrackedOrder Order(SqliteStatement row)
    {
        var order = JsonSerializer.Deserialize(row.Blob(0), CoreJson.Default.Order)!;
        var head = row.IsNull(1) ? default : new StreamHead(row.Long(1), (uint)row.Long(2));
        return new TrackedOrder(order, head, row.IsNull(3) ? null : new TrackRow(order.Tenant, order.Id, row.Long(3), row.Blob(4).ToArray()));
    }

    private static TrackRow? FindDriver(SqliteSession session, string tenant, string driverId)
    {
        using var statement = session.Prepare("SELECT version, body FROM driver_tracks WHERE tenant = ? AND id = ?").Bind(1, tenant).Bind(2, driverId);
        return statement.Step() ? new TrackRow(tenant, driverId, statement.Long(0), statement.Blob(1).ToArray()) : null;
    }

    private static bool Put(SqliteSession session, TrackKind kind, TrackWrite write)
    {
        var (table, row) = (kind is TrackKind.Driver ? "driver_tracks" : "order_tracks", write.Row);
        var statement = session.Prepare(row.Version == 0
            ? $"INSERT INTO {table} (version, last_fix_at, body, tenant, id) VALUES (1, ?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING"
            : $"UPDATE {table} SET version = version + 1, last_fix_at = ?1, body = ?2 WHERE tenant = ?3 AND id = ?4 AND version = ?5")
            .Bind(1, write.LastFixAt).Bind(2, row.Body.AsSpan()).Bind(3, row.Tenant).Bind(4, row.Id);
        return session.Count(row.Version == 0 ? statement : statement.Bind(5, row.Version)) == 1;
    }

    private static void Insert(SqliteSession session, HistoryPoint point) => session.Prepare(
        """
        INSERT INTO fix_history (tenant, driver, time, order_id, received, lat, lon, accuracy, heading, speed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """)
        .Bind(1, point.Tenant).Bind(2, point.DriverId).Bind(3, point.Time).Bind(4, point.OrderId ?? "").Bind(5, point.ReceivedAt)
        .Bind(6, point.Lat).Bind(7, point.Lon).Bind(8, point.AccuracyMeters).Bind(9, point.HeadingDegrees).Bind(10, point.SpeedMetersPerSecond).Run();
}
