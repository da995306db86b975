using Milepost.Core.Leases;

namespace Milepost.Storage.Sqlite;

public sealed class SqliteLeaseStore(SqliteDatabase database) : ILeaseStore
{
    public Task<WorkLease?> TakeAsync(string tenant, string name, string holder, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            using var statement = session.Prepare(
                """
                INSERT INTO leases AS l (tenant, name, holder, token, until, payload) VALUES (?1, ?2, ?3, 1, ?4 + ?5, '')
                ON CONFLICT (tenant, name) DO UPDATE SET holder = excluded.holder, token = l.token + 1, until = excluded.until
                WHERE l.until <= ?4 OR l.holder = excluded.holder
                RETURNING token, payload
                """)
                .Bind(1, tenant).Bind(2, name).Bind(3, holder).Bind(4, now).Bind(5, leaseFor.Ticks);
            return statement.Step() ? new WorkLease(tenant, name, holder, statement.Long(0), statement.Text(1)) : null;
        },
        cancellationToken);

    public Task<bool> RenewAsync(WorkLease lease, string payload, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken) =>
        UpdateAsync(lease, payload, now.UtcTicks + leaseFor.Ticks, cancellationToken);

    public Task<bool> ReleaseAsync(WorkLease lease, string payload, CancellationToken cancellationToken) => UpdateAsync(lease, payload, until: 0, cancellationToken);

    private Task<bool> UpdateAsync(WorkLease lease, string payload, long until, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.Count(session.Prepare("UPDATE leases SET until = ?, payload = ? WHERE tenant = ? AND name = ? AND token = ?")
            .Bind(1, until).Bind(2, payload).Bind(3, lease.Tenant).Bind(4, lease.Name).Bind(5, lease.Token)) == 1,
        cancellationToken);
}
