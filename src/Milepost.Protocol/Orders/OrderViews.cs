using Milepost.Protocol.Streams;
using Milepost.Protocol.Tracking;

namespace Milepost.Protocol.Orders;

/// <summary>An order as <c>GET orders</c> lists it.</summary>
public record OrderSummary
{
    public required string Id { get; init; }

    public required OrderStatus Status { get; init; }

    /// <summary>False once the order is delivered, cancelled or returned.</summary>
    public required bool Active { get; init; }

    public string? CustomerId { get; init; }

    public IReadOnlyList<OrderItem> Items { get; init; } = [];

    public Money? Total { get; init; }

    public Eta? Eta { get; init; }

    /// <summary>What was promised first; it stays as it is, whatever becomes of the ETA.</summary>
    public Promise? Promise { get; init; }

    /// <summary>Present: the order is late, or may be.</summary>
    public Delay? Delayed { get; init; }

    /// <summary>Present: nothing has been heard of the driver lately.</summary>
    public StaleLocation? LocationStale { get; init; }

    public DateTimeOffset? DeliveredAt { get; init; }

    public DateTimeOffset? PlacedAt { get; init; }

    public DateTimeOffset? PaidAt { get; init; }

    /// <summary>The time of the newest event that is part of the order.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>An order with its timeline, as <c>GET orders/{id}</c> answers.</summary>
public record OrderDetails : OrderSummary
{
    public Destination? Destination { get; init; }

    public Driver? Driver { get; init; }

    public Pickup? Pickup { get; init; }
    /// <summary>What shows that it was delivered; absent where nobody told.</summary>
    public OrderProof? Proof { get; init; }

    /// <summary>What the customer thinks of the delivery.</summary>
    public OrderRating? Rating { get; init; }

    /// <summary>All events of the order, oldest first by (time, source, id).</summary>
    public required IReadOnlyList<TimelineEntry> Timeline { get; init; }
}

/// <summary>What a tracking page needs first, and the position to go live from: <c>GET orders/{id}/tracking</c>.</summary>
public sealed record OrderTracking : OrderDetails
{
    /// <summary>Where the driver was last seen; absent: not known, or not to be shown now.</summary>
    public DriverLocation? Location { get; init; }

    /// <summary>What is left of the way; absent: not known, or not to be shown now.</summary>
    public RouteView? Route { get; init; }

    /// <summary>How many stops the driver makes before this order's; absent: not known.</summary>
    public int? StopsBefore { get; init; }

    /// <summary>The order's stream and where it stood when this snapshot was taken: subscribe with <c>since</c> = its cursor.</summary>
    public required StreamState Stream { get; init; }
}

/// <summary>One recorded event in an order's history.</summary>
public sealed record TimelineEntry
{
    public required string EventId { get; init; }

    public required string Source { get; init; }

    public required string Type { get; init; }

    /// <summary>When it happened, as the sender says.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>When the server received it.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The status that the event carries, if it carries one.</summary>
    public OrderStatus? Status { get; init; }

    /// <summary>Whether, among all events in the order of their times, this one moved the order to <see cref="Status"/>.</summary>
    public required bool Moved { get; init; }

    public string? Note { get; init; }

    /// <summary>Of <c>order.delayed</c> and <c>order.location.stale</c>: whether the flag holds from then on, or no longer.</summary>
    public bool? Raised { get; init; }

    /// <summary>Of <c>order.delayed</c>: why; a stable word.</summary>
    public string? Reason { get; init; }
}

public sealed record OrderItem(string Name, int Quantity, decimal? Price = null);

/// <summary>An amount in a currency (ISO 4217 code).</summary>
public sealed record Money(decimal Amount, string Currency);

/// <summary>Where the order goes. Latitude and longitude in degrees (WGS 84).</summary>
public sealed record Destination(string? Address, double? Lat, double? Lon);

/// <summary>Who brings the order.</summary>
public sealed record Driver(string Id, string? Name, string? Vehicle)
{
    /// <summary>An http or https address.</summary>
    public string? PhotoUrl { get; init; }

    /// <summary>0 to 5.</summary>
    public double? Rating { get; init; }

    /// <summary>E.164.</summary>
    public string? Phone { get; init; }
}

/// <summary>When the order is expected: a point, and a window where the sender gives one.</summary>
public sealed record Eta(DateTimeOffset At, DateTimeOffset? From, DateTimeOffset? To, string? Reason)
{
    /// <summary>Who estimated it: one of <see cref="EtaWords.Sources"/>; absent: the sender did not say.</summary>
    public string? Source { get; init; }

    /// <summary>How sure it is: one of <see cref="EtaWords.Confidences"/>; absent: nobody has said.</summary>
    public string? Confidence { get; init; }

    /// <summary>When it was told: the time of its event.</summary>
    public DateTimeOffset? RevisedAt { get; init; }
}

/// <summary>A page of orders, newest first. <paramref name="Next"/> is the cursor of the next page, null at the end.</summary>
public sealed record OrderPage(IReadOnlyList<OrderSummary> Items, string? Next);
