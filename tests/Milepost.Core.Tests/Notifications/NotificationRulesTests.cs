using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Protocol.Events;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Orders;

namespace Milepost.Core.Tests.Notifications;

public sealed class NotificationRulesTests
{
    [Fact]
    public void Every_status_has_a_rule_and_this_is_the_table() =>
        Enum.GetValues<OrderStatus>().Select(status => NotificationRules.ByStatus[status]).Select(rule => $"{rule.Type} {rule.Category} {rule.Priority}").ShouldBe(
        [
            "order.placed Order Normal",
            "order.paid Order Normal",
            "order.accepted Order Normal",
            "order.preparing Order Low",
            "order.ready Order Low",
            "order.courier_assigned Order Low",
            "order.picked_up Order Normal",
            "order.out_for_delivery Order High",
            "order.arriving Order High",
            "order.delivered Order High",
            "order.ready_for_collection Task High",
            "order.attempt_failed Order High",
            "order.exception Order Critical",
            "order.cancelled Order Critical",
            "order.returning Order Normal",
            "order.returned Order Normal",
        ]);

    [Fact]
    public void Notes_are_social_and_changed_contact_details_are_security()
    {
        (NotificationRules.Note.Type, NotificationRules.Note.Category, NotificationRules.Note.Priority)
            .ShouldBe(("order.note.added", NotificationCategory.Social, NotificationPriority.Normal));
        (NotificationRules.ContactChanged.Type, NotificationRules.ContactChanged.Category, NotificationRules.ContactChanged.Priority)
            .ShouldBe(("customer.updated", NotificationCategory.Security, NotificationPriority.High));
    }

    [Fact]
    public void No_text_is_told_with_an_unfilled_place()
    {
        var cause = Some.Status("e-1", OrderStatus.Exception, 1) with { Note = "flat tyre" };
        var order = OrderHistory.Replay([cause]).Order;
        foreach (var rule in NotificationRules.ByStatus.Values.Concat(NotificationRules.Beside))
        {
            rule.Title.ShouldNotBeEmpty();
            var body = NotificationRules.Fill(rule.Body, order, cause);
            body.ShouldNotContain("{");
            body.ShouldNotContain("  ");
            (rule.Title + body).ShouldNotContain("\u2014");
        }
    }

    [Theory]
    [InlineData(null, null, "A courier has picked up your order o-1.")]
    [InlineData("Ada", "ignored", "Ada has picked up your order o-1.")]
    public void The_courier_is_named_when_known(string? driver, string? note, string text)
    {
        var cause = Some.Status("e-1", OrderStatus.PickedUp, 1) with { Note = note, Driver = new Driver("d", driver, null) };
        NotificationRules.Fill(NotificationRules.ByStatus[OrderStatus.PickedUp].Body, OrderHistory.Replay([cause]).Order, cause).ShouldBe(text);
    }

    [Theory]
    [InlineData("wrong address", "Your order o-1 has been cancelled. wrong address")]
    [InlineData(null, "Your order o-1 has been cancelled.")]
    public void A_note_is_added_behind_the_sentence(string? note, string text)
    {
        var cause = Some.Status("e-1", OrderStatus.Cancelled, 1) with { Note = note };
        NotificationRules.Fill(NotificationRules.ByStatus[OrderStatus.Cancelled].Body, OrderHistory.Replay([cause]).Order, cause).ShouldBe(text);
    }

    [Theory]
    [InlineData(true, "ring twice", true)]
    [InlineData(false, "ring twice", false)]
    [InlineData(true, null, false)]
    public void A_note_is_told_only_when_it_is_for_the_customer(bool visible, string? note, bool told)
    {
        var cause = Some.Event("e-2", EventTypes.OrderNoteAdded, 2) with { CustomerVisible = visible, Note = note };
        var before = OrderHistory.Replay([Some.Placed("e-1", 1)]).Order;
        NotificationRules.For(before, OrderHistory.Step(before, cause).Order, cause).ShouldBe(told ? NotificationRules.Note : null);
    }
}
