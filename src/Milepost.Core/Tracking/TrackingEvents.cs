using System.Globalization;
using Milepost.Core.Orders;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;

namespace Milepost.Core.Tracking;

/// <summary>
/// The events that tracking records of an order. Their ids follow from the order and from what they say, so that several nodes that find out the same
/// record it once, and doing it again is harmless.
/// </summary>
public static class TrackingEvents
{
    /// <summary>The source of all of them.</summary>
    public const string Source = EventTypes.OurSources + "tracking";

    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    /// <summary>The driver is at the door, or nearly. Once per attempt and door.</summary>
    /// <param name="order">As it is now.</param>
    /// <param name="aim">Which attempt at which door.</param>
    /// <param name="at">When: the time of the fix.</param>
    /// <param name="now">The time.</param>
    public static RecordedEvent Arriving(Order order, ArrivalAim aim, DateTimeOffset at, DateTimeOffset now) =>
        New(order, EventTypes.OrderStatusChanged, Id($"arriving:{order.Id}:{aim.Attempt}:{aim.Moves}"), at, now) with { Status = OrderStatus.Arriving };

    /// <summary>The driver is near the destination. Once per attempt and door.</summary>
    public static RecordedEvent Nearby(Order order, ArrivalAim aim, DateTimeOffset at, DateTimeOffset now) =>
        New(order, EventTypes.OrderNearby, Id($"nearby:{order.Id}:{aim.Attempt}:{aim.Moves}"), at, now);

    /// <summary>The order is late, or no longer. Once per time that the order says so.</summary>
    public static RecordedEvent Delayed(Order order, DelayNotice notice, DateTimeOffset now) =>
        New(order, EventTypes.OrderDelayed, Id($"delayed:{order.Id}:{(notice.Delayed ? notice.Reason : "over")}:{order.DelaysRaised}"), Behind(order, now), now) with { Delay = notice };

    /// <summary>Nothing is heard of the driver, or something again. Once per time that the order says so.</summary>
    public static RecordedEvent Stale(Order order, StaleNotice notice, DateTimeOffset now) =>
        New(order, EventTypes.OrderLocationStale, Id($"{(notice.Stale ? "stale" : "fresh")}:{order.Id}:{order.StalesRaised}"), Behind(order, now), now) with { Stale = notice };

    /// <summary>
    /// Customers should see another ETA. Once per estimate and minute shown: an estimate that has passed is shown as a later time than it says, and two nodes reckon
    /// that at two moments.
    /// </summary>
    /// <param name="order">As it is now.</param>
    /// <param name="eta">What they should see.</param>
    /// <param name="calculatedAt">When it was estimated.</param>
    /// <param name="now">The time.</param>
    public static RecordedEvent EtaUpdated(Order order, Protocol.Orders.Eta eta, DateTimeOffset calculatedAt, DateTimeOffset now) =>
        New(order, EventTypes.OrderEtaUpdated, Id($"eta:{order.Id}:{calculatedAt.UtcTicks}:{eta.At.UtcTicks / TimeSpan.TicksPerMinute}"), now, now) with { Eta = eta };

    // Flags are taken in the order of the events' times. Where another node's clock is a little ahead of ours, what we say about its flag comes behind it.
    private static DateTimeOffset Behind(Order order, DateTimeOffset now) =>
        order.Last.Time >= now && order.Last.Time - now < ClockSkew ? order.Last.Time.AddTicks(1) : now;

    private static string Id(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static RecordedEvent New(Order order, string type, string id, DateTimeOffset time, DateTimeOffset now) =>
        new() { Tenant = order.Tenant, Source = Source, Id = id, Type = type, Subject = order.Id, Time = time, ReceivedAt = now };
}
