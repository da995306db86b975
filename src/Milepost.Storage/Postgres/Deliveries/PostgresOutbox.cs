using Milepost.Core.Deliveries;

namespace Milepost.Storage.Postgres.Deliveries;

public sealed class PostgresOutbox(PostgresDatabase database) : IOutbox
{
    public Task AddAsync(OutboxMessage message, CancellationToken cancellationToken) => database.WriteAsync(
        TenantScope.Of(message.Tenant),
        async session =>
        {
            // Of a customer who was erased while it was being sent nothing is kept; that is decided behind the lock of the delivery.
            session.Add("SELECT 1 FROM deliveries WHERE tenant = $1 AND id = $2 FOR SHARE", message.Tenant, message.DeliveryId);
            session.Add(
                """
                WITH added AS (
                    INSERT INTO outbox (tenant, delivery, attempt, channel, address, title, body, sent_at)
                    SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.tenant = $1 AND d.id = $2 AND d.erased) RETURNING place)
                DELETE FROM outbox o USING added WHERE o.tenant = $1 AND o.place <= added.place - $9
                """,
                message.Tenant, message.DeliveryId, message.Attempt, (int)message.Channel, message.Address, message.Title, message.Body, message.SentAt.UtcTicks, (long)IOutbox.Kept);
            await session.CommitAsync();
            return true;
        },
        cancellationToken);

    public Task<IReadOnlyList<ListedMessage>> ListAsync(string tenant, long? before, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        TenantScope.Of(tenant),
        session => session.Add(
            "SELECT delivery, attempt, channel, address, title, body, sent_at, place FROM outbox WHERE tenant = $1 AND place < $2 ORDER BY place DESC LIMIT $3",
            tenant, before ?? long.MaxValue, (long)limit),
        async reader =>
        {
            var messages = new List<ListedMessage>();
            while (await reader.ReadAsync(cancellationToken))
            {
                var message = new OutboxMessage(
                    tenant, reader.GetString(0), reader.GetInt32(1), (DeliveryChannel)reader.GetInt32(2), reader.GetString(3), reader.GetString(4), reader.GetString(5),
                    new DateTimeOffset(reader.GetInt64(6), TimeSpan.Zero));
                messages.Add(new ListedMessage(message, reader.GetInt64(7)));
            }

            return (IReadOnlyList<ListedMessage>)messages;
        },
        cancellationToken);
}
