using Milepost.Core.Deliveries;

namespace Milepost.Server.Admin.Decisions;

/// <summary>Sends deliveries again, as new ones: what became of the old one stays as it is.</summary>
internal static class Redrive
{
    private const int Page = 200;

    public static bool CanBeSentAgain(QueuedDelivery row) => row.Progress.State is DeliveryState.Failed or DeliveryState.Unknown or DeliveryState.Expired or DeliveryState.Suppressed or DeliveryState.Cancelled;

    /// <summary>The new delivery's id, or that of an earlier repeat which is still on its way. Null: an earlier one has arrived.</summary>
    public static async Task<string?> AddAsync(IDeliveryQueue queue, Delivery delivery, DateTimeOffset now, CancellationToken cancellationToken)
    {
        for (var number = 1; ; number++)
        {
            // With its topic: siblings that are sent again along with it are told once, and a digest finds those that it tells of.
            var again = delivery with
            {
                Id = Repeats.IdOf(delivery, number),
                CreatedAt = now,
                Due = now,
                ExpiresAt = now + ChannelPolicy.Of(delivery.Channel).TimeToLive,
                UnlessAcknowledged = false,
            };
            if (await queue.AddAsync(again, cancellationToken))
            {
                return again.Id;
            }

            if (await queue.FindAsync(again.Tenant, again.Id, cancellationToken) is { Row: var earlier } && !CanBeSentAgain(earlier))
            {
                return Repeats.WasTold(earlier) ? null : again.Id;
            }
        }
    }

    /// <summary>All that failed on a channel. What may have gone out already is sent again one by one, by somebody who has looked at it.</summary>
    public static async Task<IReadOnlyList<string>> AddAllAsync(IDeliveryQueue queue, string tenant, string channel, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        (DateTimeOffset Due, string Id)? after = null;
        while (await queue.ListDeadAsync(tenant, after, Page, cancellationToken) is { Count: > 0 } found)
        {
            foreach (var row in found.Where(row => row.Progress.State == DeliveryState.Failed && row.Delivery.Channel.Wire() == channel && !Repeats.IsRepeat(row.Delivery)))
            {
                if (await AddAsync(queue, row.Delivery, now, cancellationToken) is { } again)
                {
                    ids.Add(again);
                }
            }

            after = (found[^1].Progress.Due, found[^1].Delivery.Id);
        }

        return ids;
    }
}
