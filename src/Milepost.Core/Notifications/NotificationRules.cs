using System.Globalization;
using Milepost.Core.Orders;
using Milepost.Protocol.Events;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Orders;

namespace Milepost.Core.Notifications;

/// <summary>One row of the rule table: how a customer is told of something. <c>{order}</c>, <c>{note}</c>, <c>{driver}</c> are filled in.</summary>
public sealed record NotificationRule(string Type, NotificationCategory Category, NotificationPriority Priority, string Title, string Body);

/// <summary>
/// Which event is worth telling a customer, as what, and in which words. A status is told when the order moved to it, so
/// that nobody hears of "preparing" after "delivered".
/// </summary>
public static class NotificationRules
{
    public static readonly IReadOnlyDictionary<OrderStatus, NotificationRule> ByStatus = new Dictionary<OrderStatus, NotificationRule>
    {
        [OrderStatus.Placed] = Order(OrderStatus.Placed, NotificationPriority.Normal, "Order received", "We have received your order {order}."),
        [OrderStatus.Paid] = Order(OrderStatus.Paid, NotificationPriority.Normal, "Payment received", "The payment for your order {order} has arrived. Thank you!"),
        [OrderStatus.Accepted] = Order(OrderStatus.Accepted, NotificationPriority.Normal, "Order confirmed", "Your order {order} is confirmed."),
        [OrderStatus.Preparing] = Order(OrderStatus.Preparing, NotificationPriority.Low, "In preparation", "Your order {order} is being prepared."),
        [OrderStatus.Ready] = Order(OrderStatus.Ready, NotificationPriority.Low, "Ready to go", "Your order {order} is ready and waits for its courier."),
        [OrderStatus.CourierAssigned] = Order(OrderStatus.CourierAssigned, NotificationPriority.Low, "Courier found", "{driver} will bring your order {order}."),
        [OrderStatus.PickedUp] = Order(OrderStatus.PickedUp, NotificationPriority.Normal, "Picked up", "{driver} has picked up your order {order}."),
        [OrderStatus.OutForDelivery] = Order(OrderStatus.OutForDelivery, NotificationPriority.High, "On its way", "Your order {order} is on its way to you."),
        [OrderStatus.Arriving] = Order(OrderStatus.Arriving, NotificationPriority.High, "Almost there", "Your order {order} arrives in a moment."),
        [OrderStatus.Delivered] = Order(OrderStatus.Delivered, NotificationPriority.High, "Delivered", "Your order {order} has been delivered. Enjoy!"),
        [OrderStatus.ReadyForCollection] = Order(OrderStatus.ReadyForCollection, NotificationPriority.High, "Ready for collection", "Your order {order} can be collected now.") with { Category = NotificationCategory.Task },
        [OrderStatus.AttemptFailed] = Order(OrderStatus.AttemptFailed, NotificationPriority.High, "We missed you", "Your order {order} could not be handed over.{note}"),
        [OrderStatus.Exception] = Order(OrderStatus.Exception, NotificationPriority.Critical, "There is a problem", "Something went wrong with your order {order}. We are looking into it.{note}"),
        [OrderStatus.Cancelled] = Order(OrderStatus.Cancelled, NotificationPriority.Critical, "Order cancelled", "Your order {order} has been cancelled.{note}"),
        [OrderStatus.Returning] = Order(OrderStatus.Returning, NotificationPriority.Normal, "On its way back", "Your order {order} is being returned to the sender."),
        [OrderStatus.Returned] = Order(OrderStatus.Returned, NotificationPriority.Normal, "Returned", "Your order {order} is back at the sender."),
    };

    public static readonly NotificationRule Note =
        new(EventTypes.OrderNoteAdded, NotificationCategory.Social, NotificationPriority.Normal, "A message about your order", "{order}:{note}");

    public static readonly NotificationRule Nearby =
        new(EventTypes.OrderNearby, NotificationCategory.Order, NotificationPriority.High, "Nearly with you", "{driver} is close by with your order {order}.");

    public static readonly NotificationRule Delayed =
        new(EventTypes.OrderDelayed, NotificationCategory.Order, NotificationPriority.High, "Running late", "Your order {order} is running late.");

    public static readonly NotificationRule ContactChanged =
        new(EventTypes.CustomerUpdated, NotificationCategory.Security, NotificationPriority.High, "Your contact details were changed", "If this was not you, please get in touch with us at once.");

    /// <summary>The rules that tell of something else than a status.</summary>
    public static readonly IReadOnlyList<NotificationRule> Beside = [Nearby, Delayed, Note, ContactChanged];

    /// <summary>
    /// The rule for an order event, or null when the customer is not told.
    /// </summary>
    /// <param name="before">The order before the event; null for a new one.</param>
    /// <param name="after">The order behind it.</param>
    /// <param name="cause">The event.</param>
    public static NotificationRule? For(Order? before, Order after, RecordedEvent cause)
    {
        // An order whose customer becomes known only now: tell where it stands, not how it came there.
        var changed = after.Status != before?.Status || (before is not null && before.CustomerId is null && after.CustomerId is not null);
        if (changed && after.Status is { } status)
        {
            return ByStatus[status];
        }

        return cause switch
        {
            { Type: EventTypes.OrderNoteAdded, CustomerVisible: true, Note: not null } => Note,
            { Type: EventTypes.OrderNearby } when after.IsActive() && after.Status is not OrderStatus.Arriving => Nearby,
            { Type: EventTypes.OrderDelayed } when after.DelaysTold > (before?.DelaysTold ?? 0) => Delayed,
            _ => null,
        };
    }

    /// <summary>The text with its places filled in.</summary>
    public static string Fill(string template, Order? order, RecordedEvent cause) => template
        .Replace("{order}", order?.Id ?? "", StringComparison.Ordinal)
        .Replace("{driver}", order?.Driver?.Name ?? "A courier", StringComparison.Ordinal)
        .Replace("{note}", cause.Note is { Length: > 0 } note ? string.Create(CultureInfo.InvariantCulture, $" {note}") : "", StringComparison.Ordinal);

    private static NotificationRule Order(OrderStatus status, NotificationPriority priority, string title, string body) =>
        new("order." + status.Wire(), NotificationCategory.Order, priority, title, body);
}
