using Milepost.Core.Deliveries;

namespace Milepost.Storage.Sqlite.Deliveries;

public sealed class SqliteSuppressionStore : ISuppressionStore
{
    private const string Columns = "hash, channel, masked, reason, detail, since, place";
    private readonly SqliteDatabase _database;
    private readonly Lazy<AddressHash> _hash;

    public SqliteSuppressionStore(SqliteDatabase database, AddressSecret secret)
    {
        _database = database;
        _hash = new Lazy<AddressHash>(() => database.Read(session =>
        {
            using var statement = session.Prepare("SELECT value FROM meta WHERE key = 'address_key'");
            statement.Step();
            return new AddressHash(statement.Text(0), secret);
        }));
    }

    public Task<IReadOnlyList<SuppressedAddress?>> FindAsync(IReadOnlyList<ChannelAddress> addresses, CancellationToken cancellationToken)
    {
        var hash = _hash.Value;
        return Task.FromResult(_database.Read(session =>
        {
            var found = new List<SuppressedAddress?>(addresses.Count);
            foreach (var address in addresses)
            {
                using var statement = session.Prepare($"SELECT {Columns} FROM suppressions WHERE tenant = ? AND hash = ?")
                    .Bind(1, address.Tenant).Bind(2, hash.Of(address.Tenant, address.Channel, address.Address).AsSpan());
                found.Add(statement.Step() ? Read(statement) : null);
            }

            return (IReadOnlyList<SuppressedAddress?>)found;
        }));
    }

    public Task<int> AddAsync(IReadOnlyList<Suppression> suppressions, CancellationToken cancellationToken)
    {
        var rows = SuppressionRow.Of(_hash.Value, suppressions);
        return _database.WriteAsync(
            session =>
            {
                var added = 0;
                foreach (var row in rows)
                {
                    using (var insert = session.Prepare(
                        "INSERT INTO suppressions (tenant, hash, channel, masked, reason, detail, since) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, hash) DO NOTHING RETURNING place")
                        .Bind(1, row.Tenant).Bind(2, row.Hash.AsSpan()).Bind(3, (int)row.Channel).Bind(4, row.Masked).Bind(5, (int)row.Reason).Bind(6, row.Detail).Bind(7, row.Since))
                    {
                        if (insert.Step())
                        {
                            added++;
                            continue;
                        }
                    }

                    session.Prepare("UPDATE suppressions SET reason = ?1, detail = ?2 WHERE tenant = ?3 AND hash = ?4 AND reason < ?1")
                        .Bind(1, (int)row.Reason).Bind(2, row.Detail).Bind(3, row.Tenant).Bind(4, row.Hash.AsSpan()).Run();
                }

                return added;
            },
            cancellationToken);
    }

    public async Task<bool> RemoveAsync(string tenant, string id, CancellationToken cancellationToken) =>
        SuppressionRow.HashOf(id) is { } hash && await _database.WriteAsync(
            session =>
            {
                using var statement = session.Prepare("DELETE FROM suppressions WHERE tenant = ? AND hash = ? RETURNING place").Bind(1, tenant).Bind(2, hash.AsSpan());
                return statement.Step();
            },
            cancellationToken);

    public Task<IReadOnlyList<SuppressedAddress>> ListAsync(string tenant, long? before, int limit, CancellationToken cancellationToken) => Task.FromResult(_database.Read(session =>
    {
        using var statement = session.Prepare($"SELECT {Columns} FROM suppressions WHERE tenant = ? AND place < ? ORDER BY place DESC LIMIT ?")
            .Bind(1, tenant).Bind(2, before ?? long.MaxValue).Bind(3, limit);
        var rows = new List<SuppressedAddress>();
        while (statement.Step())
        {
            rows.Add(Read(statement));
        }

        return (IReadOnlyList<SuppressedAddress>)rows;
    }));

    private static SuppressedAddress Read(in SqliteStatement statement) => new(
        SuppressionRow.IdOf(statement.Blob(0)), (DeliveryChannel)statement.Int(1), statement.Text(2), (SuppressionReason)statement.Int(3),
        statement.IsNull(4) ? null : statement.Text(4), statement.Time(5)!.Value, statement.Long(6));
}
