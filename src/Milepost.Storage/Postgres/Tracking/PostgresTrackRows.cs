using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Streams;
using Milepost.Core.Tracking;
using Milepost.Protocol.Streams;
using Npgsql;

namespace Milepost.Storage.Postgres.Tracking;

/// <summary>The rows of tracking: how they are read, and how they are written where nobody else was faster.</summary>
internal static class PostgresTrackRows
{
    /// <summary>What an order is read of, with <see cref="OrderJoins"/>.</summary>
    public const string OrderColumns = "o.body, s.head, s.fingerprint, t.version, t.body";

    public const string OrderJoins = "LEFT JOIN streams s ON s.tenant = o.tenant AND s.label = 'order:' || o.id LEFT JOIN order_tracks t ON t.tenant = o.tenant AND t.id = o.id";

    /// <summary>Drivers, and behind them their orders.</summary>
    public static async Task<IReadOnlyDictionary<DriverKey, Situation>> ReadAsync(NpgsqlDataReader reader, DriverKey[] keys, CancellationToken cancellationToken)
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

    public static TrackRow Driver(NpgsqlDataReader reader) => new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetFieldValue<byte[]>(3));

    public static TrackedOrder Order(NpgsqlDataReader reader)
    {
        var order = JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(0), CoreJson.Default.Order)!;
        var head = reader.IsDBNull(1) ? default : new StreamHead(reader.GetInt64(1), (uint)reader.GetInt64(2));
        return new TrackedOrder(order, head, reader.IsDBNull(3) ? null : new TrackRow(order.Tenant, order.Id, reader.GetInt64(3), reader.GetFieldValue<byte[]>(4)));
    }

    /// <summary>
    /// Drivers before orders, each kind by tenant and id: two writers that share rows wait for each other instead of dying of it.
    /// </summary>
    /// <returns>Those where somebody else was faster.</returns>
    public static async Task<HashSet<TrackKey>> PutAsync(PostgresSession session, TrackingChanges changes)
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

    public static void Insert(PostgresSession session, HistoryPoint[] points)
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

    public static void Insert(PostgresSession session, EtaRevision[] revisions)
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

    public static DateTimeOffset Time(NpgsqlDataReader reader, int column) => new(reader.GetInt64(column), TimeSpan.Zero);

    public static double? Number(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);

    public static TValue[] Column<TRow, TValue>(IReadOnlyCollection<TRow> rows, Func<TRow, TValue> value) => [.. rows.Select(value)];
}
