using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Customers;
using Milepost.Core.Deliveries;
using Milepost.Core.Orders;

namespace Milepost.Storage.Sqlite.Deliveries;

public sealed class SqliteClearanceStore(SqliteDatabase database) : IClearanceStore
{
    public Task<IReadOnlyList<ClearanceFacts>> ReadAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken) =>
        Task.FromResult(database.Read<IReadOnlyList<ClearanceFacts>>(session => [.. deliveries.Select(delivery => new ClearanceFacts
        {
            Customer = FindCustomer(session, delivery),
            Order = FindOrder(session, delivery),
            Acknowledged = Acknowledged(session, delivery),
            Siblings = delivery.Topic is { } topic ? Siblings(session, delivery.Tenant, topic) : [],
        })]));

    private static Customer? FindCustomer(SqliteSession session, Delivery delivery)
    {
        using var statement = session.Prepare("SELECT body FROM customers WHERE tenant = ? AND id = ?").Bind(1, delivery.Tenant).Bind(2, delivery.CustomerId);
        return statement.Step() ? JsonSerializer.Deserialize(statement.Blob(0), CoreJson.Default.Customer) : null;
    }

    private static Order? FindOrder(SqliteSession session, Delivery delivery)
    {
        using var statement = session.Prepare("SELECT body FROM orders WHERE tenant = ? AND id = ?").Bind(1, delivery.Tenant).Bind(2, delivery.OrderId);
        return statement.Step() ? JsonSerializer.Deserialize(statement.Blob(0), CoreJson.Default.Order) : null;
    }

    private static long Acknowledged(SqliteSession session, Delivery delivery)
    {
        using var statement = session.Prepare("SELECT acknowledged FROM streams WHERE tenant = ? AND label = ?")
            .Bind(1, delivery.Tenant).Bind(2, Protocol.Streams.StreamName.Customer(delivery.Tenant, delivery.CustomerId).Label);
        return statement.Step() ? statement.Long(0) : 0;
    }

    private static List<QueuedDelivery> Siblings(SqliteSession session, string tenant, string topic)
    {
        var siblings = SqliteDeliveryRows.Read(session
            .Prepare($"{SqliteDeliveryRows.Select} WHERE tenant = ? AND topic = ? ORDER BY place DESC LIMIT ?").Bind(1, tenant).Bind(2, topic).Bind(3, ClearanceFacts.MaxSiblings));
        siblings.Reverse();
        return siblings;
    }
}
