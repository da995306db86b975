using Milepost.Core.Deliveries;
using Milepost.Core.Recording;

namespace Milepost.Server.Channels.Outbox;

/// <summary>Stands where no provider is configured: keeps what would have been sent where an operator can see it.</summary>
internal sealed partial class OutboxSender(DeliveryChannel channel, IOutbox outbox, TimeProvider time, ILogger<OutboxSender> logger) : IChannelSender
{
    public DeliveryChannel Channel => channel;

    public async Task<SendAnswer> SendAsync(Delivery delivery, int attempt, CancellationToken cancellationToken)
    {
        var message = new OutboxMessage(delivery.Tenant, delivery.Id, attempt, delivery.Channel, delivery.Address, delivery.Title, delivery.Body, time.GetUtcNow());
        try
        {
            await outbox.AddAsync(message, cancellationToken);
        }
        catch (StoreUnavailableException failure)
        {
            // A commit without an answer is what a provider's silence is.
            return new SendAnswer.Unknown(failure.Message);
        }

        Log.Kept(logger, delivery.Channel, delivery.Id, attempt);
        return new SendAnswer.Taken("kept in the outbox");
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "{Channel} delivery {Delivery}, attempt {Attempt}, is in the outbox")]
        public static partial void Kept(ILogger logger, DeliveryChannel channel, string delivery, int attempt);
    }
}
