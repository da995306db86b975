using Milepost.Core.Customers;
using Milepost.Core.Orders;

namespace Milepost.Core.Deliveries;

/// <summary>What is true when a delivery is due.</summary>
public sealed record ClearanceFacts
{
    /// <summary>Null: nothing is known of the customer.</summary>
    public Customer? Customer { get; init; }

    /// <summary>The order it is about.</summary>
    public Order? Order { get; init; }

    /// <summary>Up to where any device of the customer has acknowledged the customer's stream.</summary>
    public long Acknowledged { get; init; }

    /// <summary>The newest deliveries with the same topic, by their places; it may be among them. At most <see cref="MaxSiblings"/>.</summary>
    public IReadOnlyList<QueuedDelivery> Siblings { get; init; } = [];

    public const int MaxSiblings = 100;
}

/// <summary>Reads what decides about deliveries.</summary>
public interface IClearanceStore
{
    /// <summary>One answer for each delivery, in their order.</summary>
    Task<IReadOnlyList<ClearanceFacts>> ReadAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken);
}
