using Milepost.Core.Etas;
using Milepost.Core.Orders;
using Milepost.Core.Tracking;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;

namespace Milepost.Core.Tests.Tracking;

/// <summary>
/// What is told of an order whose driver is not heard: what others say anew, and nothing that only the time that goes by says. And what is known of the stops before it.
/// </summary>
public sealed class OrderStepTests
{
    private static readonly TrackingOptions Rules = TrackingOptions.Default;
    private static readonly DateTimeOffset Now = Some.Evening;
    private static readonly GeoPoint Door = new(52.52, 13.4);
    private static readonly Order UnderWay = OrderHistory.Replay(
    [
        Some.Placed("e-1", -30) with { Destination = new Destination("Main St 1", Door.Lat, Door.Lon) },
        Some.Event("e-2", EventTypes.OrderDriverAssigned, -20) with { Driver = new Driver("d-1", "Ana", "bike") },
        Some.Status("e-3", OrderStatus.OutForDelivery, -10),
    ]).Order;

    [Fact]
    public void Of_a_driver_who_was_never_seen_the_logistics_services_estimate_is_told()
    {
        var step = Step(OrderTrack.Start, null, Told(20), Now);
        step.Publish.ShouldNotBeNull().At.ShouldBe(Now.AddMinutes(20));
        step.Revision!.Value.Shown.ShouldBeTrue();
        Step(step.Track, null, Told(20), Now.AddMinutes(1)).Publish.ShouldBeNull();
    }

    [Fact]
    public void A_new_estimate_is_told_while_the_driver_is_silent_later_at_once_and_earlier_when_it_has_settled()
    {
        var track = Step(OrderTrack.Start, null, Told(30), Now).Track;
        var later = Step(track, Seen(-30), Told(45, madeAt: 1), Now.AddMinutes(1));
        later.Publish.ShouldNotBeNull().At.ShouldBe(Now.AddMinutes(45));
        var sooner = Step(later.Track, Seen(-30), Told(35, madeAt: 2), Now.AddMinutes(2));
        (sooner.Publish, sooner.CheckAt).ShouldBe((null, Now.AddMinutes(3)));
        Step(sooner.Track, Seen(-30), Told(35, madeAt: 2), Now.AddMinutes(3)).Publish.ShouldNotBeNull().At.ShouldBe(Now.AddMinutes(35));
    }

    /// <summary>Else an order of a silent driver would be a minute away for ever, and never late.</summary>
    [Fact]
    public void Time_that_goes_by_without_a_sign_of_the_driver_is_no_news()
    {
        var track = Step(OrderTrack.Start, Seen(0), Told(3), Now, accepted: true).Track;
        track.MetersToGo.ShouldNotBeNull();
        for (var minute = 3; minute < 60; minute++)
        {
            var step = Step(track, Seen(0), Told(3), Now.AddMinutes(minute));
            (step.Publish, step.Revision).ShouldBe((null, null), $"minute {minute}");
            track = step.Track;
        }
    }

    [Fact]
    public void What_had_passed_when_it_was_heard_of_and_what_a_routing_engine_says_of_a_silent_driver_is_not_told()
    {
        Step(OrderTrack.Start, null, Told(-1, madeAt: -5), Now).Publish.ShouldBeNull();
        Step(OrderTrack.Start, Seen(-30), Told(20) with { Source = EtaSource.Routing }, Now).Publish.ShouldBeNull();
        Step(OrderTrack.Start, Seen(0), Told(20) with { Source = EtaSource.Routing }, Now).Publish.ShouldNotBeNull();
    }

    [Fact]
    public void An_estimate_from_before_what_the_shop_told_last_is_not_told()
    {
        var order = OrderHistory.Replay(
        [
            Some.Placed("e-1", -30) with { Destination = new Destination("Main St 1", Door.Lat, Door.Lon) },
            Some.Status("e-3", OrderStatus.OutForDelivery, -10),
            Some.Event("e-4", EventTypes.OrderEtaUpdated, -1) with { Eta = new Eta(Now.AddMinutes(50), null, null, null) },
        ]).Order;
        OrderStep.Step(order, OrderTrack.Start, null, [], new ToldWay { Eta = Told(20, madeAt: -2) }, _ => null, Rules, Now).Publish.ShouldBeNull();
        OrderStep.Step(order, OrderTrack.Start, null, [], new ToldWay { Eta = Told(70, madeAt: 0) }, _ => null, Rules, Now).Publish.ShouldNotBeNull().At.ShouldBe(Now.AddMinutes(70));
    }

