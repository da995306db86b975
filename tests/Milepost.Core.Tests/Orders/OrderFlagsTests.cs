using Milepost.Core.Orders;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;

namespace Milepost.Core.Tests.Orders;

public sealed class OrderFlagsTests
{
    private static readonly Promise Given = new(At(40), At(30), At(50));

    [Fact]
    public void A_promise_that_was_given_stands_whatever_becomes_of_the_eta()
    {
        var order = Of(Eta("e-1", 1, 20), Some.Placed("e-2", 2) with { Promise = Given }, Some.Placed("e-3", 3) with { Promise = new Promise(At(99), null, null) }, Eta("e-4", 4, 60));
        (order.Promise, order.PromiseGiven).ShouldBe((Given, true));
        order.Eta.ShouldBe(new Eta(At(60), null, At(65), null) { RevisedAt = At(4) });
    }

    [Fact]
    public void Where_none_was_given_the_first_eta_is_the_promise()
    {
        var order = Of(Some.Placed("e-1", 1), Eta("e-2", 2, 20), Eta("e-3", 3, 60));
        (order.Promise, order.PromiseGiven).ShouldBe((new Promise(At(20), null, At(25)), false));
        order.Promise!.Until().ShouldBe(At(25));
    }

    [Fact]
    public void A_delay_counts_from_the_first_word_of_it_and_ends_with_the_word_or_the_order()
    {
        Of(Delay("e-1", 1, "not_accepted"), Delay("e-2", 5, "eta_passed")).Delayed.ShouldBe(new Delay(At(1), "eta_passed"));
        Of(Delay("e-1", 1, "not_accepted"), Over("e-2", 5)).Delayed.ShouldBeNull();
        Of(Delay("e-1", 1, "not_accepted"), Over("e-2", 5), Delay("e-3", 9, "eta_passed")).Delayed.ShouldBe(new Delay(At(9), "eta_passed"));
        Of(Delay("e-1", 1, "not_accepted"), Some.Status("e-2", OrderStatus.Delivered, 2)).Delayed.ShouldBeNull();
        Of(Some.Status("e-1", OrderStatus.Delivered, 1), Delay("e-2", 2, "eta_passed")).Delayed.ShouldBeNull("it has ended");
    }

    [Fact]
    public void A_stale_location_counts_from_the_first_word_of_it_and_ends_with_the_word_or_the_order()
    {
        Of(Stale("e-1", 1, true), Stale("e-2", 3, true)).LocationStale.ShouldBe(new StaleLocation(At(1), At(2)));
        Of(Stale("e-1", 1, true), Stale("e-2", 3, false)).LocationStale.ShouldBeNull();
        Of(Stale("e-1", 1, true), Some.Status("e-2", OrderStatus.Cancelled, 2)).LocationStale.ShouldBeNull();
    }

    [Fact]
    public void An_order_knows_when_it_was_delivered_until_that_is_taken_back()
    {
        var delivered = Of(Some.Placed("e-1", 1), Some.Status("e-2", OrderStatus.Delivered, 7));
        (delivered.DeliveredAt, delivered.StatusSince).ShouldBe((At(7), At(7)));
        var returned = Of(Some.Status("e-2", OrderStatus.Delivered, 7), Some.Status("e-3", OrderStatus.Returning, 8), Some.Status("e-4", OrderStatus.Returned, 9));
        returned.DeliveredAt.ShouldBe(At(7), "it was, before it came back");
        Of(Some.Status("e-2", OrderStatus.Delivered, 7), Some.Status("e-3", OrderStatus.OutForDelivery, 8, correction: true)).DeliveredAt.ShouldBeNull();
        Of(Some.Status("e-2", OrderStatus.Cancelled, 7)).DeliveredAt.ShouldBeNull();
    }

    [Fact]
    public void A_customer_is_told_three_times_at_most_and_not_twice_in_half_an_hour()
    {
        var order = Of([.. Enumerable.Range(0, 20).Select(index => Delay($"e-{index:00}", index * 29, $"reason {index}"))]);
        (order.DelaysTold, order.DelayToldAt, order.DelaysRaised).ShouldBe((3, At(116), 20));
        Of(Delay("e-1", 0, "a"), Over("e-2", 1), Delay("e-3", 30, "b")).DelaysTold.ShouldBe(2);
        Of(Delay("e-1", 0, "a"), Over("e-2", 1), Delay("e-3", 29, "b")).DelaysTold.ShouldBe(1);
    }

    [Fact]
    public void The_numbers_that_ids_are_made_of_only_grow_with_the_set_of_events()
    {
        var set = new[] { Delay("e-1", 1, "a"), Stale("e-2", 2, true), Some.Status("e-3", OrderStatus.AttemptFailed, 3) };
        var before = Of(set);
        (before.DelaysRaised, before.StalesRaised, before.FailedAttempts).ShouldBe((1, 1, 1));
        // Heard of late: the order had ended before all of them.
        var after = Of([Some.Status("e-0", OrderStatus.Cancelled, 0), .. set]);
        (after.DelaysRaised, after.StalesRaised, after.FailedAttempts).ShouldBe((1, 1, 1));
    }

    private static Order Of(params RecordedEvent[] events) => OrderHistory.Replay(events).Order;

    private static DateTimeOffset At(double minute) => Some.Evening.AddMinutes(minute);

    private static RecordedEvent Eta(string id, double minute, double eta) => Some.Event(id, EventTypes.OrderEtaUpdated, minute) with { Eta = new Eta(At(eta), null, At(eta + 5), null) };

    private static RecordedEvent Delay(string id, double minute, string reason) => Some.Event(id, EventTypes.OrderDelayed, minute) with { Delay = new DelayNotice(true, reason) };

    private static RecordedEvent Over(string id, double minute) => Some.Event(id, EventTypes.OrderDelayed, minute) with { Delay = new DelayNotice(false, null) };

    private static RecordedEvent Stale(string id, double minute, bool stale) => Some.Event(id, EventTypes.OrderLocationStale, minute) with { Stale = new StaleNotice(stale, At(minute - 1)) };
}
