using Milepost.Core.Deliveries;
using Npgsql;

namespace Milepost.Storage.Postgres.Deliveries;

public sealed class PostgresDeliveryHistory(PostgresDatabase database) : IDeliveryHistory
{
    private const string Page = "(SELECT id FROM deliveries WHERE tenant = $1 AND customer = $2 AND id > $3 ORDER BY id LIMIT $4)";

    public Task<IReadOnlyList<DeliveryDetails>> ListAsync(string tenant, string customerId, string? after, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        TenantScope.Of(tenant),
        session =>
        {
            object[] page = [tenant, customerId, after ?? "", (long)limit];
            session.Add($"{PostgresDeliveryRows.Select} WHERE tenant = $1 AND id IN {Page} ORDER BY id", page);
            session.Add($"SELECT number, owner, started, finished, outcome, answer, delivery FROM delivery_attempts WHERE tenant = $1 AND delivery IN {Page} ORDER BY delivery, number", page);
            session.Add($"SELECT number, at, code, text, delivery FROM delivery_notes WHERE tenant = $1 AND delivery IN {Page} ORDER BY delivery, number", page);
        },
        async reader =>
        {
            var rows = await PostgresDeliveryRows.ReadAsync(reader, CancellationToken.None);
            await reader.NextResultAsync(CancellationToken.None);
            var attempts = await ReadAsync(reader, 6, PostgresDeliveryRows.Attempt);
            await reader.NextResultAsync(CancellationToken.None);
            var notes = await ReadAsync(reader, 4, PostgresDeliveryRows.Note);
            return (IReadOnlyList<DeliveryDetails>)[.. rows.Select(row => new DeliveryDetails(row, [.. attempts[row.Delivery.Id]], [.. notes[row.Delivery.Id]]))];
        },
        cancellationToken);

    private static async Task<ILookup<string, T>> ReadAsync<T>(NpgsqlDataReader reader, int idColumn, Func<NpgsqlDataReader, T> read)
    {
        var found = new List<(string Id, T Row)>();
        while (await reader.ReadAsync(CancellationToken.None))
        {
            found.Add((reader.GetString(idColumn), read(reader)));
        }

        return found.ToLookup(row => row.Id, row => row.Row, StringComparer.Ordinal);
    }
}
