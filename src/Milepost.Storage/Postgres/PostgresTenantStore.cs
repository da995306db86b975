using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Tenants;
using Npgsql;

namespace Milepost.Storage.Postgres;

public sealed class PostgresTenantStore(PostgresDatabase database) : ITenantStore
{
    public Task<StoredTenant?> FindAsync(string tenant, CancellationToken cancellationToken) => database.ReadAsync(
        TenantScope.Of(tenant),
        session => session.Add("SELECT tenant, version, body, updated FROM tenants WHERE tenant = $1", tenant),
        async reader => await reader.ReadAsync(cancellationToken) ? Read(reader) : null,
        cancellationToken);

    public Task<StoredTenant?> PutAsync(string tenant, TenantSettings settings, long expected, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var next = settings with { Version = expected + 1 };
        return database.WriteAsync(
            TenantScope.Of(tenant),
            async session =>
            {
                // Without a row there is nothing that any other version could be a change of.
                session.Add(
                    """
                    INSERT INTO tenants AS t (tenant, version, body, updated)
                    SELECT $1, $2 + 1, $3, $4 WHERE $2 = 0 OR EXISTS (SELECT 1 FROM tenants WHERE tenant = $1)
                    ON CONFLICT (tenant) DO UPDATE SET version = excluded.version, body = excluded.body, updated = excluded.updated WHERE t.version = $2
                    RETURNING version
                    """,
                    tenant, expected, JsonSerializer.SerializeToUtf8Bytes(next, CoreJson.Default.TenantSettings), now.UtcTicks);
                await using var reader = await session.SendLastAsync();
                var written = await reader.ReadAsync(cancellationToken);
                while (await reader.NextResultAsync(cancellationToken))
                {
                }

                return written ? new StoredTenant(tenant, next, now.ToUniversalTime()) : null;
            },
            cancellationToken);
    }

    // Every node must know everybody's: this is a pass over the whole installation.
    public Task<IReadOnlyList<StoredTenant>> ListSinceAsync(DateTimeOffset at, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<StoredTenant>>(
        TenantScope.All,
        session => session.Add("SELECT tenant, version, body, updated FROM tenants WHERE updated >= $1 ORDER BY tenant", at.UtcTicks),
        async reader =>
        {
            var rows = new List<StoredTenant>();
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add(Read(reader));
            }

            return rows;
        },
        cancellationToken);

    private static StoredTenant Read(NpgsqlDataReader reader) => new(
        reader.GetString(0),
        JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(2), CoreJson.Default.TenantSettings)! with { Version = reader.GetInt64(1) },
        new DateTimeOffset(reader.GetInt64(3), TimeSpan.Zero));
}
