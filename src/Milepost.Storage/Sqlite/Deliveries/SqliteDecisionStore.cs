using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Notifications;
using Milepost.Protocol;
using Milepost.Protocol.Notifications;

namespace Milepost.Storage.Sqlite.Deliveries;

public sealed class SqliteDecisionStore(SqliteDatabase database) : IDecisionStore
{
    public Task<IReadOnlyList<DecidedNotification>> ListAsync(string tenant, string customerId, string? orderId, long? before, int limit, CancellationToken cancellationToken) =>
        Task.FromResult(database.Read<IReadOnlyList<DecidedNotification>>(session =>
        {
            using var statement = session.Prepare("SELECT place, read_at, archived_at, body, plan FROM notifications WHERE tenant = ? AND customer = ? AND place < ? ORDER BY place DESC")
                .Bind(1, tenant).Bind(2, customerId).Bind(3, before ?? long.MaxValue);
            var decided = new List<DecidedNotification>();
            while (decided.Count < limit && statement.Step())
            {
                var notification = JsonSerializer.Deserialize(statement.Blob(3), ProtocolJson.Default.Notification)!;
                if (orderId is null || notification.OrderId == orderId)
                {
                    var verdicts = statement.IsNull(4) ? [] : JsonSerializer.Deserialize(statement.Blob(4), CoreJson.Default.IReadOnlyListChannelVerdict)!;
                    decided.Add(new DecidedNotification(notification with { ReadAt = statement.Time(1), ArchivedAt = statement.Time(2) }, statement.Long(0), verdicts));
                }
            }

            return decided;
        }));
}
