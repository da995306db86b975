using Milepost.Core.Deliveries;
using Milepost.Protocol.Orders;
using static Milepost.Core.Tests.Deliveries.Siblings;

namespace Milepost.Core.Tests.Deliveries;

/// <summary>What is sent again by hand: nothing twice, nothing old behind what is new, and nothing is lost because others are dead.</summary>
public sealed class RepeatsTests
{
    private const string Aside = ClearanceCode.InDigest;

    [Fact]
    public void Of_what_is_sent_again_about_one_order_the_newest_goes_out()
    {
        OrderStatus[] story = [OrderStatus.Accepted, OrderStatus.PickedUp, OrderStatus.OutForDelivery, OrderStatus.Delivered];
        QueuedDelivery[] dead = [.. story.Select((status, index) => News(index + 1, status, DeliveryState.Failed))];
        QueuedDelivery[] again = [.. dead.Select(row => row.Again(DeliveryState.Leased))];
        var ends = again.Select(row => Decide(row, [.. dead, .. again], aside: [.. again[..3].Select(one => one.Delivery.Id)])).ToList();
        ends.Take(3).ShouldAllBe(end => end is Clearance.Stop && ((Clearance.Stop)end).Code == ClearanceCode.Superseded);
        ends[3].ShouldBeOfType<Clearance.Send>();
    }

    [Theory]
    [InlineData(DeliveryState.Failed, null, true)]
    [InlineData(DeliveryState.Expired, null, true)]
    [InlineData(DeliveryState.Suppressed, ClearanceCode.Preference, true)]
    [InlineData(DeliveryState.Cancelled, ClearanceCode.CalledOff, true)]
    [InlineData(DeliveryState.Cancelled, ClearanceCode.Acknowledged, false)]
    [InlineData(DeliveryState.Queued, null, false)]
    [InlineData(DeliveryState.Sending, null, false)]
    [InlineData(DeliveryState.Unknown, null, false)]
    [InlineData(DeliveryState.Sent, null, false)]
    [InlineData(DeliveryState.Opened, null, false)]
    public void The_dead_stop_no_repeat_and_what_was_told_does(DeliveryState newer, string? reason, bool goes)
    {
        var dead = News(1, OrderStatus.Preparing, DeliveryState.Failed);
        var again = dead.Again(DeliveryState.Leased);
        var end = Decide(again, [dead, again, News(2, OrderStatus.Delivered, newer, reason)]);
        (end is Clearance.Send { Rewrite: OrderStatus.Delivered }).ShouldBe(goes);
        (end is Clearance.Stop { Code: ClearanceCode.Superseded }).ShouldBe(!goes);
    }

    [Theory]
    [InlineData(OrderStatus.Delivered)]
    [InlineData(OrderStatus.Paid)]
    public void What_arrived_is_not_sent_a_third_time(OrderStatus status)
    {
        var dead = News(1, status, DeliveryState.Failed);
        var again = dead.Again(DeliveryState.Leased, number: 2);
        Decide(again, [dead, dead.Again(DeliveryState.Delivered), again]).ShouldBeOfType<Clearance.Stop>().Code.ShouldBe(ClearanceCode.Superseded);
    }

    [Fact]
    public void What_another_repeat_has_told_in_its_place_is_not_told_again()
    {
        QueuedDelivery[] dead = [News(1, OrderStatus.Accepted, DeliveryState.Failed), News(2, OrderStatus.Delivered, DeliveryState.Failed)];
        var again = dead[1].Again(DeliveryState.Leased);
        Decide(again, [.. dead, dead[0].Again(DeliveryState.Sent), again]).ShouldBeOfType<Clearance.Stop>().Code.ShouldBe(ClearanceCode.Superseded);

        // What happened behind that repeat is news still.
        dead[1] = dead[1] with { Delivery = dead[1].Delivery with { CreatedAt = Now.AddMinutes(1) } };
        Decide(again, [.. dead, dead[0].Again(DeliveryState.Sent), again]).ShouldBeOfType<Clearance.Send>();
    }

    [Fact]
    public void Receipts_are_sent_again_beside_what_is_newer()
    {
        QueuedDelivery[] dead = [News(1, OrderStatus.Paid, DeliveryState.Failed), News(2, OrderStatus.Delivered, DeliveryState.Failed)];
        var again = dead[0].Again(DeliveryState.Leased);
        Decide(again, [.. dead, again, dead[1].Again(DeliveryState.Queued)]).ShouldBeOfType<Clearance.Send>().Rewrite.ShouldBeNull();
    }

    [Fact]
    public void A_digest_that_is_sent_again_has_all_its_members()
    {
        QueuedDelivery[] dead = [Item(1, DeliveryState.Cancelled, Aside), Item(2, DeliveryState.Cancelled, Aside), Item(3, DeliveryState.Failed)];
        var again = dead[2].Again(DeliveryState.Leased);
        DigestRulesTests.Members(Decide(again, [.. dead, again])).ShouldBe(["1.email", "2.email", "3.email.again-1"]);
        var third = dead[2].Again(DeliveryState.Leased, number: 2);
        Decide(third, [.. dead, dead[2].Again(DeliveryState.Sent), third]).ShouldBeOfType<Clearance.Stop>().Code.ShouldBe(ClearanceCode.Superseded);
    }

    [Fact]
    public void A_member_that_a_newer_digest_has_told_is_not_told_again()
    {
        var member = Item(1, DeliveryState.Cancelled, Aside);
        var again = member.Again(DeliveryState.Leased);
        Decide(again, [member, again, Item(2, DeliveryState.Sent)]).ShouldBeOfType<Clearance.Stop>().Code.ShouldBe(ClearanceCode.InDigest);
        DigestRulesTests.Members(Decide(again, [member, again, Item(2, DeliveryState.Failed)])).ShouldBeEmpty();
    }

    [Fact]
    public void A_dead_digest_is_sent_again_though_a_later_one_arrived_and_what_that_one_told_is_left_out()
    {
        QueuedDelivery[] rows = [Item(1, DeliveryState.Cancelled, Aside), Item(2, DeliveryState.Failed), Item(3, DeliveryState.Sent)];
        var again = rows[1].Again(DeliveryState.Leased);
        DigestRulesTests.Members(Decide(again, [.. rows, again])).ShouldBeEmpty();
    }

    [Fact]
    public void Two_digests_that_are_sent_again_are_one_and_a_member_stands_in_it_once()
    {
        QueuedDelivery[] dead = [Item(1, DeliveryState.Cancelled, Aside), Item(2, DeliveryState.Failed), Item(3, DeliveryState.Failed)];
        QueuedDelivery[] again = [.. dead.Select(row => row.Again(DeliveryState.Leased))];
        Decide(again[0], [.. dead, .. again]).ShouldBeOfType<Clearance.Stop>().Code.ShouldBe(ClearanceCode.InDigest);
        Decide(again[1], [.. dead, .. again]).ShouldBeOfType<Clearance.Stop>().Code.ShouldBe(ClearanceCode.InDigest);
        DigestRulesTests.Members(Decide(again[2], [.. dead, .. again], aside: [again[0].Delivery.Id, again[1].Delivery.Id])).ShouldBe(["1.email", "2.email.again-1", "3.email.again-1"]);
    }
}
