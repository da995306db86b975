using Milepost.Core.Deliveries;

namespace Milepost.Storage.Sqlite.Deliveries;

public sealed class SqliteOutbox(SqliteDatabase database) : IOutbox
{
    public Task AddAsync(OutboxMessage message, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            // Of a customer who was erased while it was being sent nothing is kept.
            session.Prepare("""
                INSERT INTO outbox (tenant, delivery, attempt, channel, address, title, body, sent_at) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
                WHERE NOT EXISTS (SELECT 1 FROM deliveries WHERE tenant = ?1 AND id = ?2 AND erased = 1)
                """)
                .Bind(1, message.Tenant).Bind(2, message.DeliveryId).Bind(3, message.Attempt).Bind(4, (int)message.Channel).Bind(5, message.Address)
                .Bind(6, message.Title).Bind(7, message.Body).Bind(8, message.SentAt).Run();
            session.Prepare("DELETE FROM outbox WHERE place <= ?").Bind(1, session.LastInsertedRow() - IOutbox.Kept).Run();
            return true;
        },
        cancellationToken);

    public Task<IReadOnlyList<ListedMessage>> ListAsync(string tenant, long? before, int limit, CancellationToken cancellationToken) => Task.FromResult(database.Read(session =>
    {
        using var statement = session.Prepare("SELECT delivery, attempt, channel, address, title, body, sent_at, place FROM outbox WHERE tenant = ? AND place < ? ORDER BY place DESC LIMIT ?")
            .Bind(1, tenant).Bind(2, before ?? long.MaxValue).Bind(3, limit);
        var messages = new List<ListedMessage>();
        while (statement.Step())
        {
            var message = new OutboxMessage(
                tenant, statement.Text(0), statement.Int(1), (DeliveryChannel)statement.Int(2), statement.Text(3), statement.Text(4), statement.Text(5), statement.Time(6)!.Value);
            messages.Add(new ListedMessage(message, statement.Long(7)));
        }

        return (IReadOnlyList<ListedMessage>)messages;
    }));
}
