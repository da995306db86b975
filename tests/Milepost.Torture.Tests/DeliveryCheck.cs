using Milepost.Core.Deliveries;
using Milepost.Core.Notifications;
using Milepost.Core.Tenants;
using Milepost.Processes;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Preferences;
using Milepost.Storage.Sqlite;
using Milepost.Storage.Sqlite.Deliveries;

namespace Milepost.Torture.Tests;

/// <summary>
/// What must be true of the mails at the end, whatever happened: each notification that is mailed has one delivery, each delivery came to an end, and it
/// left one message in the outbox, or it is written down that it is not known.
/// </summary>
internal static class DeliveryCheck
{
    /// <summary>A customer of these tests orders more in a minute than people do in a year.</summary>
    public static readonly string[] NoLimits = ["--Delivery:CustomerPerHour=0", "--Delivery:CustomerPerDay=0"];

    /// <summary>How many mails there were, and of how many it was not known at some time whether they went out.</summary>
    public static async Task<(int Mails, int Unknown)> RunAsync(string dataDirectory, IEnumerable<string> customers, CancellationToken cancellationToken)
    {
        // Beside the running server: the database file takes several processes.
        using var database = SqliteDatabase.Open(Path.Combine(dataDirectory, "milepost.db"));
        var queue = new SqliteDeliveryQueue(database);
        var ids = new List<string>();
        foreach (var customer in customers)
        {
            var inbox = await new SqliteNotificationStore(database).ListAsync(
                new NotificationQuery(ServerProcess.Tenant, customer, null, null, Archived: false, null, null, int.MaxValue), cancellationToken);
            ids.AddRange(inbox.Items.Where(listed => IsMailed(listed.Notification)).Select(listed => Delivery.IdOf(listed.Notification.Id, DeliveryChannel.Email)));
        }

        ids.ShouldNotBeEmpty();
        ids.Count.ShouldBeLessThan(IOutbox.Kept, "the outbox does not keep so many; run fewer rounds");
        var ended = new List<DeliveryDetails>();
        foreach (var id in ids)
        {
            ended.Add(await EndOfAsync(queue, id, cancellationToken));
        }

        var sent = (await new SqliteOutbox(database).ListAsync(ServerProcess.Tenant, null, int.MaxValue, cancellationToken)).ToLookup(listed => listed.Message.DeliveryId, listed => listed.Message.Attempt);
        foreach (var delivery in ended)
        {
            var id = delivery.Row.Delivery.Id;
            var unknown = delivery.Attempts.Count(attempt => attempt.Outcome == AttemptOutcome.Unknown);
            if (delivery.Row.Progress is { State: DeliveryState.Cancelled, Reason: ClearanceCode.Superseded })
            {
                // That an order was received is no news once it is over.
                (delivery.Row.Delivery.Type, sent[id].Count()).ShouldBe(("order.placed", 0), id);
                continue;
            }

            delivery.Row.Progress.State.ShouldBeOneOf(DeliveryState.Sent, DeliveryState.Unknown);
            delivery.Attempts.Count.ShouldBeLessThanOrEqualTo(2, id);
            sent[id].ShouldBeUnique(id);
            (sent[id].Count() == 1 || unknown > 0).ShouldBeTrue($"{id} left {sent[id].Count()} messages and nothing says why");
            foreach (var attempt in delivery.Attempts.Where(attempt => attempt.Outcome == AttemptOutcome.Sent))
            {
                sent[id].ShouldContain(attempt.Number, $"{id} is called sent and was not");
            }
        }

        sent.Select(message => message.Key).Except(ids, StringComparer.Ordinal).ShouldBeEmpty("something was sent that nobody asked for");
        return (ended.Count, ended.Count(delivery => delivery.Row.Progress.Unknowns > 0));
    }

    private static bool IsMailed(Notification notification) => NotificationRoutes.Of(notification.Type, notification.Priority, TenantSettings.Default)
        .Any(step => step is { Channel: NotificationChannel.Email, UnlessAcknowledged: false });

    private static async Task<DeliveryDetails> EndOfAsync(SqliteDeliveryQueue queue, string id, CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = await queue.FindAsync(ServerProcess.Tenant, id, cancellationToken);
            found.ShouldNotBeNull($"{id} was never queued");
            if (DeliveryStateTable.IsFinal(found.Row.Progress.State))
            {
                return found;
            }

            await Task.Yield();
        }
    }
}
