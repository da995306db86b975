using Milepost.Core.Customers;
using Milepost.Core.Deliveries;
using Milepost.Core.Recording;
using Milepost.Server.Channels;
using Milepost.Server.Tenants;

namespace Milepost.Server.Worker;

/// <summary>Sees to it that nothing more is sent to an address that a provider calls dead.</summary>
internal sealed partial class AddressHygiene(ICustomerStore customers, ISuppressionStore suppressions, TenantChanges tenants, TimeProvider time, ILogger<AddressHygiene> logger)
{
    public async Task ForgetAsync(Delivery delivery, OutgoingMessage message, string reason, CancellationToken cancellationToken)
    {
        try
        {
            if (message.Device is { } device)
            {
                await customers.RemoveDeviceAsync(delivery.Tenant, delivery.CustomerId, device.Id, device.Address, cancellationToken);
            }
            else if (delivery.Channel is DeliveryChannel.Email or DeliveryChannel.Sms)
            {
                var target = new ChannelAddress(delivery.Tenant, delivery.Channel, message.Address);
                await suppressions.AddAsync([new Suppression(target, SuppressionReason.HardBounce, AddressMask.Text(reason), time.GetUtcNow())], cancellationToken);
            }
            else if (message.Webhook is { } webhook)
            {
                var told = $"It said that it is gone: {AddressMask.Text(reason)}";
                await tenants.ChangeAsync(delivery.Tenant, expected: null, settings => WebhookSetup.SwitchOff(settings, webhook.Id, webhook.Url, told), cancellationToken);
                Log.SwitchedOff(logger, webhook.Id, delivery.Tenant);
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

        [LoggerMessage(2, LogLevel.Warning, "The webhook {Webhook} of {Tenant} said that it is gone (410) and was switched off")]
        public static partial void SwitchedOff(ILogger logger, string webhook, string tenant);
    }
}
