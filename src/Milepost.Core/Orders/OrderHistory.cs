using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;

namespace Milepost.Core.Orders;

/// <summary>
/// Folds events into an order. The events are taken in the order of their <see cref="EventKey"/>, whenever they arrived, so that the
/// same set gives the same order and the same timeline. A new event behind all others is one step; a late one replays the set.
/// </summary>
public static class OrderHistory
{
    /// <summary>The most events that one order takes; a sender that loops must not grow an answer without end.</summary>
    public const int MaxEvents = 1_000;

    /// <summary>One step: <paramref name="next"/> must lie behind <see cref="Order.Last"/>.</summary>
    public static (Order Order, bool Moved) Step(Order? order, RecordedEvent next)
    {
        var before = order ?? new Order { Tenant = next.Tenant, Id = next.Subject, Last = next.Key(), EventCount = 0 };
        var after = before with
        {
            Last = next.Key(),
            EventCount = before.EventCount + 1,
            HeardAt = next.Source.StartsWith(EventTypes.OurSources, StringComparison.Ordinal) || next.ReceivedAt < before.HeardAt ? before.HeardAt : next.ReceivedAt,
            // The first by time to name a customer is believed, whoever is named later.
            CustomerId = before.CustomerId ?? next.Customer?.Id,
            Items = next.Items ?? before.Items,
            Total = next.Total ?? before.Total,
            Destination = next.Destination ?? before.Destination,
            Driver = next.Driver ?? before.Driver,
            DriverSince = next.Driver is { } driver && driver.Id != before.Driver?.Id ? next.Time : before.DriverSince,
            Eta = next.Eta is { } eta ? eta with { RevisedAt = next.Time } : before.Eta,
            Pickup = next.Pickup ?? before.Pickup,
            PlacedAt = before.PlacedAt ?? (next.Type == EventTypes.OrderPlaced ? next.Time : null),
            PaidAt = before.PaidAt ?? (next.Status is OrderStatus.Paid ? next.Time : null),
            Proof = next.Proof is { } proof ? before.Proof?.With(proof) ?? proof : before.Proof,
            // By number and not by time: the clocks of two nodes may differ.
            Rating = next.Rating is { } rating && rating.Number > (before.Rating?.Number ?? 0) ? rating : before.Rating,
        };

        after = OrderFlags.Step(after, next);
        if (next.Status is not { } status
            || (next.Correction ? status == before.Status : !OrderStatusTable.CanFollow(before.Status, before.Reached, status)))
        {
            return (after, false);
        }

        var reached = OrderStatusTable.IsInterruption(status) ? before.Reached : OrderStatusTable.Rank(status);
        var onTheWay = OrderStatusTable.IsOnTheWay(status) ? before.OnTheWaySince ?? next.Time : (DateTimeOffset?)null;
        after = after with { Status = status, Reached = reached, OnTheWaySince = onTheWay, EndedAt = OrderStatusTable.IsActive(status) ? null : next.Time };
        after = next.Correction && onTheWay is not null && reached < before.Reached ? after with { PutBack = before.PutBack + 1 } : after;
        return (OrderFlags.Moved(after, next), true);
    }

    /// <summary>The order and its timeline from all its events, in whatever order they are given.</summary>
    public static (Order Order, IReadOnlyList<TimelineEntry> Timeline) Replay(IEnumerable<RecordedEvent> events)
    {
        Order? order = null;
        var timeline = new List<TimelineEntry>();
        foreach (var recorded in events.OrderBy(recorded => recorded.Key()))
        {
            (order, var moved) = Step(order, recorded);
            timeline.Add(Entry(recorded, moved));
        }

        return (order ?? throw new ArgumentException("an order has at least one event", nameof(events)), timeline);
    }

    public static TimelineEntry Entry(RecordedEvent recorded, bool moved) => new()
    {
        EventId = recorded.Id,
        Source = recorded.Source,
        Type = recorded.Type,
        Time = recorded.Time,
        ReceivedAt = recorded.ReceivedAt,
        Status = recorded.Status,
        Moved = moved,
        Note = recorded.Note,
        Raised = recorded.Delay?.Delayed ?? recorded.Stale?.Stale,
        Reason = recorded.Delay?.Reason,
    };
}
