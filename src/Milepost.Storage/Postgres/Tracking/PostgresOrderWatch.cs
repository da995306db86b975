using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Silence;

namespace Milepost.Storage.Postgres.Tracking;

/// <summary>A pass over the whole installation. Rows that somebody holds are left out: what is being recorded sets its time anew.</summary>
public sealed class PostgresOrderWatch(PostgresDatabase database) : IOrderWatch
{
    public Task<IReadOnlyList<WatchedOrder>> TakeAsync(DateTimeOffset now, DateTimeOffset until, int limit, CancellationToken cancellationToken) => database.WriteAsync<IReadOnlyList<WatchedOrder>>(
        TenantScope.All,
        async session =>
        {
            session.Add(
                """
                WITH due AS MATERIALIZED (SELECT place FROM orders WHERE watch_at <= $1 ORDER BY watch_at LIMIT $3 FOR UPDATE SKIP LOCKED),
                taken AS (UPDATE orders o SET watch_at = $2 FROM due WHERE o.place = due.place RETURNING o.tenant, o.id, o.driver, o.body)
                SELECT o.body, GREATEST(d.last_fix_at, t.last_fix_at)
                FROM taken o LEFT JOIN driver_tracks d ON d.tenant = o.tenant AND d.id = o.driver LEFT JOIN order_tracks t ON t.tenant = o.tenant AND t.id = o.id
                """, now.UtcTicks, until.UtcTicks, (long)limit);
            var taken = new List<WatchedOrder>();
            await using (var reader = await session.SendLastAsync())
            {
                while (await reader.ReadAsync(CancellationToken.None))
                {
                    DateTimeOffset? lastFixAt = reader.IsDBNull(1) ? null : new DateTimeOffset(reader.GetInt64(1), TimeSpan.Zero);
                    taken.Add(new WatchedOrder(JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(0), CoreJson.Default.Order)!, lastFixAt));
                }

                await reader.NextResultAsync(CancellationToken.None);
            }

            return taken;
        },
        cancellationToken);

    public Task SetAsync(IReadOnlyList<NextWatch> next, DateTimeOffset until, CancellationToken cancellationToken) => next.Count == 0 ? Task.CompletedTask : database.WriteAsync(
        TenantScope.Of(next.Select(watch => watch.Tenant)),
        async session =>
        {
            session.Add(
                """
                WITH held AS MATERIALIZED (
                    SELECT o.place, k.at FROM unnest($1, $2, $3) AS k (tenant, id, at) JOIN orders o ON o.tenant = k.tenant AND o.id = k.id
                    WHERE o.watch_at = $4 FOR UPDATE OF o SKIP LOCKED)
                UPDATE orders o SET watch_at = held.at FROM held WHERE o.place = held.place
                """,
                next.Select(watch => watch.Tenant).ToArray(), next.Select(watch => watch.OrderId).ToArray(), next.Select(watch => watch.At?.UtcTicks).ToArray(), until.UtcTicks);
            await session.CommitAsync();
            return true;
        },
        cancellationToken);
}
