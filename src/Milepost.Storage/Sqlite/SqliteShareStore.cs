using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Recording;
using Milepost.Core.Sharing;

namespace Milepost.Storage.Sqlite;

public sealed class SqliteShareStore(SqliteDatabase database) : IShareStore
{
    private const string Columns = "s.tenant, s.id, s.order_id, s.name, s.created_at, s.created_by, s.expires_at, s.revoked_at, s.last_used_at, s.uses";

    // Of an order under way nothing more is needed.
    private const string WithOrder = $"SELECT {Columns}, CASE WHEN o.active = 0 THEN o.body END FROM shares s JOIN orders o ON o.tenant = s.tenant AND o.id = s.order_id";

    public Task<ShareAdded> AddAsync(Share share, ReadOnlyMemory<byte> tokenHash, int most, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            using (var order = session.Prepare("SELECT 1 FROM orders WHERE tenant = ? AND id = ?").Bind(1, share.Tenant).Bind(2, share.OrderId))
            {
                if (!order.Step())
                {
                    return ShareAdded.NoOrder;
                }
            }

            using (var live = session.Prepare("SELECT COUNT(*) FROM shares WHERE tenant = ? AND order_id = ? AND revoked_at IS NULL AND expires_at > ?")
                .Bind(1, share.Tenant).Bind(2, share.OrderId).Bind(3, share.CreatedAt))
            {
                live.Step();
                if (live.Long(0) >= most)
                {
                    return ShareAdded.TooMany;
                }
            }

            session.Prepare("INSERT INTO shares (tenant, id, order_id, hash, name, created_at, created_by, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
                .Bind(1, share.Tenant).Bind(2, share.Id).Bind(3, share.OrderId).Bind(4, tokenHash.Span).Bind(5, share.Name)
                .Bind(6, share.CreatedAt).Bind(7, share.CreatedBy).Bind(8, share.ExpiresAt).Run();
            return ShareAdded.Added;
        },
        cancellationToken);

    public Task<SharedOrder?> FindAsync(ReadOnlyMemory<byte> tokenHash, CancellationToken cancellationToken) => Task.FromResult(database.Read(session =>
    {
        using var statement = session.Prepare($"{WithOrder} WHERE s.hash = ?").Bind(1, tokenHash.Span);
        return statement.Step() ? ReadWithOrder(statement) : null;
    }));

    public Task<IReadOnlyList<SharedOrder>> FindAsync(IReadOnlyCollection<ShareKey> keys, CancellationToken cancellationToken) => Task.FromResult(database.Read(session =>
    {
        var found = new List<SharedOrder>(keys.Count);
        foreach (var key in keys)
        {
            using var statement = session.Prepare($"{WithOrder} WHERE s.tenant = ? AND s.id = ?").Bind(1, key.Tenant).Bind(2, key.Id);
            if (statement.Step())
            {
                found.Add(ReadWithOrder(statement));
            }
        }

        return (IReadOnlyList<SharedOrder>)found;
    }));

    public Task<IReadOnlyList<Share>> ListAsync(string tenant, string orderId, CancellationToken cancellationToken) => Task.FromResult(database.Read(session =>
    {
        using var statement = session.Prepare($"SELECT {Columns} FROM shares s WHERE s.tenant = ? AND s.order_id = ? ORDER BY s.place DESC").Bind(1, tenant).Bind(2, orderId);
        var shares = new List<Share>();
        while (statement.Step())
        {
            shares.Add(Read(statement));
        }

        return (IReadOnlyList<Share>)shares;
    }));

    public Task<bool> RevokeAsync(string tenant, string orderId, string id, DateTimeOffset at, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.Count(session.Prepare("UPDATE shares SET revoked_at = COALESCE(revoked_at, ?) WHERE tenant = ? AND order_id = ? AND id = ?")
            .Bind(1, at).Bind(2, tenant).Bind(3, orderId).Bind(4, id)) > 0,
        cancellationToken);

    public Task UsedAsync(IReadOnlyCollection<ShareUse> uses, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            foreach (var use in uses)
            {
                session.Prepare("UPDATE shares SET uses = uses + ?, last_used_at = MAX(COALESCE(last_used_at, 0), ?) WHERE tenant = ? AND id = ?")
                    .Bind(1, use.Times).Bind(2, use.LastAt).Bind(3, use.Share.Tenant).Bind(4, use.Share.Id).Run();
            }

            return true;
        },
        cancellationToken);

    public Task<long> DropBeforeAsync(DateTimeOffset before, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.Count(session.Prepare("DELETE FROM shares WHERE expires_at < ?1 OR revoked_at < ?1").Bind(1, before)),
        cancellationToken);

    /// <summary>Of an erased customer's order.</summary>
    internal static void Erase(SqliteSession session, TenantKey order) =>
        session.Prepare("DELETE FROM shares WHERE tenant = ? AND order_id = ?").Bind(1, order.Tenant).Bind(2, order.Id).Run();

    private static SharedOrder ReadWithOrder(in SqliteStatement statement) =>
        new(Read(statement), statement.IsNull(10) ? null : ShareRules.EndOf(JsonSerializer.Deserialize(statement.Blob(10), CoreJson.Default.Order)!));

    private static Share Read(in SqliteStatement statement) => new()
    {
        Tenant = statement.Text(0),
        Id = statement.Text(1),
        OrderId = statement.Text(2),
        Name = statement.IsNull(3) ? null : statement.Text(3),
        CreatedAt = statement.Time(4)!.Value,
        CreatedBy = statement.Text(5),
        ExpiresAt = statement.Time(6)!.Value,
        RevokedAt = statement.Time(7),
        LastUsedAt = statement.Time(8),
        Uses = statement.Long(9),
    };
}
