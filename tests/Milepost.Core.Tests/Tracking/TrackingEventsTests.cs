using Milepost.Core.Orders;
using Milepost.Core.Tracking;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;

namespace Milepost.Core.Tests.Tracking;

public sealed class TrackingEventsTests
{
    private static readonly DateTimeOffset Now = Some.Evening.AddMinutes(30);

    [Fact]
    public void Whoever_finds_out_the_same_records_the_same()
    {
        var order = OrderHistory.Replay([Some.Placed("e-1", 1)]).Order;
        foreach (var (one, other) in new Func<DateTimeOffset, RecordedEvent>[]
        {
            now => TrackingEvents.Arriving(order, ArrivalAim.None, Now, now), now => TrackingEvents.Nearby(order, ArrivalAim.None, Now, now), now => TrackingEvents.Delayed(order, new DelayNotice(true, "eta_passed"), now),
            now => TrackingEvents.Stale(order, new StaleNotice(true, null), now), now => TrackingEvents.EtaUpdated(order, new Eta(Now, null, null, null), Now, now),
        }.Select(make => (make(Now), make(Now.AddSeconds(3)))))
        {
            one.Identity().ShouldBe(other.Identity());
            one.Source.ShouldStartWith(EventTypes.OurSources);
            (one.Tenant, one.Subject).ShouldBe((Some.Tenant, "o-1"));
        }
    }

    [Fact]
    public void Each_attempt_arrives_and_is_nearby_once()
    {
        RecordedEvent[] events = [Some.Placed("e-1", 1), Some.Status("e-2", OrderStatus.OutForDelivery, 2), Some.Status("e-3", OrderStatus.AttemptFailed, 3), Some.Status("e-4", OrderStatus.OutForDelivery, 4)];
        var (first, second) = (OrderHistory.Replay(events[..2]).Order, OrderHistory.Replay(events).Order);
        TrackingEvents.Arriving(first, Aim(first), Now, Now).Id.ShouldBe("arriving:o-1:0:0");
        TrackingEvents.Arriving(second, Aim(second), Now, Now).Id.ShouldBe("arriving:o-1:1:0");
        TrackingEvents.Nearby(first, Aim(first), Now, Now).Id.ShouldNotBe(TrackingEvents.Nearby(second, Aim(second), Now, Now).Id);
        OrderHistory.Step(second, TrackingEvents.Arriving(second, Aim(second), Now, Now)).Order.Status.ShouldBe(OrderStatus.Arriving);
    }

    [Fact]
    public void An_estimate_that_is_shown_as_a_later_time_is_another_event()
    {
        var order = OrderHistory.Replay([Some.Placed("e-1", 1)]).Order;
        var ids = new[] { 0, 0.1, 2, 4 }.Select(minutes => TrackingEvents.EtaUpdated(order, new Eta(Now.AddMinutes(minutes), null, null, null), Now, Now).Id).ToList();
        ids[1].ShouldBe(ids[0], "the same, found out by two nodes");
        ids.Distinct().Count().ShouldBe(3);
    }

    private static ArrivalAim Aim(Order order) => ArrivalAim.None.Now(order.Attempt(), null, TrackingOptions.Default);

    [Fact]
    public void A_flag_can_be_raised_taken_back_and_raised_again_without_an_id_coming_twice()
    {
        var order = OrderHistory.Replay([Some.Placed("e-1", 1)]).Order;
        var ids = new HashSet<EventIdentity>();
        for (var round = 0; round < 3; round++)
        {
            foreach (var raised in (bool[])[true, false])
            {
                var delay = TrackingEvents.Delayed(order, new DelayNotice(raised, raised ? "eta_passed" : null), Now);
                ids.Add(delay.Identity()).ShouldBeTrue();
                order = OrderHistory.Step(order, delay).Order;
                (order.Delayed is not null).ShouldBe(raised);
                var stale = TrackingEvents.Stale(order, new StaleNotice(raised, null), Now);
                ids.Add(stale.Identity()).ShouldBeTrue();
                order = OrderHistory.Step(order, stale).Order;
                (order.LocationStale is not null).ShouldBe(raised);
            }
        }
    }

    [Fact]
    public void What_a_node_with_a_slower_clock_takes_back_comes_behind_what_was_raised()
    {
        var order = OrderHistory.Replay([Some.Placed("e-1", 1)]).Order;
        order = OrderHistory.Step(order, TrackingEvents.Delayed(order, new DelayNotice(true, "eta_passed"), Now)).Order;
        (TrackingEvents.Delayed(order, new DelayNotice(false, null), Now.AddSeconds(-5)).Key() > order.Last).ShouldBeTrue();
        TrackingEvents.Delayed(order, new DelayNotice(false, null), Now.AddHours(-5)).Time.ShouldBe(Now.AddHours(-5), "that is no skew: the sender told of the future");
    }
}
