using Milepost.Core.Deliveries;
using Npgsql;

namespace Milepost.Storage.Postgres.Deliveries;

public sealed class PostgresSuppressionStore(PostgresDatabase database, AddressSecret secret) : ISuppressionStore
{
    private const string Columns = "hash, channel, masked, reason, detail, since, place";

    // The same for ever; read once. Two that read it at the same time read the same.
    private volatile AddressHash? _hash;

    public async Task<IReadOnlyList<SuppressedAddress?>> FindAsync(IReadOnlyList<ChannelAddress> addresses, CancellationToken cancellationToken)
    {
        if (addresses.Count == 0)
        {
            return [];
        }

        var hash = await HashAsync(cancellationToken);
        string[] tenants = [.. addresses.Select(address => address.Tenant)];
        byte[][] hashes = [.. addresses.Select(address => hash.Of(address.Tenant, address.Channel, address.Address))];
        return await database.ReadAsync<IReadOnlyList<SuppressedAddress?>>(
            TenantScope.Of(tenants),
            session => session.Add(
                $"SELECT asked.index, {Columns} FROM unnest($1, $2) WITH ORDINALITY AS asked (tenant, hash, index) JOIN suppressions USING (tenant, hash)", tenants, hashes),
            async reader =>
            {
                var found = new SuppressedAddress?[addresses.Count];
                while (await reader.ReadAsync(cancellationToken))
                {
                    found[reader.GetInt64(0) - 1] = Read(reader, 1);
                }

                return found;
            },
            cancellationToken);
    }

    public async Task<int> AddAsync(IReadOnlyList<Suppression> suppressions, CancellationToken cancellationToken)
    {
        if (suppressions.Count == 0)
        {
            return 0;
        }

        var rows = SuppressionRow.Of(await HashAsync(cancellationToken), suppressions);
        return await database.WriteAsync(
            TenantScope.Of(rows.Select(row => row.Tenant)),
            async session =>
            {
                // xmax is 0 in a row that nobody has changed: it was inserted.
                session.Add(
                    """
                    WITH told AS (
                        INSERT INTO suppressions AS s (tenant, hash, channel, masked, reason, detail, since)
                        SELECT k.* FROM unnest($1, $2, $3, $4, $5, $6, $7) AS k
                        ON CONFLICT (tenant, hash) DO UPDATE SET reason = excluded.reason, detail = excluded.detail WHERE s.reason < excluded.reason
                        RETURNING xmax = 0 AS added)
                    SELECT count(*) FILTER (WHERE added) FROM told
                    """,
                    Column(rows, row => row.Tenant), Column(rows, row => row.Hash), Column(rows, row => (int)row.Channel), Column(rows, row => row.Masked),
                    Column(rows, row => (int)row.Reason), Column(rows, row => row.Detail), Column(rows, row => row.Since.UtcTicks));
                await using var reader = await session.SendLastAsync();
                await reader.ReadAsync(cancellationToken);
                var added = (int)reader.GetInt64(0);
                while (await reader.NextResultAsync(cancellationToken))
                {
                }

                return added;
            },
            cancellationToken);
    }

    public async Task<bool> RemoveAsync(string tenant, string id, CancellationToken cancellationToken) =>
        SuppressionRow.HashOf(id) is { } hash && await database.WriteAsync(
            TenantScope.Of(tenant),
            async session =>
            {
                session.Add("DELETE FROM suppressions WHERE tenant = $1 AND hash = $2 RETURNING place", tenant, hash);
                await using var reader = await session.SendLastAsync();
                var removed = await reader.ReadAsync(cancellationToken);
                while (await reader.NextResultAsync(cancellationToken))
                {
                }

                return removed;
            },
            cancellationToken);

    public Task<IReadOnlyList<SuppressedAddress>> ListAsync(string tenant, long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<SuppressedAddress>>(
            TenantScope.Of(tenant),
            session => session.Add($"SELECT {Columns} FROM suppressions WHERE tenant = $1 AND place < $2 ORDER BY place DESC LIMIT $3", tenant, before ?? long.MaxValue, (long)limit),
            async reader =>
            {
                var rows = new List<SuppressedAddress>();
                while (await reader.ReadAsync(cancellationToken))
                {
                    rows.Add(Read(reader, 0));
                }

                return rows;
            },
            cancellationToken);

    private async ValueTask<AddressHash> HashAsync(CancellationToken cancellationToken) => _hash ??= await database.ReadAsync(
        // Not a tenant's: the table has none.
        TenantScope.Of([]),
        session => session.Add("SELECT value FROM meta WHERE key = 'address_key'"),
        async reader =>
        {
            await reader.ReadAsync(cancellationToken);
            return new AddressHash(reader.GetString(0), secret);
        },
        cancellationToken);

    private static SuppressedAddress Read(NpgsqlDataReader reader, int first) => new(
        SuppressionRow.IdOf(reader.GetFieldValue<byte[]>(first)), (DeliveryChannel)reader.GetInt32(first + 1), reader.GetString(first + 2), (SuppressionReason)reader.GetInt32(first + 3),
        reader.IsDBNull(first + 4) ? null : reader.GetString(first + 4), new DateTimeOffset(reader.GetInt64(first + 5), TimeSpan.Zero), reader.GetInt64(first + 6));

    private static TValue[] Column<TValue>(IReadOnlyList<SuppressionRow> rows, Func<SuppressionRow, TValue> value) => [.. rows.Select(value)];
}
