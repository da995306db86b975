using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Customers;
using Milepost.Core.Deliveries;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Protocol.Streams;

namespace Milepost.Storage.Postgres.Deliveries;

/// <summary>Reads for many deliveries of many tenants in one round trip; requests do not come this way.</summary>
public sealed class PostgresClearanceStore(PostgresDatabase database) : IClearanceStore
{
    public async Task<IReadOnlyList<ClearanceFacts>> ReadAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        if (deliveries.Count == 0)
        {
            return [];
        }

        TenantKey[] customers = [.. deliveries.Select(delivery => new TenantKey(delivery.Tenant, delivery.CustomerId)).Distinct()];
        TenantKey[] orders = [.. deliveries.Where(delivery => delivery.OrderId is not null).Select(delivery => new TenantKey(delivery.Tenant, delivery.OrderId!)).Distinct()];
        TenantKey[] topics = [.. deliveries.Where(delivery => delivery.Topic is not null).Select(delivery => new TenantKey(delivery.Tenant, delivery.Topic!)).Distinct()];
        string[] labels = [.. customers.Select(key => StreamName.Customer(key.Tenant, key.Id).Label)];
        return await database.ReadAsync<IReadOnlyList<ClearanceFacts>>(
            TenantScope.All,
            session =>
            {
                session.Add("SELECT c.tenant, c.id, c.body FROM unnest($1, $2) AS k (tenant, id) JOIN customers c ON c.tenant = k.tenant AND c.id = k.id", Tenants(customers), Ids(customers));
                session.Add("SELECT o.tenant, o.id, o.body FROM unnest($1, $2) AS k (tenant, id) JOIN orders o ON o.tenant = k.tenant AND o.id = k.id", Tenants(orders), Ids(orders));
                session.Add("SELECT s.tenant, k.id, s.acknowledged FROM unnest($1, $2, $3) AS k (tenant, id, label) JOIN streams s ON s.tenant = k.tenant AND s.label = k.label", Tenants(customers), Ids(customers), labels);
                session.Add(
                    $"""
                    SELECT d.* FROM unnest($1, $2) AS k (tenant, topic)
                    CROSS JOIN LATERAL ({PostgresDeliveryRows.Select} WHERE tenant = k.tenant AND topic = k.topic ORDER BY place DESC LIMIT $3) d
                    """,
                    Tenants(topics), Ids(topics), (long)ClearanceFacts.MaxSiblings);
            },
            async reader =>
            {
                Dictionary<TenantKey, Customer> foundCustomers = [];
                while (await reader.ReadAsync(cancellationToken))
                {
                    foundCustomers.Add(new TenantKey(reader.GetString(0), reader.GetString(1)), JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(2), CoreJson.Default.Customer)!);
                }

                Dictionary<TenantKey, Order> foundOrders = [];
                await reader.NextResultAsync(cancellationToken);
                while (await reader.ReadAsync(cancellationToken))
                {
                    foundOrders.Add(new TenantKey(reader.GetString(0), reader.GetString(1)), JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(2), CoreJson.Default.Order)!);
                }

                Dictionary<TenantKey, long> acknowledged = [];
                await reader.NextResultAsync(cancellationToken);
                while (await reader.ReadAsync(cancellationToken))
                {
                    acknowledged.Add(new TenantKey(reader.GetString(0), reader.GetString(1)), reader.GetInt64(2));
                }

                await reader.NextResultAsync(cancellationToken);
                var siblings = (await PostgresDeliveryRows.ReadAsync(reader, cancellationToken)).ToLookup(row => new TenantKey(row.Delivery.Tenant, row.Delivery.Topic!));
                return [.. deliveries.Select(delivery => new ClearanceFacts
                {
                    Customer = foundCustomers.GetValueOrDefault(new TenantKey(delivery.Tenant, delivery.CustomerId)),
                    Order = delivery.OrderId is null ? null : foundOrders.GetValueOrDefault(new TenantKey(delivery.Tenant, delivery.OrderId)),
                    Acknowledged = acknowledged.GetValueOrDefault(new TenantKey(delivery.Tenant, delivery.CustomerId)),
                    Siblings = delivery.Topic is null ? [] : [.. siblings[new TenantKey(delivery.Tenant, delivery.Topic)].OrderBy(row => row.Delivery.Place)],
                })];
            },
            cancellationToken);
    }

    private static string[] Tenants(TenantKey[] keys) => Array.ConvertAll(keys, key => key.Tenant);

    private static string[] Ids(TenantKey[] keys) => Array.ConvertAll(keys, key => key.Id);
}
