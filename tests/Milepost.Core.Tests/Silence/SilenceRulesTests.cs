using Milepost.Core.Orders;
using Milepost.Core.Silence;
using Milepost.Core.Tracking;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;

namespace Milepost.Core.Tests.Silence;

public sealed class SilenceRulesTests
{
    private static readonly Driver Ana = new("d-1", "Ana", null);

    // What happened (minutes of the evening), when the driver was last seen, when we look: what is said.
    [Theory]
    [InlineData("placed@0", null, 9.99, null)]
    [InlineData("placed@0", null, 10, "not_accepted")]
    [InlineData("placed@0 paid@5", null, 14.99, null)]
    [InlineData("placed@0 paid@5", null, 15, "not_accepted")]
    [InlineData("placed@0 accepted@5", null, 100, null)]
    [InlineData("placed@0 preparing@5", null, 100, null)]
    [InlineData("placed@0 ready@5", null, 24.99, null)]
    [InlineData("placed@0 ready@5", null, 25, "not_picked_up")]
    [InlineData("placed@0 ready@5 courier_assigned@20", null, 39.99, null)]
    [InlineData("placed@0 ready@5 courier_assigned@20", null, 40, "not_picked_up")]
    [InlineData("placed@0 promise@90 ready@5", null, 69.99, null)]
    [InlineData("placed@0 promise@90 ready@5", null, 70, "not_picked_up")]
    [InlineData("placed@0 promise@30 accepted@5", null, 30.99, null)]
    [InlineData("placed@0 promise@30 accepted@5", null, 31, "promise_passed")]
    [InlineData("placed@0 promise@30 ready@5", null, 31, "promise_passed")]
    [InlineData("placed@0 promise@8", null, 11, "promise_passed")]
    [InlineData("placed@0 promise@120 eta@30 accepted@5", null, 34.99, null)]
    [InlineData("placed@0 promise@120 eta@30 accepted@5", null, 35, "eta_passed")]
    [InlineData("placed@0 promise@120 eta@30 out_for_delivery@5 driver@5", 29.0, 35, "eta_passed")]
    [InlineData("placed@0 promise@120 eta@30 arriving@29 driver@5", 34.0, 35, null)]
    [InlineData("placed@0 out_for_delivery@5 driver@5", 20.0, 24.99, null)]
    [InlineData("placed@0 out_for_delivery@5 driver@5", 20.0, 25, "driver_silent")]
    [InlineData("placed@0 arriving@5 driver@5", 20.0, 25, "driver_silent")]
    [InlineData("placed@0 out_for_delivery@24 driver@5", 2.0, 28.99, null)]
    [InlineData("placed@0 out_for_delivery@24 driver@5", 2.0, 29, "driver_silent")]
    [InlineData("placed@0 out_for_delivery@5 driver@5", null, 100, null)]
    [InlineData("placed@0 out_for_delivery@5", 20.0, 100, null)]
    [InlineData("placed@0 promise@30 delivered@20", null, 100, null)]
    [InlineData("placed@0 promise@30 attempt_failed@20", null, 100, null)]
    [InlineData("placed@0 promise@30 exception@20", null, 100, null)]
    [InlineData("placed@0 promise@30 ready_for_collection@20", null, 100, null)]
    [InlineData("placed@0 promise@30 returning@20", null, 100, null)]
    public void An_order_is_late_from_the_moment_that_its_gravest_rule_says(string story, double? fix, double minute, string? reason)
    {
        var verdict = SilenceRules.Decide(Of(story), At(fix), SilenceSettings.Default, At(minute)!.Value);
        verdict.Delay.ShouldBe(reason is null ? null : new DelayNotice(true, reason));
    }

    [Theory]
    [InlineData("placed@0 out_for_delivery@5 driver@5", 20.0, 20.99, false)]
    [InlineData("placed@0 out_for_delivery@5 driver@5", 20.0, 21, true)]
    [InlineData("placed@0 picked_up@5 driver@5", 20.0, 21, true)]
    [InlineData("placed@0 courier_assigned@5 driver@5", 20.0, 22, false)]
    [InlineData("placed@0 out_for_delivery@30 driver@5", 20.0, 30.99, false)]
    [InlineData("placed@0 out_for_delivery@5 driver@5", null, 100, false)]
    [InlineData("placed@0 delivered@22 driver@5", 20.0, 30, false)]
    public void A_location_is_stale_when_a_driver_under_way_who_was_seen_is_seen_no_more(string story, double? fix, double minute, bool stale) =>
        SilenceRules.Decide(Of(story), At(fix), SilenceSettings.Default, At(minute)!.Value).Stale.ShouldBe(stale ? new StaleNotice(true, At(fix)) : null);

