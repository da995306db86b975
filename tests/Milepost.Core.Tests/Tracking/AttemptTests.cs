using Milepost.Core.Orders;
using Milepost.Core.Tracking;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;

namespace Milepost.Core.Tests.Tracking;

/// <summary>An order that changes hands, is put back on its way, or is sent to another door: what was known of it counts for what it still says.</summary>
public sealed class AttemptTests
{
    private static readonly TrackingOptions Rules = TrackingOptions.Default;
    private static readonly DateTimeOffset Now = Some.Evening;
    private static readonly GeoPoint Door = new(52.52, 13.4);
    private static readonly GeoPoint Elsewhere = Geodesy.Destination(Door, 90, 3_000);
    private static readonly RecordedEvent[] UnderWay =
    [
        Some.Placed("e-1", -30) with { Destination = new Destination("Main St 1", Door.Lat, Door.Lon) },
        Some.Event("e-2", EventTypes.OrderDriverAssigned, -20) with { Driver = new Driver("d-1", "Ana", "bike") },
        Some.Status("e-3", OrderStatus.OutForDelivery, -10),
    ];

    [Fact]
    public void An_order_is_its_drivers_since_the_event_that_named_somebody_else()
    {
        Replay().DriverSince.ShouldBe(Now.AddMinutes(-20));
        Replay(Driver("d-1", -5)).DriverSince.ShouldBe(Now.AddMinutes(-20), "the same driver, told again");
        var handed = Replay(Driver("d-2", -5));
        (handed.DriverSince, handed.OnTheWaySince).ShouldBe((Now.AddMinutes(-5), Now.AddMinutes(-10)));
        (handed.Concerns(Now.AddMinutes(-5)), handed.Concerns(Now.AddMinutes(-6))).ShouldBe((true, false));
        (Replay().Concerns(Now.AddMinutes(-10)), Replay().Concerns(Now.AddMinutes(-11))).ShouldBe((true, false));
    }

    [Fact]
    public void Where_the_next_driver_was_before_taking_the_order_says_nothing_of_its_way()
    {
        var handed = Replay(Driver("d-2", -1));
        var before = Look(handed, OrderTrack.Start, At(Door, -2, "d-2"), At(Door, -1.5, "d-2"));
        (before.Raised, before.Track.MetersToGo).ShouldBe((null, null));
        var after = Look(handed, before.Track, At(Door, -0.2, "d-2"), At(Door, -0.1, "d-2"));
        (after.Raised, after.Track.MetersToGo).ShouldBe((ArrivalKind.Arriving, 0));
    }

    [Fact]
    public void What_a_correction_puts_back_on_its_way_arrives_again()
    {
        var arrived = Look(Replay(), OrderTrack.Start, At(Door, -0.4), At(Door, -0.3));
        arrived.Raised.ShouldBe(ArrivalKind.Arriving);
        var first = TrackingEvents.Arriving(Replay(), arrived.Track.Aim, Now, Now);

        // Nobody looks at it while it counts as delivered.
        var back = Replay(Some.Status("e-4", OrderStatus.Arriving, -0.2), Some.Status("e-5", OrderStatus.Delivered, -0.1), Some.Status("e-6", OrderStatus.OutForDelivery, 0, correction: true));
        back.Status.ShouldBe(OrderStatus.OutForDelivery);
        var again = Look(back, arrived.Track, At(Door, 0.2), At(Door, 0.3));
        again.Raised.ShouldBe(ArrivalKind.Arriving);
        TrackingEvents.Arriving(back, again.Track.Aim, Now, Now).Id.ShouldNotBe(first.Id);
        Look(back, again.Track, At(Door, 0.4), At(Door, 0.5)).Raised.ShouldBeNull("once in an attempt");
    }

    [Theory]
    [InlineData(OrderStatus.OutForDelivery, OrderStatus.PickedUp, true)]
    [InlineData(OrderStatus.PickedUp, OrderStatus.OutForDelivery, false)]
    [InlineData(OrderStatus.Delivered, OrderStatus.OutForDelivery, true)]
    [InlineData(OrderStatus.Delivered, OrderStatus.Preparing, false)]
    public void Only_what_goes_back_on_the_way_is_another_attempt(OrderStatus before, OrderStatus corrected, bool isAnother) =>
        OrderHistory.Replay([Some.Placed("e-1", -30), Some.Status("e-2", before, -20), Some.Status("e-3", corrected, -10, correction: true)]).Order.Attempt().ShouldBe(isAnother ? 1 : 0);

    [Fact]
    public void At_another_door_the_driver_is_nearby_and_arrives_anew_and_the_way_to_the_first_is_none()
    {
        var known = OrderTrack.Start with { Route = new TrackedRoute("_p~iF~ps|U", "1", "routing") };
        var arrived = Look(Replay(), known, At(Door, -0.4), At(Door, -0.3));
        (arrived.Raised, arrived.Track.Route).ShouldBe((ArrivalKind.Arriving, known.Route));
        var first = TrackingEvents.Arriving(Replay(), arrived.Track.Aim, Now, Now);

        var moved = Replay(Destined(Elsewhere));
        var there = Look(moved, arrived.Track, At(Elsewhere, 0.2), At(Elsewhere, 0.3));
        (there.Raised, there.Track.Route).ShouldBe((ArrivalKind.Arriving, null));
        TrackingEvents.Arriving(moved, there.Track.Aim, Now, Now).Id.ShouldNotBe(first.Id);
        Look(Replay(Destined(Elsewhere)), there.Track, At(Elsewhere, 0.4), At(Elsewhere, 0.5)).Raised.ShouldBeNull();
    }

    [Fact]
    public void The_same_door_told_better_is_the_same_door()
    {
        var arrived = Look(Replay(), OrderTrack.Start, At(Door, -0.4), At(Door, -0.3));
        var nearer = Replay(Destined(Geodesy.Destination(Door, 0, Rules.ArrivingMeters - 1)));
        Look(nearer, arrived.Track, At(Door, 0.2), At(Door, 0.3)).Raised.ShouldBeNull();
    }

    private static Order Replay(params RecordedEvent[] more) => OrderHistory.Replay([.. UnderWay, .. more]).Order;

    private static RecordedEvent Driver(string id, double minute) =>
        Some.Event("e-h", EventTypes.OrderDriverAssigned, minute) with { Driver = new Driver(id, "Bo", "van") };

    private static RecordedEvent Destined(GeoPoint door) => Some.Placed("e-d", -1) with { Destination = new Destination("Side St 2", door.Lat, door.Lon) };

    private static LocationFix At(GeoPoint place, double minute, string driver = "d-1") =>
        new() { DriverId = driver, Time = Now.AddMinutes(minute), ReceivedAt = Now.AddMinutes(minute), At = place, AccuracyMeters = 5, Source = "test" };

    private static OrderStepResult Look(Order order, OrderTrack before, params LocationFix[] fixes) => OrderStep.Step(
        order, before, new DriverTrack { DriverId = fixes[^1].DriverId, Last = fixes[^1] }, fixes, ToldWay.None, _ => null, Rules with { LateSeconds = 600 }, fixes[^1].ReceivedAt);
}
