using Milepost.Core.Leases;
using Npgsql;
using NpgsqlTypes;

namespace Milepost.Storage.Postgres;

/// <summary>All nodes go by the server's clock.</summary>
public sealed class PostgresLeaseStore : ILeaseStore
{
    private readonly PostgresDatabase _database;
    private readonly bool _callersClock;

    public PostgresLeaseStore(PostgresDatabase database)
        : this(database, callersClock: false)
    {
    }

    /// <param name="database">Where.</param>
    /// <param name="callersClock">Go by the caller's time instead of the server's, for tests that set the time.</param>
    internal PostgresLeaseStore(PostgresDatabase database, bool callersClock)
    {
        _database = database;
        _callersClock = callersClock;
    }

    public Task<WorkLease?> TakeAsync(string tenant, string name, string holder, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken) => _database.WriteAsync(
        TenantScope.Of(tenant),
        async session =>
        {
            session.Add(
                """
                INSERT INTO leases AS l (tenant, name, holder, token, until, payload) VALUES ($1, $2, $3, 1, COALESCE($4, milepost_now()) + $5, '')
                ON CONFLICT (tenant, name) DO UPDATE SET holder = excluded.holder, token = l.token + 1, until = excluded.until
                WHERE l.until <= COALESCE($4, milepost_now()) OR l.holder = excluded.holder
                RETURNING token, payload
                """,
                tenant, name, holder, Time(now), leaseFor.Ticks);
            await using var reader = await session.SendLastAsync();
            var lease = await reader.ReadAsync(cancellationToken) ? new WorkLease(tenant, name, holder, reader.GetInt64(0), reader.GetString(1)) : null;
            while (await reader.NextResultAsync(cancellationToken))
            {
            }

            return lease;
        },
        cancellationToken);

    public Task<bool> RenewAsync(WorkLease lease, string payload, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken) => UpdateAsync(
        lease, session => session.Add(
            "UPDATE leases SET until = COALESCE($1, milepost_now()) + $2, payload = $3 WHERE tenant = $4 AND name = $5 AND token = $6 RETURNING token",
            Time(now), leaseFor.Ticks, payload, lease.Tenant, lease.Name, lease.Token),
        cancellationToken);

    public Task<bool> ReleaseAsync(WorkLease lease, string payload, CancellationToken cancellationToken) => UpdateAsync(
        lease, session => session.Add(
            "UPDATE leases SET until = 0, payload = $1 WHERE tenant = $2 AND name = $3 AND token = $4 RETURNING token", payload, lease.Tenant, lease.Name, lease.Token),
        cancellationToken);

    private Task<bool> UpdateAsync(WorkLease lease, Action<PostgresSession> update, CancellationToken cancellationToken) => _database.WriteAsync(
        TenantScope.Of(lease.Tenant),
        async session =>
        {
            update(session);
            await using var reader = await session.SendLastAsync();
            var written = await reader.ReadAsync(cancellationToken);
            while (await reader.NextResultAsync(cancellationToken))
            {
            }

            return written;
        },
        cancellationToken);

    private NpgsqlParameter Time(DateTimeOffset now) => new() { NpgsqlDbType = NpgsqlDbType.Bigint, Value = _callersClock ? now.UtcTicks : DBNull.Value };
}
