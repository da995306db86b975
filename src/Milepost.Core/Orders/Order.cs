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

    /// <summary>The newest estimate; its <c>RevisedAt</c> is the time of the event that told it.</summary>
    public Eta? Eta { get; init; }

    /// <summary>Where it is fetched.</summary>
    public Pickup? Pickup { get; init; }

    /// <summary>What the customer was promised: as the shop gave it, else the first ETA. The first one stands.</summary>
    public Promise? Promise { get; init; }

    /// <summary>Whether the shop gave the promise; such a one takes the place of a first ETA, and is not replaced.</summary>
    public bool PromiseGiven { get; init; }

    /// <summary>It is late, or may be; null: as far as we know it is not. Only while it is active.</summary>
    public Delay? Delayed { get; init; }

    /// <summary>How often the customer was to be told that it is late, and when last: see <see cref="OrderFlags"/>.</summary>
    public int DelaysTold { get; init; }

    public DateTimeOffset? DelayToldAt { get; init; }

    /// <summary>Nothing has been heard of the driver; null: the location is fresh, or nobody expects one. Only while it is active.</summary>
    public StaleLocation? LocationStale { get; init; }

    /// <summary>When an event from outside was last received, whenever it happened: somebody who catches up is not silent.</summary>
    public DateTimeOffset? HeardAt { get; init; }

    /// <summary>When the driver took it, in the attempt under way; null: the driver does not have it.</summary>
    public DateTimeOffset? OnTheWaySince { get; init; }

    /// <summary>Since when it is this driver's: the time of the event that named somebody else than before. Null: no driver is known, or since before this was kept.</summary>
    public DateTimeOffset? DriverSince { get; init; }

    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>Since when it has its status: the time of the event that moved it there.</summary>
    public DateTimeOffset? StatusSince { get; init; }

    /// <summary>How many of its events tell of a failed attempt. As the next two it only grows with the set of events: ids are made of them.</summary>
    public int FailedAttempts { get; init; }

    /// <summary>How often a correction has put it back on its way.</summary>
    public int PutBack { get; init; }

    /// <summary>How many of its events say that it is late.</summary>
    public int DelaysRaised { get; init; }

    /// <summary>How many of its events say that the location is stale.</summary>
    public int StalesRaised { get; init; }

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

    /// <summary>The number of the attempt to deliver that is under way, or comes next.</summary>
    public int Attempt() => FailedAttempts + PutBack;

    /// <summary>Whether where its driver was at a time is about this order. Where they were before having it is about somebody else's.</summary>
    public bool Concerns(DateTimeOffset time) => !(time < OnTheWaySince) && !(time < DriverSince);

    /// <summary>What an operator should look at; none once it has ended.</summary>
    public OrderExceptions Exceptions() => OrderFlags.Exceptions(this);

    public bool IsActive() => OrderStatusTable.IsActive(ShownStatus());
}
