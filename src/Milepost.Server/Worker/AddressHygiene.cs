using Milepost.Core.Deliveries;
using Milepost.Core.Recording;
using Milepost.Server.Channels;

namespace Milepost.Server.Worker;

/// <summary>Sees to it that nothing more is sent to an address that a provider calls dead.</summary>
internal sealed partial class AddressHygiene(ISuppressionStore suppressions, TimeProvider time, ILogger<AddressHygiene> logger)
{
    public async Task ForgetAsync(Delivery delivery, OutgoingMessage message, string reason, CancellationToken cancellationToken)
    {
        try
        {
            if (delivery.Channel is DeliveryChannel.Email or DeliveryChannel.Sms)
            {
                var target = new ChannelAddress(delivery.Tenant, delivery.Channel, message.Address);
                await suppressions.AddAsync([new Suppression(target, SuppressionReason.HardBounce, AddressMask.Text(reason), time.GetUtcNow())], cancellationToken);
            }
        }
        catch (StoreUnavailableException failure)
        {
            // The next message finds out again.
            Log.NotForgotten(logger, failure, delivery.Id);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The dead address of delivery {Delivery} could not be written down")]
        public static partial void NotForgotten(ILogger logger, Exception failure, string delivery);
    }
}
