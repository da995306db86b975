using Milepost.Core.Deliveries;

namespace Milepost.Server.Channels.Email;

/// <summary>
/// Lets feedback have its effects: addresses are suppressed, and those who keep deliveries hear of it. Everything may be repeated, so a batch of which
/// the answer was lost is simply sent again.
/// </summary>
internal sealed class FeedbackIntake(ISuppressionStore suppressions, IDeliveryQueue deliveries, IEnumerable<IDeliveryFeedback> listeners, TimeProvider time)
{
    /// <summary>For each item whether it was taken; false: it names no delivery that is known, and no address that could be suppressed.</summary>
    /// <exception cref="Core.Recording.StoreUnavailableException">Some of it may have had its effect.</exception>
    public async Task<IReadOnlyList<bool>> TakeAsync(string tenant, IReadOnlyList<Feedback> items, CancellationToken cancellationToken)
    {
        var taken = new bool[items.Count];
        var suppressed = new List<Suppression>();
        var now = time.GetUtcNow();
        for (var index = 0; index < items.Count; index++)
        {
            var address = items[index].Suppresses is null ? null : await SentToAsync(tenant, items[index], cancellationToken);
            taken[index] = items[index].Suppresses is null || address is not null;
            if (address is not null)
            {
                suppressed.Add(new Suppression(new ChannelAddress(tenant, DeliveryChannel.Email, address), items[index].Suppresses!.Value, items[index].Report.Reason, now));
            }
        }

        // First what protects the receivers.
        await suppressions.AddAsync(suppressed, cancellationToken);
        foreach (var item in items.Where(item => item.DeliveryId is not null))
        {
            foreach (var listener in listeners)
            {
                await listener.ReportAsync(tenant, item.DeliveryId!, item.Report, cancellationToken);
            }
        }

        return taken;
    }

    // What must not be sent to again is what we have sent to. The address that is reported may be where a mailbox forwards to.
    private async Task<string?> SentToAsync(string tenant, Feedback item, CancellationToken cancellationToken) =>
        item.DeliveryId is { } id && await deliveries.FindAsync(tenant, id, cancellationToken) is { Row.Delivery: { Channel: DeliveryChannel.Email } delivery }
            ? delivery.Address
            : item.Address?.ToString();
}