    [Fact]
    public void Who_was_at_the_door_and_was_not_heard_since_is_not_arriving_half_an_hour_later()
    {
        var near = Step(OrderTrack.Start, Seen(0), null, Now, accepted: true);
        (near.Raised, near.CheckAt).ShouldBe((null, Now.AddSeconds(Rules.DwellSeconds)));
        Step(near.Track, Seen(0), null, Now.AddSeconds(Rules.DwellSeconds)).Raised.ShouldBe(ArrivalKind.Arriving);
        Step(near.Track, Seen(0), null, Now.AddMinutes(30)).Raised.ShouldBeNull();
    }

    // Told: what the service said at one look after the other (a number of stops, "none", "-" it says nothing of stops, "" it was not reached, "nobody" there is no service).
    [Theory]
    [InlineData("", true, null)]
    [InlineData("nobody", true, 0)]
    [InlineData("nobody", false, null)]
    [InlineData("2", true, 2)]
    [InlineData("0", false, 0)]
    [InlineData("none", true, 0)]
    [InlineData("none", false, null)]
    [InlineData("-", true, 0)]
    [InlineData("-", false, null)]
    [InlineData("2,", true, 2)]
    [InlineData("2,-", true, 2)]
    [InlineData("2,none", true, 0)]
    [InlineData("none,", true, 0)]
    [InlineData(",1", true, 1)]
    public void Stops_are_not_known_before_somebody_was_asked_and_none_when_nobody_knows_of_any(string told, bool alone, int? stops)
    {
        var track = Looks(OrderTrack.Start, UnderWay, told);
        OrderStep.Facts(UnderWay, track, alone, Now).StopsBefore.ShouldBe(stops);
        OrderStep.Facts(UnderWay, null, alone, Now).StopsBefore.ShouldBeNull();
    }

    [Theory]
    [InlineData("0", null)]
    [InlineData("none", null)]
    [InlineData("nobody", 0)]
    public void What_was_said_of_one_drivers_stops_says_nothing_of_the_next_drivers(string told, int? stops)
    {
        var track = Looks(OrderTrack.Start, UnderWay, told);
        var handed = UnderWay with { Driver = new Driver("d-2", "Bo", "van") };
        OrderStep.Facts(handed, track, alone: true, Now).StopsBefore.ShouldBeNull("before anybody looked");
        OrderStep.Facts(handed, Looks(track, handed, told == "nobody" ? told : ""), alone: true, Now).StopsBefore.ShouldBe(stops);
        OrderStep.Facts(handed, Looks(track, handed, "-"), alone: true, Now).StopsBefore.ShouldBe(0);
        OrderStep.Facts(handed, Looks(track, handed, "3"), alone: true, Now).StopsBefore.ShouldBe(3);
    }

    private static OrderTrack Looks(OrderTrack track, Order order, string told) => told.Split(',').Aggregate(track, (known, said) => OrderStep.Step(
        order,
        known,
        null,
        [],
        new ToldWay
        {
            StopsBefore = int.TryParse(said, out var stops) ? stops : null,
            HasNoEstimate = said == "none",
            HasAskedForStops = said.Length > 0,
        },
        _ => null,
        Rules,
        Now).Track);

    private static OrderStepResult Step(OrderTrack before, DriverTrack? driver, EtaEstimate? told, DateTimeOffset now, bool accepted = false) =>
        OrderStep.Step(UnderWay, before, driver, accepted ? [driver!.Last!] : [], new ToldWay { Eta = told }, _ => null, Rules, now);

    private static DriverTrack Seen(double minute) => new()
    {
        DriverId = "d-1",
        Last = new LocationFix { DriverId = "d-1", Time = Now.AddMinutes(minute), ReceivedAt = Now.AddMinutes(minute), At = Door, AccuracyMeters = 5, Source = "test" },
    };

    private static EtaEstimate Told(double minutes, double madeAt = 0) => new()
    {
        At = Now.AddMinutes(minutes),
        From = Now.AddMinutes(minutes - 2),
        To = Now.AddMinutes(minutes + 2),
        Source = EtaSource.Logistics,
        Confidence = EtaConfidence.Medium,
        CalculatedAt = Now.AddMinutes(madeAt),
    };
}
