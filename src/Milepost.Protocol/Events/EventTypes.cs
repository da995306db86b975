namespace Milepost.Protocol.Events;

/// <summary>The CloudEvents <c>type</c> values that Milepost takes in.</summary>
public static class EventTypes
{
    public const string OrderPlaced = "order.placed";
    public const string OrderPaid = "order.paid";
    public const string OrderStatusChanged = "order.status.changed";
    public const string OrderEtaUpdated = "order.eta.updated";
    public const string OrderDriverAssigned = "order.driver.assigned";
    public const string OrderCancelled = "order.cancelled";
    public const string OrderNoteAdded = "order.note.added";
    public const string CustomerUpdated = "customer.updated";

    /// <summary>Every accepted type.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        OrderPlaced, OrderPaid, OrderStatusChanged, OrderEtaUpdated, OrderDriverAssigned, OrderCancelled, OrderNoteAdded, CustomerUpdated,
    ];
}
