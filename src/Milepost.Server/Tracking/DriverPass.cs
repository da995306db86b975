using System.Text.Json;
using Milepost.Core.Orders;
using Milepost.Core.Tracking;

namespace Milepost.Server.Tracking;

/// <summary>One of a driver's orders behind a look at it.</summary>
/// <param name="Tracked">As it was loaded.</param>
/// <param name="Track">What is known of its way now.</param>
/// <param name="IsChanged">Whether that has to be written.</param>
/// <param name="IsAlone">The driver has no other order under way.</param>
internal sealed record LookedAt(TrackedOrder Tracked, OrderTrack Track, bool IsChanged, bool IsAlone)
{
    public Order Order => Tracked.Order;
}

/// <summary>What a look at one driver gave: states to write, events to record, a place to show.</summary>
internal sealed record DriverPass
{
    public required DriverKey Driver { get; init; }

    /// <summary>The driver's row as it was loaded.</summary>
    public required TrackRow? Row { get; init; }

    /// <summary>The driver's state now; null: nothing of it changed.</summary>
    public required DriverTrack? Track { get; init; }

    public required IReadOnlyList<LookedAt> Orders { get; init; }

    /// <summary>What the driver's fixes have moved the marker to; null: it stays.</summary>
    public required LocationFix? Newest { get; init; }

    public required IReadOnlyList<RecordedEvent> Events { get; init; }

    public required IReadOnlyList<HistoryPoint> Points { get; init; }

    public required IReadOnlyList<EtaRevision> Revisions { get; init; }

    /// <summary>Look again then, even if no fix comes.</summary>
    public required DateTimeOffset? CheckAt { get; init; }

    /// <summary>Whether one of these rows is of this driver or of one of the orders.</summary>
    public bool IsAmong(IReadOnlySet<TrackKey> rows) =>
        rows.Contains(new TrackKey(TrackKind.Driver, Driver.Tenant, Driver.DriverId)) || Orders.Any(order => rows.Contains(new TrackKey(TrackKind.Order, Driver.Tenant, order.Order.Id)));

    /// <summary>
    /// The same orders as they are behind the events that were recorded of them, for showing: who reads these events must not think that the place was judged
    /// before them. Those that ended meanwhile are not among them.
    /// </summary>
    public IReadOnlyList<LookedAt> OrdersAsOf(Situation now) =>
    [
        .. from order in Orders
           join fresh in now.Orders on order.Order.Id equals fresh.Order.Id
           select order with { Tracked = fresh, IsAlone = IsAlone(fresh, now) },
    ];

    /// <summary>Whether the driver has no other order under way than this one.</summary>
    public static bool IsAlone(TrackedOrder order, Situation situation) =>
        !situation.Orders.Any(other => other.Order.Id != order.Order.Id && OrderStatusTable.IsOnTheWay(other.Order.ShownStatus()));

    /// <summary>Everything to write of some passes. An order belongs to one driver, so that no row is there twice.</summary>
    public static TrackingChanges Changes(IEnumerable<DriverPass> passes)
    {
        var (drivers, orders, points, revisions) = (new List<TrackWrite>(), new List<TrackWrite>(), new List<HistoryPoint>(), new List<EtaRevision>());
        foreach (var pass in passes)
        {
            if (pass.Track is { } track)
            {
                var body = JsonSerializer.SerializeToUtf8Bytes(track, TrackingJson.Default.DriverTrack);
                drivers.Add(new TrackWrite(new TrackRow(pass.Driver.Tenant, pass.Driver.DriverId, pass.Row?.Version ?? 0, body), track.Last?.Time));
            }

            foreach (var order in pass.Orders.Where(order => order.IsChanged))
            {
                var body = JsonSerializer.SerializeToUtf8Bytes(order.Track, TrackingJson.Default.OrderTrack);
                orders.Add(new TrackWrite(new TrackRow(order.Order.Tenant, order.Order.Id, order.Tracked.Track?.Version ?? 0, body), order.Track.Last?.Time));
            }

            points.AddRange(pass.Points);
            revisions.AddRange(pass.Revisions);
        }

        return new TrackingChanges { Drivers = drivers, Orders = orders, Points = points, Revisions = revisions };
    }
}
