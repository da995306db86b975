using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Protocol.Events;
using Milepost.Protocol.Streams;
using Milepost.Storage.Postgres.Deliveries;
using Npgsql;

namespace Milepost.Storage.Postgres;

/// <summary>
/// What recording a batch reads and writes, in three round trips for any number of events:
/// 1. lock the orders, then look which events are known and what the orders are;
/// 2. lock the customers, then read them and the histories of orders with late events;
/// 3. write everything and commit; where customers are erased, two more to find what is theirs and three to take it away.
/// Each statement sees what was committed before it began, so everything that is read behind a lock is what the last holder left.
/// </summary>
internal static class PostgresRecording
{
    private const string Upsert = """
        INSERT INTO orders (tenant, id, customer, status, active, body, driver, flags, delivered_at, promised_from, promised_at, promised_to, watch_at)
        SELECT k.tenant, k.id, k.customer, k.status, k.active, k.body, k.driver, k.flags, k.delivered_at, k.promised_from, k.promised_at, k.promised_to, k.watch_at
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) WITH ORDINALITY
            AS k (tenant, id, customer, status, active, body, driver, flags, delivered_at, promised_from, promised_at, promised_to, watch_at, turn) ORDER BY k.turn
        ON CONFLICT (tenant, id) DO UPDATE SET customer = excluded.customer, status = excluded.status, active = excluded.active, body = excluded.body,
            driver = excluded.driver, flags = excluded.flags, delivered_at = excluded.delivered_at,
            promised_from = excluded.promised_from, promised_at = excluded.promised_at, promised_to = excluded.promised_to
        """;

    public static async Task<(RecordingContext Context, Dictionary<StreamName, LockedStream> Locked)> LoadAsync(PostgresSession session, IReadOnlyList<RecordedEvent> events)
    {
        var context = new RecordingContext();
        var locked = new Dictionary<StreamName, LockedStream>();
        await LoadOrdersAsync(session, events, context, locked);
        await LoadCustomersAsync(session, events, context, locked);
        foreach (var (stream, row) in locked)
        {
            context.Heads.Add(stream, row.Head);
        }

        return (context, locked);
    }

    public static void Save(PostgresSession session, RecordingPlan plan, IReadOnlyDictionary<StreamName, LockedStream> locked)
    {
        if (plan.Events.Count > 0)
        {
            session.Add(
                "INSERT INTO events (tenant, source, id, subject, customer, body) SELECT k.* FROM unnest($1, $2, $3, $4, $5, $6) AS k",
                Column(plan.Events, recorded => recorded.Tenant), Column(plan.Events, recorded => recorded.Source), Column(plan.Events, recorded => recorded.Id),
                Column(plan.Events, recorded => SubjectKey(recorded.Type, recorded.Subject)),
                Column(plan.Events, recorded => EventTypes.IsOfCustomer(recorded.Type) ? null : recorded.Customer?.Id),
                Column(plan.Events, recorded => JsonSerializer.SerializeToUtf8Bytes(recorded, CoreJson.Default.RecordedEvent)));
        }

        SaveOrders(session, plan);
        if (plan.Customers.Count > 0)
        {
            var customers = plan.Customers.Values;
            session.Add(
                "INSERT INTO customers (tenant, id, body) SELECT k.* FROM unnest($1, $2, $3) AS k ON CONFLICT (tenant, id) DO UPDATE SET body = excluded.body",
                Column(customers, customer => customer.Tenant), Column(customers, customer => customer.Profile.Id),
                Column(customers, customer => JsonSerializer.SerializeToUtf8Bytes(customer, CoreJson.Default.Customer)));
        }

        PostgresNotificationStore.Add(session, plan.Notifications);
        PostgresDeliveryQueue.Add(session, plan.Deliveries);
        var inboxes = plan.Inboxes.ToDictionary(inbox => StreamName.Customer(inbox.Key.Tenant, inbox.Key.Id), inbox => inbox.Value);
        PostgresStreamLog.Append(session, locked, plan.Heads, inboxes, plan.Entries);
    }

    /// <summary>Writes orders as they are now; when to look at them next stays as it was.</summary>
    public static void Save(PostgresSession session, IReadOnlyCollection<Order> orders)
    {
        if (orders.Count > 0)
        {
            session.Add(Upsert, [.. Columns(orders), new long?[orders.Count]]);
        }
    }

    // In the plan's order, so that the places of new ones are in it too.
    private static void SaveOrders(PostgresSession session, RecordingPlan plan)
    {
        if (plan.Orders.Count > 0)
        {
            session.Add(
                Upsert + ", watch_at = excluded.watch_at",
                [.. Columns(plan.Orders.Values), Column(plan.Orders.Keys, key => plan.Watches.TryGetValue(key, out var at) ? at.UtcTicks : (long?)null)]);
        }
    }

    private static object[] Columns(IReadOnlyCollection<Order> orders) =>
    [
        Column(orders, order => order.Tenant), Column(orders, order => order.Id), Column(orders, order => order.CustomerId), Column(orders, order => (int)order.ShownStatus()),
        Column(orders, order => order.IsActive()), Column(orders, order => JsonSerializer.SerializeToUtf8Bytes(order, CoreJson.Default.Order)),
        Column(orders, OrderColumns.Driver), Column(orders, OrderColumns.Flags), Column(orders, order => order.DeliveredAt?.UtcTicks),
        Column(orders, order => order.Promise?.From?.UtcTicks), Column(orders, order => order.Promise?.At.UtcTicks), Column(orders, order => order.Promise?.To?.UtcTicks),
    ];

