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
    public const string OrderProofAdded = "order.proof.added";

    /// <summary>The customer has rated the delivery over the API; not accepted as an event from outside.</summary>
    public const string OrderRated = "order.rated";

    public const string CustomerUpdated = "customer.updated";

    /// <summary>The customer's personal data goes, and does not come back.</summary>
    public const string CustomerErased = "customer.erased";

    /// <summary>A notification that was asked for over the API; not accepted as an event from outside.</summary>
    public const string NotificationRequested = "notification.requested";

    /// <summary>Whether the subject of such an event is a customer; else it is an order.</summary>
    public static bool IsOfCustomer(string type) => type is CustomerUpdated or CustomerErased or NotificationRequested;

    /// <summary>Every accepted type.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        OrderPlaced, OrderPaid, OrderStatusChanged, OrderEtaUpdated, OrderDriverAssigned, OrderCancelled, OrderNoteAdded, OrderProofAdded,
        CustomerUpdated, CustomerErased,
    ];
}
