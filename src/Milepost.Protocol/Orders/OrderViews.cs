using Milepost.Protocol.Streams;

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
}

public sealed record OrderItem(string Name, int Quantity, decimal? Price = null);

/// <summary>An amount in a currency (ISO 4217 code).</summary>
public sealed record Money(decimal Amount, string Currency);

/// <summary>Where the order goes. Latitude and longitude in degrees (WGS 84).</summary>
public sealed record Destination(string? Address, double? Lat, double? Lon);

/// <summary>Who brings the order.</summary>
public sealed record Driver(string Id, string? Name, string? Vehicle);

/// <summary>When the order is expected: a point, and a window where the sender gives one.</summary>
public sealed record Eta(DateTimeOffset At, DateTimeOffset? From, DateTimeOffset? To, string? Reason);

/// <summary>A page of orders, newest first. <paramref name="Next"/> is the cursor of the next page, null at the end.</summary>
public sealed record OrderPage(IReadOnlyList<OrderSummary> Items, string? Next);