    /// <summary>How an order is named among the subjects of events. A customer called like an order must not appear in its history.</summary>
    public static string OrderKey(string orderId) => "order:" + orderId;

    /// <summary>The same for a customer.</summary>
    public static string CustomerKey(string customerId) => "customer:" + customerId;

    private static async Task LoadOrdersAsync(PostgresSession session, IReadOnlyList<RecordedEvent> events, RecordingContext context, Dictionary<StreamName, LockedStream> locked)
    {
        TenantKey[] keys = [.. events.Where(recorded => !EventTypes.IsOfCustomer(recorded.Type)).Select(recorded => new TenantKey(recorded.Tenant, recorded.Subject)).Distinct()];
        var theirs = await PostgresErasure.FindOrdersAsync(session, events);
        PostgresStreamLocks.Add(session, PostgresStreamLocks.Sorted(keys.Concat(theirs).Select(key => StreamName.Order(key.Tenant, key.Id))));
        session.Add(
            "SELECT e.tenant, e.source, e.id FROM unnest($1, $2, $3) AS k (tenant, source, id) JOIN events e ON e.tenant = k.tenant AND e.source = k.source AND e.id = k.id",
            Column(events, recorded => recorded.Tenant), Column(events, recorded => recorded.Source), Column(events, recorded => recorded.Id));
        session.Add("SELECT o.body FROM unnest($1, $2) AS k (tenant, id) JOIN orders o ON o.tenant = k.tenant AND o.id = k.id", Column(keys, key => key.Tenant), Column(keys, key => key.Id));

        await using var reader = await session.SendAsync();
        await PostgresStreamLocks.ReadAsync(reader, locked);
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
        {
            context.Known.Add(new EventIdentity(reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        }

        await reader.NextResultAsync();
        while (await reader.ReadAsync())
        {
            var order = JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(0), CoreJson.Default.Order)!;
            context.Orders.Add(new TenantKey(order.Tenant, order.Id), order);
        }
    }

    private static async Task LoadCustomersAsync(PostgresSession session, IReadOnlyList<RecordedEvent> events, RecordingContext context, Dictionary<StreamName, LockedStream> locked)
    {
        var named = events.Select(recorded => (recorded.Tenant, Id: recorded.Customer?.Id ?? (EventTypes.IsOfCustomer(recorded.Type) ? recorded.Subject : null)));
        var ordering = context.Orders.Values.Select(order => (order.Tenant, Id: order.CustomerId));
        TenantKey[] customers = [.. named.Concat(ordering).Where(customer => customer.Id is not null).Select(customer => new TenantKey(customer.Tenant, customer.Id!)).Distinct()];
        TenantKey[] late = [.. events.Where(recorded => IsLate(recorded, context)).Select(recorded => new TenantKey(recorded.Tenant, recorded.Subject)).Distinct()];
        if (customers.Length == 0 && late.Length == 0)
        {
            return;
        }

        PostgresStreamLocks.Add(session, PostgresStreamLocks.Sorted(customers.Select(customer => StreamName.Customer(customer.Tenant, customer.Id))));
        session.Add(
            "SELECT c.body FROM unnest($1, $2) AS k (tenant, id) JOIN customers c ON c.tenant = k.tenant AND c.id = k.id",
            Column(customers, customer => customer.Tenant), Column(customers, customer => customer.Id));
        session.Add(
            "SELECT e.body FROM unnest($1, $2) AS k (tenant, subject) JOIN events e ON e.tenant = k.tenant AND e.subject = k.subject ORDER BY e.place",
            Column(late, order => order.Tenant), Column(late, order => OrderKey(order.Id)));

        await using var reader = await session.SendAsync();
        await PostgresStreamLocks.ReadAsync(reader, locked);
        foreach (var key in customers)
        {
            context.Inboxes.Add(key, locked[StreamName.Customer(key.Tenant, key.Id)].Inbox);
        }

        await reader.NextResultAsync();
        while (await reader.ReadAsync())
        {
            var customer = JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(0), CoreJson.Default.Customer)!;
            context.Customers.Add(new TenantKey(customer.Tenant, customer.Profile.Id), customer);
        }

        await ReadHistoriesAsync(reader, context);
    }

    private static async Task ReadHistoriesAsync(NpgsqlDataReader reader, RecordingContext context)
    {
        var histories = new List<RecordedEvent>();
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
        {
            histories.Add(JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(0), CoreJson.Default.RecordedEvent)!);
        }

        foreach (var history in histories.GroupBy(recorded => new TenantKey(recorded.Tenant, recorded.Subject)))
        {
            context.Histories.Add(history.Key, [.. history]);
        }
    }

    private static bool IsLate(RecordedEvent recorded, RecordingContext context) =>
        !EventTypes.IsOfCustomer(recorded.Type) && !context.Known.Contains(recorded.Identity())
        && context.Orders.TryGetValue(new TenantKey(recorded.Tenant, recorded.Subject), out var order) && recorded.Key() < order.Last;

    private static string SubjectKey(string type, string subject) => EventTypes.IsOfCustomer(type) ? CustomerKey(subject) : OrderKey(subject);

    private static TValue[] Column<TRow, TValue>(IEnumerable<TRow> rows, Func<TRow, TValue> value) => [.. rows.Select(value)];
}
