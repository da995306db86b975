using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Deliveries;
using Milepost.Core.Erasure;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Protocol.Events;
using Milepost.Protocol.Streams;
using Milepost.Storage.Postgres.Deliveries;
using Milepost.Storage.Postgres.Tracking;
using Npgsql;

namespace Milepost.Storage.Postgres;

/// <summary>
/// Takes what is personal out of everything that is stored of erased customers, behind the rest of their plan and in its transaction. The customers'
/// orders are locked with those of the batch, since orders come before customers; which they are is looked up again behind the customers' locks.
/// </summary>
internal static class PostgresErasure
{
    private const string OrdersOf = """
        SELECT o.tenant, o.id, o.customer FROM unnest($1, $2) AS k (tenant, customer) JOIN orders o ON o.tenant = k.tenant AND o.customer = k.customer
        UNION
        SELECT e.tenant, substr(e.subject, length('order:') + 1), e.customer FROM unnest($1, $2) AS k (tenant, customer) JOIN events e ON e.tenant = k.tenant AND e.customer = k.customer
        """;

    private const string EventsOf =
        "SELECT e.place, e.body FROM unnest($1, $2) AS k (tenant, subject) JOIN events e ON e.tenant = k.tenant AND e.subject = k.subject ORDER BY e.place";

    /// <summary>The orders that have to be locked besides the batch's own.</summary>
    public static async Task<IReadOnlyList<TenantKey>> FindOrdersAsync(PostgresSession session, IReadOnlyList<RecordedEvent> events)
    {
        TenantKey[] customers = [.. events.Where(recorded => recorded.Type == EventTypes.CustomerErased).Select(recorded => new TenantKey(recorded.Tenant, recorded.Subject)).Distinct()];
        return customers.Length == 0 ? [] : [.. (await ReadOrdersAsync(session, customers)).Select(order => order.Order).Distinct()];
    }

    public static async Task RunAsync(PostgresSession session, RecordingPlan plan, IReadOnlyDictionary<StreamName, LockedStream> locked)
    {
        if (plan.Erased.Count > 0)
        {
            TenantKey[] customers = [.. plan.Erased.Keys];
            await EraseOrdersAsync(session, await ReadOrdersAsync(session, customers), locked);
            await EraseEventsAsync(session, customers);
            await EraseDeliveriesAsync(session, customers, plan.Erased.Values.First().Time);
            EraseInboxes(session, customers, [.. plan.Erased.Values], locked);
        }

        await EraseOrdersAsync(session, [.. plan.FoundErased.Select(found => (found.Key, found.Value))], locked);
    }

    private static async Task<List<(TenantKey Order, string CustomerId)>> ReadOrdersAsync(PostgresSession session, TenantKey[] customers)
    {
        session.Add(OrdersOf, Tenants(customers), Ids(customers));
        await using var reader = await session.SendAsync();
        var orders = new List<(TenantKey Order, string CustomerId)>();
        while (await reader.ReadAsync())
        {
            orders.Add((new TenantKey(reader.GetString(0), reader.GetString(1)), reader.GetString(2)));
        }

        return orders;
    }

    private static async Task EraseEventsAsync(PostgresSession session, TenantKey[] customers)
    {
        session.Add(EventsOf, Tenants(customers), Array.ConvertAll(customers, customer => PostgresRecording.CustomerKey(customer.Id)));
        Save(session, [.. (await ReadEventsAsync(session)).Select(row => (row.Place, PersonalData.Without(row.Event, row.Event.Subject)))]);
    }

    private static async Task EraseOrdersAsync(PostgresSession session, IReadOnlyCollection<(TenantKey Order, string CustomerId)> named, IReadOnlyDictionary<StreamName, LockedStream> locked)
    {
        var customers = named.GroupBy(name => name.Order, name => name.CustomerId).ToDictionary(order => order.Key, order => order.ToHashSet(StringComparer.Ordinal));
        if (customers.Count == 0)
        {
            return;
        }

        TenantKey[] orders = [.. customers.Keys];
        if (!Array.TrueForAll(orders, order => locked.ContainsKey(StreamName.Order(order.Tenant, order.Id))))
        {
            // Somebody has made one the customer's between our two looks.
            throw new OvertakenException();
        }

        session.Add(EventsOf, Tenants(orders), Array.ConvertAll(orders, order => PostgresRecording.OrderKey(order.Id)));
        var events = await ReadEventsAsync(session);
        var erased = new Dictionary<long, ErasedOrder>();
        foreach (var history in events.GroupBy(row => new TenantKey(row.Event.Tenant, row.Event.Subject)))
        {
            (long Place, RecordedEvent Event)[] rows = [.. history];
            var order = ErasedOrder.Of(Array.ConvertAll(rows, row => row.Event), customers[history.Key]);
            erased.Add(locked[StreamName.Order(history.Key.Tenant, history.Key.Id)].Id, order);
            Save(session, [.. order.Events.Select(changed => (rows[changed.Key].Place, changed.Value))]);
        }

        PostgresRecording.Save(session, [.. erased.Values.Select(order => order.Order)]);
        PostgresTrackingStore.Erase(session, [.. erased.Values.Where(order => order.EntryIds is null).Select(order => new TenantKey(order.Order.Tenant, order.Order.Id))]);
        PostgresShareStore.Erase(session, [.. erased.Values.Where(order => order.IsOwn).Select(order => order.Order)]);
        await EraseEntriesAsync(session, erased);
    }

