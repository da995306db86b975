using System.Text;
using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Protocol.Events;
using Milepost.Protocol.Streams;
using Milepost.Storage.Sqlite.Deliveries;

namespace Milepost.Storage.Sqlite;

public sealed class SqliteOrderStore(SqliteDatabase database) : IOrderStore
{
    private const string Upsert = """
        INSERT INTO orders (tenant, id, customer, status, active, body, driver, flags, delivered_at, promised_from, promised_at, promised_to, watch_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (tenant, id) DO UPDATE SET customer = excluded.customer, status = excluded.status, active = excluded.active, body = excluded.body,
            driver = excluded.driver, flags = excluded.flags, delivered_at = excluded.delivered_at,
            promised_from = excluded.promised_from, promised_at = excluded.promised_at, promised_to = excluded.promised_to
        """;

    public Task<RecordingPlan> RecordAsync(IReadOnlyList<RecordedEvent> events, Func<RecordingContext, RecordingPlan> plan, CancellationToken cancellationToken) =>
        database.WriteAsync(
            session =>
            {
                var decided = plan(Load(session, events));
                Save(session, decided);
                if (decided.Erased.Count + decided.FoundErased.Count > 0)
                {
                    database.ForgetLog();
                }

                return decided;
            },
            cancellationToken);

    public Task<Order?> FindAsync(string tenant, string orderId, CancellationToken cancellationToken) =>
        Task.FromResult(database.Read(session => FindOrder(session, tenant, orderId)));

    public Task<OrderSnapshot?> SnapshotAsync(string tenant, string orderId, CancellationToken cancellationToken) => Task.FromResult(database.Read(session =>
        FindOrder(session, tenant, orderId) is { } order
            ? new OrderSnapshot(
                order,
                Events(session, tenant, orderId),
                database.Epoch,
                SqliteStreamLog.Find(session, StreamName.Order(tenant, orderId))?.Head ?? default)
            : null));

    public Task<IReadOnlyList<ListedOrder>> ListAsync(OrderQuery query, CancellationToken cancellationToken) => Task.FromResult(database.Read(session =>
    {
        var sql = new StringBuilder("SELECT place, body FROM orders WHERE tenant = ?1 AND place < ?2");
        sql.Append(query.CustomerId is null ? "" : " AND customer = ?3");
        sql.Append(query.Active is null ? "" : query.Active.Value ? " AND active = 1" : " AND active = 0");
        if (query.Status.Count > 0)
        {
            // Numbers of an enumeration, so there is nothing to bind.
            sql.Append(" AND status IN (").AppendJoin(',', query.Status.Distinct().Order().Select(status => (int)status)).Append(')');
        }

        // The first half is the condition of the index.
        sql.Append(query.Exceptions is OrderExceptions.None ? "" : " AND flags <> 0 AND (flags & ?5) <> 0");
        sql.Append(" ORDER BY place DESC LIMIT ?4");
        using var statement = session.Prepare(sql.ToString()).Bind(1, query.Tenant).Bind(2, query.Before ?? long.MaxValue).Bind(4, query.Limit);
        if (query.CustomerId is not null)
        {
            statement.Bind(3, query.CustomerId);
        }

        if (query.Exceptions is not OrderExceptions.None)
        {
            statement.Bind(5, (int)query.Exceptions);
        }

        var orders = new List<ListedOrder>();
        while (statement.Step())
        {
            orders.Add(new ListedOrder(JsonSerializer.Deserialize(statement.Blob(1), CoreJson.Default.Order)!, statement.Long(0)));
        }

        return (IReadOnlyList<ListedOrder>)orders;
    }));

    private static RecordingContext Load(SqliteSession session, IReadOnlyList<RecordedEvent> events)
    {
        var context = new RecordingContext();
        foreach (var recorded in events)
        {
            using var known = session.Prepare("SELECT 1 FROM events WHERE tenant = ? AND source = ? AND id = ?")
                .Bind(1, recorded.Tenant).Bind(2, recorded.Source).Bind(3, recorded.Id);
            if (known.Step())
            {
                context.Known.Add(recorded.Identity());
                continue;
            }

            if (recorded.Customer is not null || EventTypes.IsOfCustomer(recorded.Type))
            {
                LoadCustomer(session, context, new TenantKey(recorded.Tenant, recorded.Customer?.Id ?? recorded.Subject));
            }

            if (!EventTypes.IsOfCustomer(recorded.Type))
            {
                LoadOrder(session, context, recorded);
            }
        }

        return context;
    }

    private static void LoadOrder(SqliteSession session, RecordingContext context, RecordedEvent recorded)
    {
        var key = new TenantKey(recorded.Tenant, recorded.Subject);
        if (!context.Orders.TryGetValue(key, out var order))
        {
            order = FindOrder(session, key.Tenant, key.Id);
            if (order is null)
            {
                return;
            }

            context.Orders.Add(key, order);
            if (SqliteStreamLog.Find(session, StreamName.Order(key.Tenant, key.Id)) is { } row)
            {
                context.Heads.Add(StreamName.Order(key.Tenant, key.Id), row.Head);
            }

            if (order.CustomerId is { } customerId)
            {
                LoadCustomer(session, context, new TenantKey(key.Tenant, customerId));
            }
        }

        if (recorded.Key() < order.Last)
        {
            context.Histories.TryAdd(key, Events(session, key.Tenant, key.Id));
        }
    }

