using Milepost.Core.Deliveries;
using Milepost.Core.Recording;

namespace Milepost.Server.Channels.Outbox;

/// <summary>Stands where no provider is configured: keeps what would have been sent where an operator can see it.</summary>
internal sealed partial class OutboxProvider(IOutbox outbox, TimeProvider time, ILogger<OutboxProvider> logger) : IProvider
{
    public string Name => "outbox";

    public async Task<SendAnswer> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        // A push's address is a secret of the customer's browser: the device's name says as much.
        var address = message.Device?.Id ?? message.Address;
        var kept = new OutboxMessage(message.Tenant, message.DeliveryId, message.Attempt, message.Channel, address, message.Title, message.Text, time.GetUtcNow());
        try
        {
            await outbox.AddAsync(kept, cancellationToken);
        }
        catch (StoreUnavailableException failure)
        {
            // A commit without an answer is what a provider's silence is.
            return new SendAnswer.Unknown(failure.Message);
        }

        Log.Kept(logger, message.Channel, message.DeliveryId, message.Attempt);
        return new SendAnswer.Taken("kept in the outbox");
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "{Channel} delivery {Delivery}, attempt {Attempt}, is in the outbox")]
        public static partial void Kept(ILogger logger, DeliveryChannel channel, string delivery, int attempt);
    }
}
