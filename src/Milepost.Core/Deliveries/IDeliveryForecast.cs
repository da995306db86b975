namespace Milepost.Core.Deliveries;

/// <summary>
/// Tells what would stand in the way of a message that the rules let out: a suppressed address, a used-up limit or budget, providers that are down. Looks
/// only: nothing is counted.
/// </summary>
public interface IDeliveryForecast
{
    /// <summary>Null: nothing.</summary>
    /// <param name="due">The delivery at the time that it is due.</param>
    /// <param name="send">What the rules say.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Recording.StoreUnavailableException">It cannot be read.</exception>
    Task<Clearance?> ObstacleAsync(ClearanceCase due, Clearance.Send send, CancellationToken cancellationToken);
}
