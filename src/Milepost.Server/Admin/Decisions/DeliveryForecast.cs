using Milepost.Core.Deliveries;
using Milepost.Server.Channels;
using Milepost.Server.Worker;

namespace Milepost.Server.Admin.Decisions;

/// <summary>
/// What would stand in the way of a message that the rules let out, as <see cref="DeliveryClearing"/> would find it: a suppressed address, a used-up limit or budget, and, where
/// this node sends, providers that are down. Looks only: nothing is counted.
/// </summary>
internal sealed class DeliveryForecast(ISuppressionStore suppressions, IDeliveryLimitStore limits, DeliveryAllowance allowance, MessageComposer composer, IServiceProvider services)
{
    /// <summary>Null: nothing.</summary>
    /// <param name="due">The delivery at the time that it is due.</param>
    /// <param name="send">What the rules say.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Core.Recording.StoreUnavailableException">It cannot be read.</exception>
    public async Task<Clearance?> ObstacleAsync(ClearanceCase due, Clearance.Send send, CancellationToken cancellationToken)
    {
        var message = composer.Compose(due, send);
        if (services.GetService<ChannelRoutes>()?.Of(message.Channel).DownUntil(message) is { } until)
        {
            return DeliveryClearing.Down(until);
        }

        if (message.Channel is DeliveryChannel.Email or DeliveryChannel.Sms && (await suppressions.FindAsync([DeliveryClearing.Key(message)], cancellationToken))[0] is { } suppressed)
        {
            return DeliveryClearing.Suppressed(suppressed);
        }

        // Buckets fill up within seconds; what counts for a while is told.
        foreach (var take in allowance.Of(due.Delivery, message, due.Now).Where(take => take.Period != 0))
        {
            if (await limits.UsedAsync(take.Tenant, take.Scope, take.Period, cancellationToken) + take.Amount > take.Most)
            {
                return DeliveryAllowance.Over(due.Delivery, new LimitReached(take, take.Ends));
            }
        }

        return null;
    }
}
