using Milepost.Core.Deliveries;
using Milepost.Server.Channels;

namespace Milepost.Server.Worker;

/// <summary>Looks as <see cref="DeliveryClearing"/> would; for providers that are down, where this node sends.</summary>
internal sealed class DeliveryForecast(ISuppressionStore suppressions, IDeliveryLimitStore limits, DeliveryAllowance allowance, MessageComposer composer, IServiceProvider services) : IDeliveryForecast
{
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
