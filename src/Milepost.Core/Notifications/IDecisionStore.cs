using Milepost.Protocol.Notifications;

namespace Milepost.Core.Notifications;

/// <summary>A notification with what was decided for each way when it was made.</summary>
public sealed record DecidedNotification(Notification Notification, long Place, IReadOnlyList<ChannelVerdict> Verdicts);

/// <summary>Reads why customers were told what they were told.</summary>
public interface IDecisionStore
{
    /// <summary>A customer's notifications, newest first.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="customerId">The customer.</param>
    /// <param name="orderId">Only those about this order; null: all.</param>
    /// <param name="before">Only those older than this place; null: from the newest.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    Task<IReadOnlyList<DecidedNotification>> ListAsync(string tenant, string customerId, string? orderId, long? before, int limit, CancellationToken cancellationToken);
}
