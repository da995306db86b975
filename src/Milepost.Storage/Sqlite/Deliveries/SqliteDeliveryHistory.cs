using Milepost.Core.Deliveries;

namespace Milepost.Storage.Sqlite.Deliveries;

public sealed class SqliteDeliveryHistory(SqliteDatabase database) : IDeliveryHistory
{
    public Task<IReadOnlyList<DeliveryDetails>> ListAsync(string tenant, string customerId, string? after, int limit, CancellationToken cancellationToken) =>
        Task.FromResult(database.Read(session => (IReadOnlyList<DeliveryDetails>)
        [
            .. SqliteDeliveryRows.Read(session.Prepare($"{SqliteDeliveryRows.Select} WHERE tenant = ? AND customer = ? AND id > ? ORDER BY id LIMIT ?")
                .Bind(1, tenant).Bind(2, customerId).Bind(3, after ?? "").Bind(4, limit))
                .Select(row => new DeliveryDetails(row, SqliteDeliveryRows.Attempts(session, tenant, row.Delivery.Id), SqliteDeliveryRows.Notes(session, tenant, row.Delivery.Id))),
        ]));
}
