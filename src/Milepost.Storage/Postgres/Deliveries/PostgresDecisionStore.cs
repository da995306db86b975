using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Notifications;
using Milepost.Protocol;
using Milepost.Protocol.Notifications;
using Npgsql;

namespace Milepost.Storage.Postgres.Deliveries;

public sealed class PostgresDecisionStore(PostgresDatabase database) : IDecisionStore
{
    public Task<IReadOnlyList<DecidedNotification>> ListAsync(string tenant, string customerId, string? orderId, long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<DecidedNotification>>(
            TenantScope.Of(tenant),
            // The order stands in the body: a customer has some hundred notifications at most, so they are looked through.
            session => session.Add(
                """
                SELECT place, read_at, archived_at, body, plan FROM notifications
                WHERE tenant = $1 AND customer = $2 AND place < $3 AND ($4 = '' OR convert_from(body, 'UTF8')::jsonb ->> 'orderId' = $4) ORDER BY place DESC LIMIT $5
                """,
                tenant, customerId, before ?? long.MaxValue, orderId ?? "", (long)limit),
            async reader =>
            {
                var decided = new List<DecidedNotification>();
                while (await reader.ReadAsync(cancellationToken))
                {
                    var notification = JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(3), ProtocolJson.Default.Notification)!;
                    var verdicts = reader.IsDBNull(4) ? [] : JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(4), CoreJson.Default.IReadOnlyListChannelVerdict)!;
                    decided.Add(new DecidedNotification(notification with { ReadAt = Time(reader, 1), ArchivedAt = Time(reader, 2) }, reader.GetInt64(0), verdicts));
                }

                return decided;
            },
            cancellationToken);

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : new DateTimeOffset(reader.GetInt64(column), TimeSpan.Zero);
}
