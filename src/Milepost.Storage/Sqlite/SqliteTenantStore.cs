using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Tenants;

namespace Milepost.Storage.Sqlite;

public sealed class SqliteTenantStore(SqliteDatabase database) : ITenantStore
{
    public Task<StoredTenant?> FindAsync(string tenant, CancellationToken cancellationToken) => Task.FromResult(database.Read(session =>
    {
        using var statement = session.Prepare("SELECT tenant, version, body, updated FROM tenants WHERE tenant = ?").Bind(1, tenant);
        return statement.Step() ? Read(statement) : null;
    }));

    public Task<StoredTenant?> PutAsync(string tenant, TenantSettings settings, long expected, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var next = settings with { Version = expected + 1 };
        return database.WriteAsync(
            session =>
            {
                // Without a row there is nothing that any other version could be a change of.
                using var statement = session.Prepare(
                    """
                    INSERT INTO tenants AS t (tenant, version, body, updated)
                    SELECT ?1, ?2 + 1, ?3, ?4 WHERE ?2 = 0 OR EXISTS (SELECT 1 FROM tenants WHERE tenant = ?1)
                    ON CONFLICT (tenant) DO UPDATE SET version = excluded.version, body = excluded.body, updated = excluded.updated WHERE t.version = ?2
                    RETURNING version
                    """)
                    .Bind(1, tenant).Bind(2, expected).Bind(3, JsonSerializer.SerializeToUtf8Bytes(next, CoreJson.Default.TenantSettings).AsSpan()).Bind(4, now);
                return statement.Step() ? new StoredTenant(tenant, next, now.ToUniversalTime()) : null;
            },
            cancellationToken);
    }

    public Task<IReadOnlyList<StoredTenant>> ListSinceAsync(DateTimeOffset at, CancellationToken cancellationToken) => Task.FromResult(database.Read(session =>
    {
        using var statement = session.Prepare("SELECT tenant, version, body, updated FROM tenants WHERE updated >= ? ORDER BY tenant").Bind(1, at);
        var rows = new List<StoredTenant>();
        while (statement.Step())
        {
            rows.Add(Read(statement));
        }

        return (IReadOnlyList<StoredTenant>)rows;
    }));

    private static StoredTenant Read(in SqliteStatement statement) => new(
        statement.Text(0),
        JsonSerializer.Deserialize(statement.Blob(2), CoreJson.Default.TenantSettings)! with { Version = statement.Long(1) },
        statement.Time(3)!.Value);
}
