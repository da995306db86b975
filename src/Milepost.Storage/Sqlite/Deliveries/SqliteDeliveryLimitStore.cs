using Milepost.Core.Deliveries;

namespace Milepost.Storage.Sqlite.Deliveries;

public sealed class SqliteDeliveryLimitStore(SqliteDatabase database) : IDeliveryLimitStore
{
    public Task<IReadOnlyList<LimitReached?>> TakeAsync(IReadOnlyList<IReadOnlyList<LimitTake>> takes, DateTimeOffset now, CancellationToken cancellationToken) =>
        takes.All(each => each.Count == 0) ? Task.FromResult<IReadOnlyList<LimitReached?>>(new LimitReached?[takes.Count]) : database.WriteAsync<IReadOnlyList<LimitReached?>>(
            session =>
            {
                var values = takes.SelectMany(each => each).Select(take => (take.Tenant, take.Scope, take.Period)).Distinct().ToDictionary(key => key, key => Value(session, key.Tenant, key.Scope, key.Period));
                var round = new LimitRound(values, now);
                LimitReached?[] reached = [.. takes.Select(round.Take)];
                foreach (var (take, value) in round.Changed)
                {
                    session.Prepare("""
                        INSERT INTO delivery_limits (tenant, scope, period, value, ends) VALUES (?, ?, ?, ?, ?)
                        ON CONFLICT (tenant, scope, period) DO UPDATE SET value = excluded.value, ends = excluded.ends
                        """).Bind(1, take.Tenant).Bind(2, take.Scope).Bind(3, take.Period).Bind(4, value).Bind(5, LimitRules.Ends(take, value)).Run();
                }

                return reached;
            },
            cancellationToken);

    public Task<long> UsedAsync(string tenant, string scope, long period, CancellationToken cancellationToken) =>
        Task.FromResult(database.Read(session => Value(session, tenant, scope, period)));

    public Task<int> ForgetAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(session => (int)session.Count(session.Prepare("DELETE FROM delivery_limits WHERE ends < ?").Bind(1, now)), cancellationToken);

    private static long Value(SqliteSession session, string tenant, string scope, long period)
    {
        using var statement = session.Prepare("SELECT value FROM delivery_limits WHERE tenant = ? AND scope = ? AND period = ?").Bind(1, tenant).Bind(2, scope).Bind(3, period);
        return statement.Step() ? statement.Long(0) : 0;
    }
}