    private static async Task EraseEntriesAsync(PostgresSession session, Dictionary<long, ErasedOrder> orders)
    {
        var (streams, offsets, times, bodies) = (new List<long>(), new List<long>(), new List<long>(), new List<byte[]>());
        session.Add("SELECT stream, \"offset\", time, id, data FROM entries WHERE stream = ANY ($1)", orders.Keys.ToArray());
        await using (var reader = await session.SendAsync())
        {
            while (await reader.ReadAsync())
            {
                var data = reader.GetFieldValue<byte[]>(4);
                if (orders[reader.GetInt64(0)].EntryIds?.Contains(reader.GetString(3)) != false && PersonalData.WithoutEntryFields(data) is var bare && bare != data)
                {
                    streams.Add(reader.GetInt64(0));
                    offsets.Add(reader.GetInt64(1));
                    times.Add(reader.GetInt64(2));
                    bodies.Add(bare);
                }
            }
        }

        if (offsets.Count > 0)
        {
            session.Add(
                """
                UPDATE entries e SET data = k.data FROM unnest($1, $2, $3, $4) AS k (stream, "offset", time, data)
                WHERE e.stream = k.stream AND e."offset" = k."offset" AND e.time = k.time
                """,
                streams.ToArray(), offsets.ToArray(), times.ToArray(), bodies.ToArray());
        }
    }

    private static async Task EraseDeliveriesAsync(PostgresSession session, TenantKey[] customers, DateTimeOffset now)
    {
        // Held, so that a worker that is at one of them goes before or comes behind.
        session.Add(
            $"{PostgresDeliveryRows.Select} d WHERE EXISTS (SELECT 1 FROM unnest($1, $2) AS k (tenant, customer) WHERE d.tenant = k.tenant AND d.customer = k.customer) ORDER BY d.tenant, d.id FOR UPDATE",
            Tenants(customers), Ids(customers));
        List<QueuedDelivery> rows;
        await using (var reader = await session.SendAsync())
        {
            rows = await PostgresDeliveryRows.ReadAsync(reader, CancellationToken.None);
        }

        DeliveryStep[] steps = [.. rows.Select(row => DeliverySteps.Erase(row, now))];
        if (steps.Length == 0)
        {
            return;
        }

        string[] tenants = Array.ConvertAll(steps, step => step.After.Delivery.Tenant), ids = Array.ConvertAll(steps, step => step.After.Delivery.Id);
        const string These = "FROM unnest($1, $2) AS k (tenant, id) WHERE x.tenant = k.tenant AND x.delivery = k.id";
        session.Add($"UPDATE delivery_attempts x SET answer = NULL {These}", tenants, ids);
        session.Add($"UPDATE delivery_notes x SET text = '' {These}", tenants, ids);
        session.Add(
            "UPDATE deliveries d SET erased = true, topic = NULL, body = k.body FROM unnest($1, $2, $3) AS k (tenant, id, body) WHERE d.tenant = k.tenant AND d.id = k.id",
            tenants, ids, Array.ConvertAll(steps, step => JsonSerializer.SerializeToUtf8Bytes(step.After.Delivery, CoreJson.Default.Delivery)));
        session.Add("DELETE FROM outbox x USING unnest($1, $2) AS k (tenant, id) WHERE x.tenant = k.tenant AND x.delivery = k.id", tenants, ids);
        PostgresDeliveryRows.Save(session, steps);
    }

    private static void EraseInboxes(PostgresSession session, TenantKey[] customers, StreamEntry[] firstKept, IReadOnlyDictionary<StreamName, LockedStream> locked)
    {
        var streams = Array.ConvertAll(firstKept, entry => locked[entry.Stream].Id);
        var offsets = Array.ConvertAll(firstKept, entry => entry.Offset);
        session.Add("UPDATE streams s SET first = k.first FROM unnest($1, $2) AS k (id, first) WHERE s.id = k.id", streams, offsets);
        session.Add("DELETE FROM entries e USING unnest($1, $2) AS k (id, first) WHERE e.stream = k.id AND e.\"offset\" < k.first", streams, offsets);
        session.Add("DELETE FROM notifications n USING unnest($1, $2) AS k (tenant, customer) WHERE n.tenant = k.tenant AND n.customer = k.customer", Tenants(customers), Ids(customers));
        session.Add("DELETE FROM devices d USING unnest($1, $2) AS k (tenant, customer) WHERE d.tenant = k.tenant AND d.customer = k.customer", Tenants(customers), Ids(customers));
    }

    private static async Task<List<(long Place, RecordedEvent Event)>> ReadEventsAsync(PostgresSession session)
    {
        await using var reader = await session.SendAsync();
        var events = new List<(long Place, RecordedEvent Event)>();
        while (await reader.ReadAsync())
        {
            events.Add((reader.GetInt64(0), JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(1), CoreJson.Default.RecordedEvent)!));
        }

        return events;
    }

    private static void Save(PostgresSession session, (long Place, RecordedEvent Event)[] rows)
    {
        if (rows.Length > 0)
        {
            session.Add(
                "UPDATE events e SET body = k.body FROM unnest($1, $2) AS k (place, body) WHERE e.place = k.place",
                Array.ConvertAll(rows, row => row.Place), Array.ConvertAll(rows, row => JsonSerializer.SerializeToUtf8Bytes(row.Event, CoreJson.Default.RecordedEvent)));
        }
    }

    private static string[] Tenants(TenantKey[] keys) => Array.ConvertAll(keys, key => key.Tenant);

    private static string[] Ids(TenantKey[] keys) => Array.ConvertAll(keys, key => key.Id);
}
