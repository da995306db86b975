namespace Milepost.Protocol.Orders;

/// <summary>
/// The <c>data</c> of <c>order.status.changed</c>, <c>order.eta.updated</c> and <c>order.updated</c>: the order as it is now, and the
/// event that was added to its timeline.
/// </summary>
public sealed record OrderChanged
{
    public required string OrderId { get; init; }

    /// <summary>The order's status after the event.</summary>
    public required OrderStatus Status { get; init; }

    public required bool Active { get; init; }

    public required TimelineEntry Event { get; init; }

    public Eta? Eta { get; init; }

    public Driver? Driver { get; init; }

    public Promise? Promise { get; init; }

    /// <summary>Present: the order is late, or may be.</summary>
    public Delay? Delayed { get; init; }

    /// <summary>Present: nothing has been heard of the driver lately.</summary>
    public StaleLocation? LocationStale { get; init; }
}
