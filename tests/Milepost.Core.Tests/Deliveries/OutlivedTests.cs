using Milepost.Core.Customers;
using Milepost.Core.Deliveries;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Tenants;
using Milepost.Core.Tracking;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;

namespace Milepost.Core.Tests.Deliveries;

/// <summary>What tracking finds out is told while it is true, and not too often.</summary>
public sealed class OutlivedTests
{
    private static readonly DateTimeOffset Now = Some.Evening.AddMinutes(30);

    private static readonly Customer Ada = new()
    {
        Tenant = Some.Tenant,
        Profile = new CustomerProfile { Id = "c-1" },
        Devices = [new Device { Id = "phone", Kind = DeviceKind.Fcm, Address = "token-1", SeenAt = Some.Evening }],
    };

    [Theory]
    [InlineData(EventTypes.OrderNearby, OrderStatus.OutForDelivery, true)]
    [InlineData(EventTypes.OrderNearby, OrderStatus.Arriving, false)]
    [InlineData(EventTypes.OrderNearby, OrderStatus.Delivered, false)]
    [InlineData(EventTypes.OrderNearby, OrderStatus.Cancelled, false)]
    [InlineData(EventTypes.OrderDelayed, OrderStatus.OutForDelivery, true)]
    [InlineData(EventTypes.OrderDelayed, OrderStatus.Arriving, true)]
    [InlineData(EventTypes.OrderDelayed, OrderStatus.Delivered, false)]
    public void Nobody_is_told_close_by_or_late_behind_the_end(string type, OrderStatus now, bool goes)
    {
        var (context, found) = Found(type);
        var push = Plan(context, found).Deliveries.Single();
        (push.Type, push.Channel, push.Status).ShouldBe((type, DeliveryChannel.Fcm, null));
        var order = OrderHistory.Step(OrderHistory.Step(context.Orders.Values.Single(), found).Order, Some.Status("e-9", now, 40, correction: true)).Order;
        (Decide(push, order) is Clearance.Send).ShouldBe(goes);
    }

    [Fact]
    public void Nobody_is_told_that_it_is_late_when_it_no_longer_is()
    {
        var (context, found) = Found(EventTypes.OrderDelayed);
        var push = Plan(context, found).Deliveries.Single();
        var late = OrderHistory.Step(context.Orders.Values.Single(), found).Order;
        Decide(push, late).ShouldBeOfType<Clearance.Send>();
        var over = OrderHistory.Step(late, TrackingEvents.Delayed(late, new DelayNotice(false, null), Now.AddMinutes(1))).Order;
        Decide(push, over).ShouldBeOfType<Clearance.Stop>().Code.ShouldBe(ClearanceCode.Superseded);
    }

    [Fact]
    public void A_customer_hears_of_lateness_once_in_half_an_hour_and_three_times_at_most_whatever_the_watch_says()
    {
        var (context, _) = Found(EventTypes.OrderNearby);
        var told = new List<double>();
        for (var minute = 0; minute < 300; minute += 10)
        {
            var order = context.Orders.Values.Single();
            foreach (var raised in (bool[])[true, false])
            {
                var plan = Plan(context, TrackingEvents.Delayed(order, new DelayNotice(raised, raised ? "eta_passed" : null), Now.AddMinutes(minute)));
                told.AddRange(plan.Notifications.Select(_ => (double)minute));
                order = context.Orders[new TenantKey(Some.Tenant, "o-1")] = plan.Orders.Values.Single();
            }
        }

        told.ShouldBe([0, 30, 60]);
    }

    [Fact]
    public void That_the_location_is_stale_is_no_news_for_the_customer()
    {
        var (context, _) = Found(EventTypes.OrderNearby);
        var plan = Plan(context, TrackingEvents.Stale(context.Orders.Values.Single(), new StaleNotice(true, Now), Now));
        (plan.Notifications.Count, plan.Deliveries.Count).ShouldBe((0, 0));
        plan.Entries.Single().Type.ShouldBe("order.updated", "whoever looks at the order sees it");
        plan.Orders.Values.Single().Exceptions().ShouldBe(OrderExceptions.Stale);
    }

    [Fact]
    public void Nearby_heard_of_too_late_is_only_in_the_inbox()
    {
        var (context, found) = Found(EventTypes.OrderNearby);
        Plan(context, found with { Time = Now.AddMinutes(-6) }).Deliveries.ShouldBeEmpty();
    }

    private static (RecordingContext Context, RecordedEvent Found) Found(string type)
    {
        var order = OrderHistory.Replay([Some.Placed("e-1", 1), Some.Status("e-2", OrderStatus.OutForDelivery, 2)]).Order;
        var context = new RecordingContext();
        context.Orders.Add(new TenantKey(Some.Tenant, "o-1"), order);
        context.Customers.Add(new TenantKey(Some.Tenant, "c-1"), Ada);
        return (context, type == EventTypes.OrderNearby ? TrackingEvents.Nearby(order, Core.Tracking.ArrivalAim.None, Now, Now) : TrackingEvents.Delayed(order, new DelayNotice(true, "eta_passed"), Now));
    }

    private static RecordingPlan Plan(RecordingContext context, RecordedEvent recorded) => RecordingPlanner.Plan(context, Some.Tools, [recorded], recorded.Time > Now ? recorded.Time : Now);

    private static Clearance Decide(Delivery push, Order order) => ClearanceRules.Decide(new ClearanceCase(
        new QueuedDelivery(push, new DeliveryProgress { State = DeliveryState.Leased, Due = push.Due }), new ClearanceFacts { Customer = Ada, Order = order }, TenantSettings.Default, push.Due));
}
