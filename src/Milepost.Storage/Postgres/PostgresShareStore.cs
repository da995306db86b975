using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Sharing;
using Npgsql;
using NpgsqlTypes;

namespace Milepost.Storage.Postgres;

public sealed class PostgresShareStore(PostgresDatabase database) : IShareStore
{
    private const string Columns = "s.tenant, s.id, s.order_id, s.name, s.created_at, s.created_by, s.expires_at, s.revoked_at, s.last_used_at, s.uses";

    // Of an order under way nothing more is needed.
    private const string WithOrder = $"""
        SELECT {Columns}, CASE WHEN NOT o.active THEN o.body END FROM unnest($1, $2) AS k (tenant, id)
        JOIN shares s ON s.tenant = k.tenant AND s.id = k.id JOIN orders o ON o.tenant = s.tenant AND o.id = s.order_id
        """;

    public Task<ShareAdded> AddAsync(Share share, ReadOnlyMemory<byte> tokenHash, int most, CancellationToken cancellationToken) => database.WriteAsync(
        TenantScope.Of(share.Tenant),
        async session =>
        {
            // The order's row is the lock: of two links made at once the second counts the first.
            session.Add("SELECT 1 FROM orders WHERE tenant = $1 AND id = $2 FOR UPDATE", share.Tenant, share.OrderId);
            await using (var order = await session.SendAsync())
            {
                if (!await order.ReadAsync(cancellationToken))
                {
                    return ShareAdded.NoOrder;
                }
            }

            session.Add(
                """
                INSERT INTO shares (tenant, id, order_id, hash, name, created_at, created_by, expires_at)
                SELECT $1, $2, $3, $4, $5, $6, $7, $8
                WHERE (SELECT count(*) FROM shares WHERE tenant = $1 AND order_id = $3 AND revoked_at IS NULL AND expires_at > $6) < $9
                RETURNING place
                """,
                share.Tenant, share.Id, share.OrderId, tokenHash.ToArray(), new NpgsqlParameter { Value = (object?)share.Name ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                share.CreatedAt.UtcTicks, share.CreatedBy, share.ExpiresAt.UtcTicks, (long)most);
            return await AnyAsync(session, cancellationToken) ? ShareAdded.Added : ShareAdded.TooMany;
        },
        cancellationToken);

    public async Task<SharedOrder?> FindAsync(ReadOnlyMemory<byte> tokenHash, CancellationToken cancellationToken)
    {
        var hash = tokenHash.ToArray();
        var key = await database.ReadAsync<ShareKey?>(
            // Nobody's rows but the one that the hash opens (policy "bearer").
            TenantScope.Of([]),
            session =>
            {
                session.Add("SELECT set_config('milepost.share', $1, true)", Convert.ToHexStringLower(hash));
                session.Add("SELECT tenant, id FROM shares WHERE hash = $1", hash);
            },
            async reader =>
            {
                await reader.NextResultAsync(cancellationToken);
                return await reader.ReadAsync(cancellationToken) ? new ShareKey(reader.GetString(0), reader.GetString(1)) : null;
            },
            cancellationToken);
        return key is { } found ? (await FindAsync([found], cancellationToken)).FirstOrDefault() : null;
    }

    public Task<IReadOnlyList<SharedOrder>> FindAsync(IReadOnlyCollection<ShareKey> keys, CancellationToken cancellationToken) => keys.Count == 0
        ? Task.FromResult<IReadOnlyList<SharedOrder>>([])
        : database.ReadAsync<IReadOnlyList<SharedOrder>>(
            TenantScope.Of(keys.Select(key => key.Tenant)),
            session => session.Add(WithOrder, keys.Select(key => key.Tenant).ToArray(), keys.Select(key => key.Id).ToArray()),
            async reader =>
            {
                var found = new List<SharedOrder>(keys.Count);
                while (await reader.ReadAsync(cancellationToken))
                {
                    DateTimeOffset? ended = reader.IsDBNull(10) ? null : ShareRules.EndOf(JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(10), CoreJson.Default.Order)!);
                    found.Add(new SharedOrder(Read(reader), ended));
                }

                return found;
            },
            cancellationToken);

