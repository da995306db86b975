using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Silence;

namespace Milepost.Storage.Sqlite.Tracking;

public sealed class SqliteOrderWatch(SqliteDatabase database) : IOrderWatch
{
    public Task<IReadOnlyList<WatchedOrder>> TakeAsync(DateTimeOffset now, DateTimeOffset until, int limit, CancellationToken cancellationToken) =>
        // Looked for without the write lock: mostly there is nothing.
        !database.Read(session => IsAnyDue(session, now))
            ? Task.FromResult<IReadOnlyList<WatchedOrder>>([])
            : database.WriteAsync(session => Take(session, now, until, limit), cancellationToken);

    public Task SetAsync(IReadOnlyList<NextWatch> next, DateTimeOffset until, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            foreach (var watch in next)
            {
                session.Prepare("UPDATE orders SET watch_at = ? WHERE tenant = ? AND id = ? AND watch_at = ?").Bind(1, watch.At).Bind(2, watch.Tenant).Bind(3, watch.OrderId).Bind(4, until).Run();
            }

            return true;
        },
        cancellationToken);

    private static bool IsAnyDue(SqliteSession session, DateTimeOffset now)
    {
        using var statement = session.Prepare("SELECT 1 FROM orders WHERE watch_at <= ? LIMIT 1").Bind(1, now);
        return statement.Step();
    }

    private static IReadOnlyList<WatchedOrder> Take(SqliteSession session, DateTimeOffset now, DateTimeOffset until, int limit)
    {
        var taken = new List<(long Place, WatchedOrder Watched)>();
        using (var statement = session.Prepare(
            """
            SELECT o.place, o.body, MAX(IFNULL(d.last_fix_at, t.last_fix_at), IFNULL(t.last_fix_at, d.last_fix_at))
            FROM orders o LEFT JOIN driver_tracks d ON d.tenant = o.tenant AND d.id = o.driver LEFT JOIN order_tracks t ON t.tenant = o.tenant AND t.id = o.id
            WHERE o.watch_at <= ? ORDER BY o.watch_at LIMIT ?
            """).Bind(1, now).Bind(2, limit))
        {
            while (statement.Step())
            {
                taken.Add((statement.Long(0), new WatchedOrder(JsonSerializer.Deserialize(statement.Blob(1), CoreJson.Default.Order)!, statement.Time(2))));
            }
        }

        foreach (var (place, _) in taken)
        {
            session.Prepare("UPDATE orders SET watch_at = ? WHERE place = ?").Bind(1, until).Bind(2, place).Run();
        }

        return [.. taken.Select(row => row.Watched)];
    }
}
