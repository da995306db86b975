using Milepost.Core.Access;
using Npgsql;
using NpgsqlTypes;

namespace Milepost.Storage.Postgres;

public sealed class PostgresRevocationStore(PostgresDatabase database) : IRevocationStore
{
    public Task AddAsync(Revocation revocation, CancellationToken cancellationToken) => database.WriteAsync(
        TenantScope.Of(revocation.Tenant),
        async session =>
        {
            session.Add(
                "INSERT INTO revocations (tenant, subject, before, at, reason) VALUES ($1, $2, $3, $4, $5)",
                revocation.Tenant, revocation.Subject, revocation.Before.UtcTicks, revocation.At.UtcTicks,
                new NpgsqlParameter { Value = (object?)revocation.Reason ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
            await session.CommitAsync();
            return true;
        },
        cancellationToken);

    // Every node must know everybody's: this is a pass over the whole installation.
    public Task<IReadOnlyList<Revocation>> ListSinceAsync(DateTimeOffset at, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Revocation>>(
        TenantScope.All,
        session => session.Add("SELECT place, tenant, subject, before, at, reason FROM revocations WHERE at >= $1 ORDER BY at, place", at.UtcTicks),
        async reader => [.. (await ReadAsync(reader, cancellationToken)).Select(listed => listed.Revocation)],
        cancellationToken);

    public Task<IReadOnlyList<ListedRevocation>> ListAsync(string tenant, long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ListedRevocation>>(
            TenantScope.Of(tenant),
            session => session.Add(
                "SELECT place, tenant, subject, before, at, reason FROM revocations WHERE tenant = $1 AND place < $2 ORDER BY place DESC LIMIT $3",
                tenant, before ?? long.MaxValue, (long)limit),
            async reader => await ReadAsync(reader, cancellationToken),
            cancellationToken);

    private static async Task<List<ListedRevocation>> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var rows = new List<ListedRevocation>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var reason = await reader.IsDBNullAsync(5, cancellationToken) ? null : reader.GetString(5);
            var revocation = new Revocation(
                reader.GetString(1), reader.GetString(2), new DateTimeOffset(reader.GetInt64(3), TimeSpan.Zero), new DateTimeOffset(reader.GetInt64(4), TimeSpan.Zero), reason);
            rows.Add(new ListedRevocation(revocation, reader.GetInt64(0)));
        }

        return rows;
    }
}
