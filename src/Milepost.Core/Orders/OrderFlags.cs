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
    /// <summary>How often a customer is told that an order is late; more often it is only noise.</summary>
    private const int MostDelaysTold = 3;

    private static readonly TimeSpan BetweenDelaysTold = TimeSpan.FromMinutes(30);

    /// <summary>What the event says of promise and flags; the order's status is still the one before it.</summary>
    public static Order Step(Order order, RecordedEvent next)
    {
        order = Promised(order, next) with
        {
            FailedAttempts = order.FailedAttempts + (next.Status is OrderStatus.AttemptFailed ? 1 : 0),
            DelaysRaised = order.DelaysRaised + (next.Delay is { Delayed: true } ? 1 : 0),
            StalesRaised = order.StalesRaised + (next.Stale is { Stale: true } ? 1 : 0),
        };
        if (!order.IsActive())
        {
            return order;
        }

        if (next is { Type: EventTypes.OrderDelayed, Delay: { } delay })
        {
            order = order with { Delayed = delay.Delayed ? new Delay(order.Delayed?.Since ?? next.Time, delay.Reason) : null };
            if (delay.Delayed && order.DelaysTold < MostDelaysTold && !(next.Time - order.DelayToldAt < BetweenDelaysTold))
            {
                order = order with { DelaysTold = order.DelaysTold + 1, DelayToldAt = next.Time };
            }
        }

        if (next is { Type: EventTypes.OrderLocationStale, Stale: { } stale })
        {
            order = order with { LocationStale = stale.Stale ? new StaleLocation(order.LocationStale?.Since ?? next.Time, stale.LastFixAt) : null };
        }

        return order;
    }

    /// <summary>What follows from the status that the event has moved the order to.</summary>
    public static Order Moved(Order order, RecordedEvent next)
    {
        order = order with
        {
            StatusSince = next.Time,
            DeliveredAt = order.Status switch
            {
                OrderStatus.Delivered => next.Time,
                OrderStatus.Returning or OrderStatus.Returned => order.DeliveredAt,
                // A correction takes a delivery back.
                _ => null,
            },
        };
        return order.IsActive() ? order : order with { Delayed = null, LocationStale = null };
    }

    /// <summary>What an operator should look at.</summary>
    public static OrderExceptions Exceptions(Order order) => order.IsActive()
        ? (order.LocationStale is null ? OrderExceptions.None : OrderExceptions.Stale) | (order.Delayed?.Reason switch
        {
            null when order.Delayed is null => OrderExceptions.None,
            DelayReasons.NotAccepted => OrderExceptions.Unaccepted,
            DelayReasons.NotPickedUp => OrderExceptions.NotPickedUp,
            DelayReasons.DriverSilent => OrderExceptions.Silent,
            _ => OrderExceptions.Late,
        })
        : OrderExceptions.None;

    private static Order Promised(Order order, RecordedEvent next) => next switch
    {
        { Promise: { } given } when !order.PromiseGiven => order with { Promise = given, PromiseGiven = true },
        { Eta: { } first } when order.Promise is null => order with { Promise = new Promise(first.At, first.From, first.To) },
        _ => order,
    };
}
