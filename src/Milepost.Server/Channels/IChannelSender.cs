using Milepost.Core.Deliveries;

namespace Milepost.Server.Channels;

/// <summary>Hands messages to a provider.</summary>
internal interface IChannelSender
{
    DeliveryChannel Channel { get; }

    /// <summary>Sends once. Cancelled or failed: it is not known whether it went out.</summary>
    /// <param name="delivery">What.</param>
    /// <param name="attempt">1 for the first time.</param>
    /// <param name="cancellationToken">The limit of time.</param>
    Task<SendAnswer> SendAsync(Delivery delivery, int attempt, CancellationToken cancellationToken);
}