    [Fact]
    public void What_holds_already_is_not_said_again_and_what_holds_no_more_is_taken_back()
    {
        var silent = Flagged("placed@0 out_for_delivery@5 driver@5", DelayReasons.DriverSilent, stale: true);
        SilenceRules.Decide(silent, At(20), SilenceSettings.Default, At(26)!.Value).ShouldBe(SilenceVerdict.Nothing);
        SilenceRules.Decide(silent, At(25.5), SilenceSettings.Default, At(26)!.Value).ShouldBe(new SilenceVerdict(new DelayNotice(false, null), new StaleNotice(false, At(25.5))));

        var late = Flagged("placed@0 promise@30 eta@28 accepted@5", DelayReasons.EtaPassed);
        SilenceRules.Decide(late, null, SilenceSettings.Default, At(33)!.Value).Delay.ShouldBe(new DelayNotice(true, DelayReasons.PromisePassed), "graver");
        var worse = Flagged("placed@0 promise@30 eta@28 accepted@5", DelayReasons.PromisePassed);
        SilenceRules.Decide(worse, null, SilenceSettings.Default, At(400)!.Value).Delay.ShouldBeNull("it holds for as long as it is not delivered");
        var stopped = Flagged("placed@0 promise@30 accepted@5 attempt_failed@40", DelayReasons.PromisePassed);
        SilenceRules.Decide(stopped, null, SilenceSettings.Default, At(50)!.Value).ShouldBe(SilenceVerdict.Nothing, "other people's concern by now");
    }

    [Fact]
    public void Old_news_is_not_told()
    {
        var order = Of("placed@0 promise@30");
        SilenceRules.Decide(order, null, SilenceSettings.Default, At(31 + 120)!.Value).Delay.ShouldNotBeNull();
        SilenceRules.Decide(order, null, SilenceSettings.Default, At(31 + 120.01)!.Value).Delay.ShouldBeNull();
        SilenceRules.NextCheckAt(order, null, SilenceSettings.Default, At(31 + 120.01)!.Value).ShouldBeNull();
        SilenceRules.Decide(Of("placed@0 out_for_delivery@1 driver@1"), At(2), SilenceSettings.Default, At(200)!.Value).ShouldBe(SilenceVerdict.Nothing);
    }

    [Fact]
    public void A_flag_that_flaps_is_given_up_on()
    {
        var tired = Of("placed@0") with { DelaysRaised = SilenceRules.MostDelays };
        SilenceRules.Decide(tired, null, SilenceSettings.Default, At(15)!.Value).Delay.ShouldBeNull();
        var weary = Of("placed@0 out_for_delivery@5 driver@5") with { StalesRaised = SilenceRules.MostStales };
        SilenceRules.Decide(weary, At(20), SilenceSettings.Default, At(22)!.Value).Stale.ShouldBeNull();
        SilenceRules.Decide(weary with { LocationStale = new StaleLocation(At(20)!.Value, null) }, At(22), SilenceSettings.Default, At(22)!.Value).Stale.ShouldBe(new StaleNotice(false, At(22)), "taking it back is always allowed");
    }

    [Fact]
    public void A_tenant_has_times_of_its_own_and_zero_turns_a_rule_off()
    {
        var settings = new SilenceSettings { Accept = TimeSpan.FromMinutes(1) };
        SilenceRules.Decide(Of("placed@0"), null, settings, At(1)!.Value).Delay.ShouldNotBeNull();
        var off = new SilenceSettings { Accept = default, PickUp = default, Stale = default, Silent = default, Eta = default, Promise = default };
        foreach (var story in (string[])["placed@0 promise@30 eta@20", "placed@0 ready@5", "placed@0 out_for_delivery@5 driver@5"])
        {
            SilenceRules.Decide(Of(story), At(20), off, At(60)!.Value).ShouldBe(SilenceVerdict.Nothing);
        }
    }

    [Theory]
    [InlineData("placed@0", null, 3, 10.0)]
    [InlineData("placed@0", null, 12, 12.0)]
    [InlineData("placed@0 accepted@5", null, 6, null)]
    [InlineData("placed@0 promise@30 accepted@5", null, 6, 31.0)]
    [InlineData("placed@0 promise@30 eta@20 accepted@5", null, 6, 25.0)]
    [InlineData("placed@0 promise@90 out_for_delivery@5 driver@5", 20.0, 20.5, 21.0)]
    [InlineData("placed@0 promise@90 out_for_delivery@5 driver@5", null, 5, 6.0)]
    [InlineData("placed@0 promise@90 out_for_delivery@5 driver@5", null, 20, 25.0)]
    [InlineData("placed@0 promise@90 delivered@5", null, 6, null)]
    [InlineData("placed@0 promise@90 out_for_delivery@5 driver@5 stale@21", 20.0, 21, 22.0)]
    public void The_next_look_is_at_the_next_moment_at_which_something_may_be_said(string story, double? fix, double minute, double? next) =>
        SilenceRules.NextCheckAt(Of(story), At(fix), SilenceSettings.Default, At(minute)!.Value).ShouldBe(At(next));

