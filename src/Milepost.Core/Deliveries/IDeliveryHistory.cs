namespace Milepost.Core.Deliveries;

/// <summary>Looks back at the deliveries of a customer.</summary>
public interface IDeliveryHistory
{
    /// <summary>A customer's deliveries in the order of their ids, from behind <paramref name="after"/> on, with attempts and notes.</summary>
    Task<IReadOnlyList<DeliveryDetails>> ListAsync(string tenant, string customerId, string? after, int limit, CancellationToken cancellationToken);
}
