using Milepost.Core.Deliveries;

namespace Milepost.Storage.Postgres.Deliveries;

/// <summary>All nodes count in the same rows; they are locked in one order, so that workers wait for each other and never in a circle.</summary>
public sealed class PostgresDeliveryLimitStore(PostgresDatabase database) : IDeliveryLimitStore
{
    public Task<IReadOnlyList<LimitReached?>> TakeAsync(IReadOnlyList<IReadOnlyList<LimitTake>> takes, DateTimeOffset now, CancellationToken cancellationToken) =>
        takes.All(each => each.Count == 0) ? Task.FromResult<IReadOnlyList<LimitReached?>>(new LimitReached?[takes.Count]) : database.WriteAsync<IReadOnlyList<LimitReached?>>(
            TenantScope.All,
            async session =>
            {
                LimitTake[] rows = [.. takes.SelectMany(each => each).DistinctBy(take => (take.Tenant, take.Scope, take.Period))
                    .OrderBy(take => take.Tenant, StringComparer.Ordinal).ThenBy(take => take.Scope, StringComparer.Ordinal).ThenBy(take => take.Period)];
                var (tenants, scopes, periods) = (Array.ConvertAll(rows, take => take.Tenant), Array.ConvertAll(rows, take => take.Scope), Array.ConvertAll(rows, take => take.Period));

                // A row that is not there cannot be locked, so it is made first.
                session.Add(
                    """
                    INSERT INTO delivery_limits (tenant, scope, period, value, ends) SELECT k.tenant, k.scope, k.period, 0, $4
                    FROM unnest($1, $2, $3) AS k (tenant, scope, period) ORDER BY k.tenant COLLATE "C", k.scope COLLATE "C", k.period ON CONFLICT DO NOTHING
                    """,
                    tenants, scopes, periods, now.AddDays(1).UtcTicks);
                session.Add(
                    """
                    SELECT l.tenant, l.scope, l.period, l.value FROM unnest($1, $2, $3) AS k (tenant, scope, period)
                    JOIN delivery_limits l ON l.tenant = k.tenant AND l.scope = k.scope AND l.period = k.period ORDER BY l.tenant, l.scope, l.period FOR UPDATE OF l
                    """,
                    tenants, scopes, periods);
                var values = new Dictionary<(string Tenant, string Scope, long Period), long>();
                await using (var reader = await session.SendAsync())
                {
                    await reader.NextResultAsync(cancellationToken);
                    while (await reader.ReadAsync(cancellationToken))
                    {
                        values.Add((reader.GetString(0), reader.GetString(1), reader.GetInt64(2)), reader.GetInt64(3));
                    }
                }

                var round = new LimitRound(values, now);
                LimitReached?[] reached = [.. takes.Select(round.Take)];
                (LimitTake Take, long Value)[] changed = [.. round.Changed];
                session.Add(
                    """
                    UPDATE delivery_limits l SET value = k.value, ends = k.ends FROM unnest($1, $2, $3, $4, $5) AS k (tenant, scope, period, value, ends)
                    WHERE l.tenant = k.tenant AND l.scope = k.scope AND l.period = k.period
                    """,
                    Array.ConvertAll(changed, change => change.Take.Tenant), Array.ConvertAll(changed, change => change.Take.Scope), Array.ConvertAll(changed, change => change.Take.Period),
                    Array.ConvertAll(changed, change => change.Value), Array.ConvertAll(changed, change => LimitRules.Ends(change.Take, change.Value)));
                await session.CommitAsync();
                return reached;
            },
            cancellationToken);

    public Task<long> UsedAsync(string tenant, string scope, long period, CancellationToken cancellationToken) => database.ReadAsync(
        TenantScope.Of(tenant),
        session => session.Add("SELECT value FROM delivery_limits WHERE tenant = $1 AND scope = $2 AND period = $3", tenant, scope, period),
        async reader => await reader.ReadAsync(cancellationToken) ? reader.GetInt64(0) : 0,
        cancellationToken);

    public Task<int> ForgetAsync(DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        TenantScope.All,
        async session =>
        {
            session.Add("DELETE FROM delivery_limits WHERE ends < $1 RETURNING 1", now.UtcTicks);
            var forgotten = 0;
            await using (var reader = await session.SendAsync())
            {
                while (await reader.ReadAsync(cancellationToken))
                {
                    forgotten++;
                }
            }

            await session.CommitAsync();
            return forgotten;
        },
        cancellationToken);
}