    [Fact]
    public void Whoever_looks_when_told_to_misses_nothing_and_says_it_at_its_moment()
    {
        foreach (var (story, fix) in ((string, double?)[])[("placed@0 promise@70 eta@40", null), ("placed@0 ready@5 promise@50", null), ("placed@0 promise@90 eta@60 out_for_delivery@5 driver@5", 20.0)])
        {
            var (order, said, looks) = (Of(story), new List<string>(), 0);
            var now = At(5)!.Value;
            while (SilenceRules.NextCheckAt(order, At(fix), SilenceSettings.Default, now) is { } next && next < At(200))
            {
                (now, looks) = (next, looks + 1);
                var verdict = SilenceRules.Decide(order, At(fix), SilenceSettings.Default, now);
                said.AddRange(new[] { verdict.Delay?.Reason, verdict.Stale is null ? null : "stale" }.OfType<string>().Select(word => FormattableString.Invariant($"{word}@{(now - Some.Evening).TotalMinutes}")));
                order = order with
                {
                    Delayed = verdict.Delay is { } delay ? new Delay(now, delay.Reason) : order.Delayed,
                    LocationStale = verdict.Stale is { } stale ? new StaleLocation(now, stale.LastFixAt) : order.LocationStale,
                };
            }

            said.ShouldBe(story switch
            {
                "placed@0 promise@70 eta@40" => ["not_accepted@10", "eta_passed@45", "promise_passed@71"],
                "placed@0 ready@5 promise@50" => ["not_picked_up@30", "promise_passed@51"],
                _ => ["stale@21", "driver_silent@25", "eta_passed@65", "promise_passed@91"],
            });
            looks.ShouldBeLessThan(200, "once a minute at most");
        }
    }

    private static Order Flagged(string story, string reason, bool stale = false) => Of(story) with
    {
        Delayed = new Delay(At(0)!.Value, reason),
        LocationStale = stale ? new StaleLocation(At(0)!.Value, null) : null,
    };

    [Fact]
    public void Whoever_catches_up_is_not_silent_and_what_is_said_is_not_taken_back_for_that()
    {
        // An intake that was away: what happened at 0 reaches us at 15, and the rest is on its way.
        var placed = Some.Placed("e-1", 0) with { ReceivedAt = At(15)!.Value };
        var order = OrderHistory.Replay([placed]).Order;
        Said(order, 15.9).ShouldBeNull();
        SilenceRules.NextCheckAt(order, null, SilenceSettings.Default, At(15)!.Value).ShouldBe(At(16));
        Said(order, 16).ShouldBe(new DelayNotice(true, "not_accepted"));

        var late = OrderHistory.Replay([placed, TrackingEvents.Delayed(order, new DelayNotice(true, "not_accepted"), At(16)!.Value)]).Order;
        Said(late, 16.5).ShouldBeNull();
        var noted = OrderHistory.Replay([placed, TrackingEvents.Delayed(order, new DelayNotice(true, "not_accepted"), At(16)!.Value), Some.Event("e-2", EventTypes.OrderNoteAdded, 17) with { ReceivedAt = At(17)!.Value }]).Order;
        Said(noted, 17.1).ShouldBeNull();
        noted.Delayed.ShouldNotBeNull();

        static DelayNotice? Said(Order order, double minute) => SilenceRules.Decide(order, null, SilenceSettings.Default, At(minute)!.Value).Delay;
    }

    private static Order Of(string story) => OrderHistory.Replay(story.Split(' ').Select((part, index) =>
    {
        var (word, minute) = part.Split('@') is [var first, var last] ? (first, double.Parse(last, System.Globalization.CultureInfo.InvariantCulture)) : throw new FormatException(part);
        return word switch
        {
            // Told with the order, of a time to come.
            "promise" => Some.Event($"e-{index}", EventTypes.OrderPlaced, 0) with { Promise = new Promise(At(minute)!.Value, null, null) },
            "eta" => Some.Event($"e-{index}", EventTypes.OrderEtaUpdated, 1) with { Eta = new Eta(At(minute)!.Value, null, null, null) },
            "driver" => Some.Event($"e-{index}", EventTypes.OrderDriverAssigned, minute) with { Driver = Ana },
            "stale" => Some.Event($"e-{index}", EventTypes.OrderLocationStale, minute) with { Stale = new StaleNotice(true, null) },
            "placed" => Some.Placed($"e-{index}", minute),
            _ when OrderStatusNames.TryParse(word, out var status) => Some.Status($"e-{index}", status, minute),
            _ => throw new FormatException(part),
        };
    })).Order;

    private static DateTimeOffset? At(double? minute) => minute is { } value ? Some.Evening.AddMinutes(value) : null;
}