    public Task<IReadOnlyList<Share>> ListAsync(string tenant, string orderId, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Share>>(
        TenantScope.Of(tenant),
        session => session.Add($"SELECT {Columns} FROM shares s WHERE s.tenant = $1 AND s.order_id = $2 ORDER BY s.place DESC", tenant, orderId),
        async reader =>
        {
            var shares = new List<Share>();
            while (await reader.ReadAsync(cancellationToken))
            {
                shares.Add(Read(reader));
            }

            return shares;
        },
        cancellationToken);

    public Task<bool> RevokeAsync(string tenant, string orderId, string id, DateTimeOffset at, CancellationToken cancellationToken) => database.WriteAsync(
        TenantScope.Of(tenant),
        session =>
        {
            session.Add("UPDATE shares SET revoked_at = COALESCE(revoked_at, $4) WHERE tenant = $1 AND order_id = $2 AND id = $3 RETURNING place", tenant, orderId, id, at.UtcTicks);
            return AnyAsync(session, cancellationToken);
        },
        cancellationToken);

    public Task UsedAsync(IReadOnlyCollection<ShareUse> uses, CancellationToken cancellationToken) => uses.Count == 0
        ? Task.CompletedTask
        : database.WriteAsync(
            TenantScope.Of(uses.Select(use => use.Share.Tenant)),
            async session =>
            {
                // Sorted, so that two nodes that write the same links at once take their rows in one order.
                ShareUse[] sorted = [.. uses.OrderBy(use => use.Share.Tenant, StringComparer.Ordinal).ThenBy(use => use.Share.Id, StringComparer.Ordinal)];
                string[] tenants = Array.ConvertAll(sorted, use => use.Share.Tenant), ids = Array.ConvertAll(sorted, use => use.Share.Id);
                session.Add("SELECT 1 FROM shares s JOIN unnest($1, $2) AS k (tenant, id) USING (tenant, id) ORDER BY s.tenant, s.id FOR UPDATE OF s", tenants, ids);
                session.Add(
                    """
                    UPDATE shares s SET uses = s.uses + k.times, last_used_at = GREATEST(s.last_used_at, k.at)
                    FROM unnest($1, $2, $3, $4) AS k (tenant, id, times, at) WHERE s.tenant = k.tenant AND s.id = k.id
                    """,
                    tenants, ids, Array.ConvertAll(sorted, use => use.Times), Array.ConvertAll(sorted, use => use.LastAt.UtcTicks));
                await session.CommitAsync();
                return true;
            },
            cancellationToken);

    // A pass over the whole installation.
    public Task<long> DropBeforeAsync(DateTimeOffset before, CancellationToken cancellationToken) => database.WriteAsync(
        TenantScope.All,
        async session =>
        {
            session.Add("WITH gone AS (DELETE FROM shares WHERE expires_at < $1 OR revoked_at < $1 RETURNING 1) SELECT count(*) FROM gone", before.UtcTicks);
            await using var reader = await session.SendLastAsync();
            await reader.ReadAsync(cancellationToken);
            var dropped = reader.GetInt64(0);
            await EndAsync(reader, cancellationToken);
            return dropped;
        },
        cancellationToken);

    /// <summary>Of erased customers' orders.</summary>
    internal static void Erase(PostgresSession session, IReadOnlyCollection<Order> orders) => session.Add(
        "DELETE FROM shares s USING unnest($1, $2) AS k (tenant, order_id) WHERE s.tenant = k.tenant AND s.order_id = k.order_id",
        orders.Select(order => order.Tenant).ToArray(), orders.Select(order => order.Id).ToArray());

    private static async Task<bool> AnyAsync(PostgresSession session, CancellationToken cancellationToken)
    {
        await using var reader = await session.SendLastAsync();
        var any = await reader.ReadAsync(cancellationToken);
        await EndAsync(reader, cancellationToken);
        return any;
    }

    // Where the commit's failure would show.
    private static async Task EndAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        while (await reader.NextResultAsync(cancellationToken))
        {
        }
    }

    private static Share Read(NpgsqlDataReader reader) => new()
    {
        Tenant = reader.GetString(0),
        Id = reader.GetString(1),
        OrderId = reader.GetString(2),
        Name = reader.IsDBNull(3) ? null : reader.GetString(3),
        CreatedAt = Time(reader.GetInt64(4)),
        CreatedBy = reader.GetString(5),
        ExpiresAt = Time(reader.GetInt64(6)),
        RevokedAt = reader.IsDBNull(7) ? null : Time(reader.GetInt64(7)),
        LastUsedAt = reader.IsDBNull(8) ? null : Time(reader.GetInt64(8)),
        Uses = reader.GetInt64(9),
    };

    private static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);
}
