using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;

namespace Milepost.Core.Orders;

/// <summary>What an event says of an order's lateness.</summary>
/// <param name="Delayed">False: it is late no longer.</param>
/// <param name="Reason">A stable word.</param>
public sealed record DelayNotice(bool Delayed, string? Reason);

/// <summary>What an event says of how fresh the driver's location is.</summary>
/// <param name="Stale">False: it is fresh again.</param>
/// <param name="LastFixAt">When the driver was last seen.</param>
public sealed record StaleNotice(bool Stale, DateTimeOffset? LastFixAt);

/// <summary>
/// The promise and the flags of an order, as part of the fold. Flags stand beside the status, they never move it: they hold while the order is active,
/// and an order that has ended has none.
/// </summary>
internal static class OrderFlags
{
    /// <summary>What the event says of promise and flags; the order's status is still the one before it.</summary>
    public static Order Step(Order order, RecordedEvent next)
    {
        order = Promised(order, next);
        if (!order.IsActive())
        {
            return order;
        }

        if (next is { Type: EventTypes.OrderDelayed, Delay: { } delay })
        {
            order = order with { Delayed = delay.Delayed ? new Delay(order.Delayed?.Since ?? next.Time, delay.Reason) : null };
        }

        if (next is { Type: EventTypes.OrderLocationStale, Stale: { } stale })
        {
            order = order with { LocationStale = stale.Stale ? new StaleLocation(order.LocationStale?.Since ?? next.Time, stale.LastFixAt) : null };
        }

        return order;
    }

    /// <summary>What follows from the status that the event has moved the order to.</summary>
    public static Order Moved(Order order, RecordedEvent next) => order.IsActive()
        // A correction can take a delivery back.
        ? order with { DeliveredAt = null }
        : order with
        {
            Delayed = null,
            LocationStale = null,
            DeliveredAt = order.Status is OrderStatus.Delivered ? next.Time : order.DeliveredAt,
        };

    private static Order Promised(Order order, RecordedEvent next) => next switch
    {
        { Promise: { } given } when !order.PromiseGiven => order with { Promise = given, PromiseGiven = true },
        { Eta: { } first } when order.Promise is null => order with { Promise = new Promise(first.At, first.From, first.To) },
        _ => order,
    };
}
