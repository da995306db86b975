using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Deliveries;
using Milepost.Core.Erasure;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Protocol.Streams;
using Milepost.Storage.Sqlite.Deliveries;
using Milepost.Storage.Sqlite.Tracking;

namespace Milepost.Storage.Sqlite;

/// <summary>Takes what is personal out of everything that is stored of erased customers, behind the rest of their plan and in its transaction.</summary>
internal static class SqliteErasure
{
    public static void Run(SqliteSession session, RecordingPlan plan)
    {
        foreach (var (customer, firstKept) in plan.Erased)
        {
            EraseEvents(session, customer);
            foreach (var order in OrdersOf(session, customer))
            {
                EraseOrder(session, order, customer.Id);
            }

            EraseInbox(session, customer, firstKept);
            EraseDeliveries(session, customer, firstKept.Time);
            session.Prepare("DELETE FROM devices WHERE tenant = ? AND customer = ?").Bind(1, customer.Tenant).Bind(2, customer.Id).Run();
        }

        foreach (var (order, customerId) in plan.FoundErased)
        {
            EraseOrder(session, order, customerId);
        }
    }

    private static List<TenantKey> OrdersOf(SqliteSession session, TenantKey customer)
    {
        using var statement = session.Prepare(
            """
            SELECT id FROM orders WHERE tenant = ?1 AND customer = ?2
            UNION SELECT substr(subject, length('order:') + 1) FROM events WHERE tenant = ?1 AND customer = ?2
            """).Bind(1, customer.Tenant).Bind(2, customer.Id);
        var orders = new List<TenantKey>();
        while (statement.Step())
        {
            orders.Add(new TenantKey(customer.Tenant, statement.Text(0)));
        }

        return orders;
    }

    private static void EraseEvents(SqliteSession session, TenantKey customer)
    {
        var (places, events) = History(session, customer.Tenant, SqliteOrderStore.CustomerKey(customer.Id));
        for (var index = 0; index < events.Count; index++)
        {
            Save(session, places[index], PersonalData.Without(events[index], customer.Id));
        }
    }

    private static void EraseOrder(SqliteSession session, TenantKey order, string customerId)
    {
        var (places, events) = History(session, order.Tenant, SqliteOrderStore.OrderKey(order.Id));
        var erased = ErasedOrder.Of(events, new HashSet<string>(StringComparer.Ordinal) { customerId });
        foreach (var (index, recorded) in erased.Events)
        {
            Save(session, places[index], recorded);
        }

        SqliteOrderStore.Save(session, erased.Order);
        if (erased.EntryIds is null)
        {
            SqliteTrackingStore.Erase(session, order);
        }

        EraseEntries(session, StreamName.Order(order.Tenant, order.Id), erased.EntryIds);
        if (erased.IsOwn)
        {
            SqliteShareStore.Erase(session, order);
        }
    }

    private static void EraseEntries(SqliteSession session, StreamName stream, IReadOnlySet<string>? ids)
    {
        if (SqliteStreamLog.Find(session, stream) is not { } row)
        {
            return;
        }

        var changed = new List<(long Offset, byte[] Data)>();
        using (var statement = session.Prepare("SELECT offset, id, data FROM entries WHERE stream = ? ORDER BY offset").Bind(1, row.Id))
        {
            while (statement.Step())
            {
                var data = statement.Blob(2).ToArray();
                if (ids?.Contains(statement.Text(1)) != false && PersonalData.WithoutEntryFields(data) is var bare && bare != data)
                {
                    changed.Add((statement.Long(0), bare));
                }
            }
        }

        foreach (var (offset, data) in changed)
        {
            session.Prepare("UPDATE entries SET data = ? WHERE stream = ? AND offset = ?").Bind(1, data.AsSpan()).Bind(2, row.Id).Bind(3, offset).Run();
        }
    }

    private static void EraseInbox(SqliteSession session, TenantKey customer, StreamEntry firstKept)
    {
        var row = SqliteStreamLog.Find(session, firstKept.Stream)!.Value;
        session.Prepare("UPDATE streams SET first = ? WHERE id = ?").Bind(1, firstKept.Offset).Bind(2, row.Id).Run();
        session.Prepare("DELETE FROM entries WHERE stream = ? AND offset < ?").Bind(1, row.Id).Bind(2, firstKept.Offset).Run();
        session.Prepare("DELETE FROM notifications WHERE tenant = ? AND customer = ?").Bind(1, customer.Tenant).Bind(2, customer.Id).Run();
    }

    private static void EraseDeliveries(SqliteSession session, TenantKey customer, DateTimeOffset now)
    {
        var rows = SqliteDeliveryRows.Read(session.Prepare($"{SqliteDeliveryRows.Select} WHERE tenant = ? AND customer = ?").Bind(1, customer.Tenant).Bind(2, customer.Id));
        foreach (var step in rows.Select(row => DeliverySteps.Erase(row, now)))
        {
            var delivery = step.After.Delivery;
            session.Prepare("UPDATE delivery_attempts SET answer = NULL WHERE tenant = ? AND delivery = ?").Bind(1, delivery.Tenant).Bind(2, delivery.Id).Run();
            session.Prepare("UPDATE delivery_notes SET text = '' WHERE tenant = ? AND delivery = ?").Bind(1, delivery.Tenant).Bind(2, delivery.Id).Run();
            session.Prepare("DELETE FROM outbox WHERE tenant = ? AND delivery = ?").Bind(1, delivery.Tenant).Bind(2, delivery.Id).Run();
            session.Prepare("UPDATE deliveries SET erased = 1, topic = NULL, body = ? WHERE tenant = ? AND id = ?")
                .Bind(1, JsonSerializer.SerializeToUtf8Bytes(delivery, CoreJson.Default.Delivery)).Bind(2, delivery.Tenant).Bind(3, delivery.Id).Run();
            SqliteDeliveryRows.Save(session, step);
        }
    }

    private static (List<long> Places, List<RecordedEvent> Events) History(SqliteSession session, string tenant, string subject)
    {
        using var statement = session.Prepare("SELECT place, body FROM events WHERE tenant = ? AND subject = ? ORDER BY place").Bind(1, tenant).Bind(2, subject);
        var places = new List<long>();
        var events = new List<RecordedEvent>();
        while (statement.Step())
        {
            places.Add(statement.Long(0));
            events.Add(JsonSerializer.Deserialize(statement.Blob(1), CoreJson.Default.RecordedEvent)!);
        }

        return (places, events);
    }

    private static void Save(SqliteSession session, long place, RecordedEvent recorded) => session.Prepare("UPDATE events SET body = ? WHERE place = ?")
        .Bind(1, JsonSerializer.SerializeToUtf8Bytes(recorded, CoreJson.Default.RecordedEvent)).Bind(2, place).Run();
}