    private static void LoadCustomer(SqliteSession session, RecordingContext context, TenantKey key)
    {
        LoadInbox(session, context, key);
        if (context.Customers.ContainsKey(key))
        {
            return;
        }

        using var statement = session.Prepare("SELECT body FROM customers WHERE tenant = ? AND id = ?").Bind(1, key.Tenant).Bind(2, key.Id);
        if (statement.Step())
        {
            context.Customers.Add(key, JsonSerializer.Deserialize(statement.Blob(0), CoreJson.Default.Customer)!);
        }
    }

    private static void LoadInbox(SqliteSession session, RecordingContext context, TenantKey key)
    {
        var stream = StreamName.Customer(key.Tenant, key.Id);
        if (!context.Heads.ContainsKey(stream) && SqliteStreamLog.Find(session, stream) is { } row)
        {
            context.Heads.Add(stream, row.Head);
            context.Inboxes.Add(key, row.Inbox);
        }
    }

    private static void Save(SqliteSession session, RecordingPlan plan)
    {
        foreach (var recorded in plan.Events)
        {
            session.Prepare("INSERT INTO events (tenant, source, id, subject, customer, body) VALUES (?, ?, ?, ?, ?, ?)")
                .Bind(1, recorded.Tenant).Bind(2, recorded.Source).Bind(3, recorded.Id).Bind(4, SubjectKey(recorded.Type, recorded.Subject))
                .Bind(5, EventTypes.IsOfCustomer(recorded.Type) ? null : recorded.Customer?.Id)
                .Bind(6, JsonSerializer.SerializeToUtf8Bytes(recorded, CoreJson.Default.RecordedEvent)).Run();
        }

        foreach (var (key, order) in plan.Orders)
        {
            Bind(session.Prepare(Upsert + ", watch_at = excluded.watch_at"), order).Bind(13, plan.Watches.TryGetValue(key, out var watchAt) ? watchAt : null).Run();
        }

        foreach (var customer in plan.Customers.Values)
        {
            session.Prepare("""
                INSERT INTO customers (tenant, id, body) VALUES (?, ?, ?)
                ON CONFLICT (tenant, id) DO UPDATE SET body = excluded.body
                """).Bind(1, customer.Tenant).Bind(2, customer.Profile.Id).Bind(3, JsonSerializer.SerializeToUtf8Bytes(customer, CoreJson.Default.Customer)).Run();
        }

        SqliteNotificationStore.Insert(session, plan);
        SqliteDeliveryQueue.Insert(session, plan);
        var inboxes = plan.Inboxes.ToDictionary(inbox => StreamName.Customer(inbox.Key.Tenant, inbox.Key.Id), inbox => inbox.Value);
        SqliteStreamLog.Append(session, plan.Heads, inboxes, plan.Entries);
        SqliteErasure.Run(session, plan);
    }

    /// <summary>Writes an order as it is now; when to look at it next stays as it was.</summary>
    internal static void Save(SqliteSession session, Order order) => Bind(session.Prepare(Upsert), order).Bind(13, (DateTimeOffset?)null).Run();

    private static SqliteStatement Bind(SqliteStatement statement, Order order) => statement
        .Bind(1, order.Tenant).Bind(2, order.Id).Bind(3, order.CustomerId).Bind(4, (int)order.ShownStatus()).Bind(5, order.IsActive() ? 1 : 0)
        .Bind(6, JsonSerializer.SerializeToUtf8Bytes(order, CoreJson.Default.Order)).Bind(7, OrderColumns.Driver(order)).Bind(8, OrderColumns.Flags(order))
        .Bind(9, order.DeliveredAt).Bind(10, order.Promise?.From).Bind(11, order.Promise?.At).Bind(12, order.Promise?.To);

    /// <summary>How an order is named among the subjects of events. A customer called like an order must not appear in its history.</summary>
    internal static string OrderKey(string orderId) => "order:" + orderId;

    /// <summary>The same for a customer.</summary>
    internal static string CustomerKey(string customerId) => "customer:" + customerId;

    private static string SubjectKey(string type, string subject) => EventTypes.IsOfCustomer(type) ? CustomerKey(subject) : OrderKey(subject);

    private static Order? FindOrder(SqliteSession session, string tenant, string orderId)
    {
        using var statement = session.Prepare("SELECT body FROM orders WHERE tenant = ? AND id = ?").Bind(1, tenant).Bind(2, orderId);
        return statement.Step() ? JsonSerializer.Deserialize(statement.Blob(0), CoreJson.Default.Order) : null;
    }

    private static List<RecordedEvent> Events(SqliteSession session, string tenant, string orderId)
    {
        using var statement = session.Prepare("SELECT body FROM events WHERE tenant = ? AND subject = ? ORDER BY place")
            .Bind(1, tenant).Bind(2, OrderKey(orderId));
        var events = new List<RecordedEvent>();
        while (statement.Step())
        {
            events.Add(JsonSerializer.Deserialize(statement.Blob(0), CoreJson.Default.RecordedEvent)!);
        }

        return events;
    }
}
