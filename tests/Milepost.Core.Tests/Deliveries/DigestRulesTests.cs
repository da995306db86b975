using Milepost.Core.Deliveries;
using Milepost.Protocol.Notifications;
using static Milepost.Core.Tests.Deliveries.Siblings;

namespace Milepost.Core.Tests.Deliveries;

/// <summary>What is told together: each member once, whoever has it in hand when.</summary>
public sealed class DigestRulesTests
{
    private const string Aside = ClearanceCode.InDigest;

    [Fact]
    public void A_digest_goes_out_once_and_tells_of_all_that_were_put_aside_for_it()
    {
        QueuedDelivery[] rows = [Item(1, DeliveryState.Sent), Item(2, DeliveryState.Cancelled, Aside), Item(3, DeliveryState.Leased), Item(4, DeliveryState.Leased)];
        Decide(rows[2], rows).ShouldBeOfType<Clearance.Stop>().Code.ShouldBe(ClearanceCode.InDigest);
        Members(Decide(rows[3], rows, aside: ["3.email"])).ShouldBe(["2.email", "3.email", "4.email"]);
    }

    [Theory]
    [InlineData(DeliveryState.Queued)]
    [InlineData(DeliveryState.Leased)]
    [InlineData(DeliveryState.Sending)]
    public void It_waits_for_those_that_are_not_put_aside_yet(DeliveryState older)
    {
        QueuedDelivery[] rows = [Item(1, older), Item(2, DeliveryState.Leased)];
        Decide(rows[1], rows).ShouldBeOfType<Clearance.Hold>().Code.ShouldBe(ClearanceCode.InOrder);
    }

    [Theory]
    [InlineData(DeliveryState.Sent)]
    [InlineData(DeliveryState.Failed)]
    [InlineData(DeliveryState.Suppressed)]
    public void What_one_that_is_done_did_not_tell_goes_by_itself(DeliveryState newer)
    {
        QueuedDelivery[] rows = [Item(1, DeliveryState.Leased), Item(2, newer)];
        Members(Decide(rows[0], rows)).ShouldBeEmpty();
    }

    [Fact]
    public void What_comes_late_waits_until_it_is_known_what_became_of_the_newer() =>
        Decide(Item(1, DeliveryState.Leased), [Item(1, DeliveryState.Leased), Item(2, DeliveryState.Sending)]).ShouldBeOfType<Clearance.Hold>().Code.ShouldBe(ClearanceCode.InOrder);

    [Fact]
    public void Windows_that_end_in_the_same_quiet_hours_wait_under_one_topic()
    {
        var first = Item(1, DeliveryState.Leased).Pushed();
        var second = Item(2, DeliveryState.Leased).Pushed();
        second = second with { Delivery = second.Delivery with { Topic = "email:c-1::digest:offers:2", Due = Now.AddHours(1) } };
        var holds = new[] { Decide(first, [first], quiet: true), Decide(second, [second], quiet: true, now: Now.AddHours(1)) }.Select(clearance => clearance.ShouldBeOfType<Clearance.Hold>()).ToList();
        holds.ShouldAllBe(hold => hold.Until == Morning && hold.Code == ClearanceCode.QuietHours && hold.Topic == $"email:c-1::digest:offers:held-{Morning.UtcTicks}");
    }

    [Fact]
    public void All_of_a_held_window_wait_and_none_is_put_aside_for_one_that_waits()
    {
        QueuedDelivery[] rows = [Item(1, DeliveryState.Leased).Pushed(), Item(2, DeliveryState.Leased).Pushed()];
        Decide(rows[0], rows, quiet: true).ShouldBeOfType<Clearance.Hold>().Topic.ShouldNotBeNull();
        Decide(rows[1], rows, quiet: true, aside: ["1.email"]).ShouldBeOfType<Clearance.Hold>().Topic.ShouldNotBeNull();
    }

    [Fact]
    public void What_tells_of_others_already_stays_where_they_find_it()
    {
        QueuedDelivery[] rows = [Item(1, DeliveryState.Cancelled, Aside).Pushed(), Item(2, DeliveryState.Leased).Pushed()];
        Decide(rows[1], rows, quiet: true).ShouldBeOfType<Clearance.Hold>().Topic.ShouldBeNull();
    }

    [Fact]
    public void A_worker_whose_clock_is_behind_sees_that_the_window_ends_in_the_quiet_hours()
    {
        var row = Item(1, DeliveryState.Leased).Pushed();
        var start = new DateTimeOffset(2026, 11, 21, 18, 0, 0, TimeSpan.Zero);
        row = row with { Delivery = row.Delivery with { Due = start } };
        Decide(row, [row], quiet: true, now: start.AddMilliseconds(-5)).ShouldBeOfType<Clearance.Hold>().Until.ShouldBe(Morning);
    }

    [Fact]
    public void What_is_critical_neither_waits_for_the_others_nor_tells_of_them()
    {
        QueuedDelivery Critical(int place) => Item(place, DeliveryState.Leased).Pushed() is var row ? row with { Delivery = row.Delivery with { Category = NotificationCategory.Order, Priority = NotificationPriority.Critical } } : row;
        QueuedDelivery[] newest = [Item(1, DeliveryState.Leased).Pushed(), Critical(2)];
        Members(Decide(newest[1], newest, quiet: true, aside: ["1.email"])).ShouldBeEmpty();
        QueuedDelivery[] oldest = [Critical(1), Item(2, DeliveryState.Leased).Pushed()];
        Members(Decide(oldest[0], oldest, quiet: true)).ShouldBeEmpty();
    }

    internal static IEnumerable<string> Members(Clearance clearance) => clearance.ShouldBeOfType<Clearance.Send>().Digest.Select(item => item.Id);
}
