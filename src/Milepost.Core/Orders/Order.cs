using Milepost.Protocol.Orders;

namespace Milepost.Core.Orders;

/// <summary>An order as its events tell it. It is a function of the set of its events: see <see cref="OrderHistory"/>.</summary>
public sealed record Order
{
    public required string Tenant { get; init; }

    public required string Id { get; init; }

    /// <summary>Null until an event tells a status.</summary>
    public OrderStatus? Status { get; init; }

    /// <summary>The highest rank on the main line in the present attempt; see <see cref="OrderStatusTable.CanFollow"/>.</summary>
    public int Reached { get; init; }

    public string? CustomerId { get; init; }

    public IReadOnlyList<OrderItem> Items { get; init; } = [];

    public Money? Total { get; init; }

    public Destination? Destination { get; init; }

    public Driver? Driver { get; init; }

    public Eta? Eta { get; init; }

    public DateTimeOffset? PlacedAt { get; init; }

    public DateTimeOffset? PaidAt { get; init; }

    /// <summary>When the event happened that ended it; null while it is under way, and of orders that ended before this was kept.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    public ProofOfDelivery? Proof { get; init; }

    public RatingGiven? Rating { get; init; }

    /// <summary>The place of the newest event; a new event before it is late.</summary>
    public required EventKey Last { get; init; }

    public required int EventCount { get; init; }

    /// <summary>What a customer is told: an order of which only notes are known counts as placed.</summary>
    public OrderStatus ShownStatus() => Status ?? OrderStatus.Placed;

    public bool IsActive() => OrderStatusTable.IsActive(ShownStatus());
}
