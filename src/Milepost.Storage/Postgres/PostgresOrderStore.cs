using System.Globalization;
using System.Text;
using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Protocol.Streams;
using Npgsql;

namespace Milepost.Storage.Postgres;

public sealed class PostgresOrderStore(PostgresDatabase database) : IOrderStore
{
    public Task<RecordingPlan> RecordAsync(IReadOnlyList<RecordedEvent> events, Func<RecordingContext, RecordingPlan> plan, CancellationToken cancellationToken) =>
        database.WriteAsync(
            TenantScope.Of(events.Select(recorded => recorded.Tenant)),
            async session =>
            {
                var (context, locked) = await PostgresRecording.LoadAsync(session, events);
                var decided = plan(context);
                PostgresRecording.Save(session, decided, locked);
                await PostgresErasure.RunAsync(session, decided, locked);
                await session.CommitAsync();
                return decided;
            },
            cancellationToken);

    public Task<Order?> FindAsync(string tenant, string orderId, CancellationToken cancellationToken) => database.ReadAsync(
        TenantScope.Of(tenant),
        session => session.Add("SELECT body FROM orders WHERE tenant = $1 AND id = $2", tenant, orderId),
        async reader => await reader.ReadAsync(CancellationToken.None) ? Order(reader, 0) : null,
        cancellationToken);

    public Task<OrderSnapshot?> SnapshotAsync(string tenant, string orderId, CancellationToken cancellationToken) => database.ReadAsync(
        TenantScope.Of(tenant),
        session =>
        {
            session.Add(
                "SELECT o.body, s.head, s.fingerprint FROM orders o JOIN streams s ON s.tenant = o.tenant AND s.label = $3 WHERE o.tenant = $1 AND o.id = $2",
                tenant, orderId, StreamName.Order(tenant, orderId).Label);
            session.Add("SELECT body FROM events WHERE tenant = $1 AND subject = $2 ORDER BY place", tenant, PostgresRecording.OrderKey(orderId));
        },
        async reader =>
        {
            if (!await reader.ReadAsync(CancellationToken.None))
            {
                return null;
            }

            var order = Order(reader, 0);
            var head = new StreamHead(reader.GetInt64(1), (uint)reader.GetInt64(2));
            await reader.NextResultAsync(CancellationToken.None);
            var events = new List<RecordedEvent>();
            while (await reader.ReadAsync(CancellationToken.None))
            {
                events.Add(JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(0), CoreJson.Default.RecordedEvent)!);
            }

            return new OrderSnapshot(order, events, database.Epoch, head);
        },
        cancellationToken);

    public Task<IReadOnlyList<ListedOrder>> ListAsync(OrderQuery query, CancellationToken cancellationToken) => database.ReadAsync(
        TenantScope.Of(query.Tenant),
        session =>
        {
            var sql = new StringBuilder("SELECT place, body FROM orders WHERE tenant = $1 AND place < $2");
            sql.Append(query.Active is null ? "" : query.Active.Value ? " AND active" : " AND NOT active");
            if (query.Status.Count > 0)
            {
                // Numbers of an enumeration, so there is nothing to bind.
                sql.Append(" AND status IN (").AppendJoin(',', query.Status.Distinct().Order().Select(status => (int)status)).Append(')');
            }

            if (query.Exceptions is not OrderExceptions.None)
            {
                // The first half is the condition of the index.
                sql.Append(CultureInfo.InvariantCulture, $" AND flags <> 0 AND (flags & {(int)query.Exceptions}) <> 0");
            }

            sql.Append(query.CustomerId is null ? "" : " AND customer = $4").Append(" ORDER BY place DESC LIMIT $3");
            object[] values = [query.Tenant, query.Before ?? long.MaxValue, (long)query.Limit];
            session.Add(sql.ToString(), query.CustomerId is { } customer ? [.. values, customer] : values);
        },
        async reader =>
        {
            var orders = new List<ListedOrder>();
            while (await reader.ReadAsync(CancellationToken.None))
            {
                orders.Add(new ListedOrder(Order(reader, 1), reader.GetInt64(0)));
            }

            return (IReadOnlyList<ListedOrder>)orders;
        },
        cancellationToken);

    private static Order Order(NpgsqlDataReader reader, int column) => JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(column), CoreJson.Default.Order)!;
}
