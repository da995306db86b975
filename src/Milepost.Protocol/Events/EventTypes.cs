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

    /// <summary>The driver is near the destination. Ours: not accepted from outside, as the next two.</summary>
    public const string OrderNearby = "order.nearby";

    /// <summary>The order is late, or may be; or it no longer is.</summary>
    public const string OrderDelayed = "order.delayed";

    /// <summary>Nothing has been heard of the driver; or something has again.</summary>
    public const string OrderLocationStale = "order.location.stale";

    /// <summary>A notification that was asked for over the API; not accepted as an event from outside.</summary>
    public const string NotificationRequested = "notification.requested";

    /// <summary>Whether the subject of such an event is a customer; else it is an order.</summary>
    public static bool IsOfCustomer(string type) => type is CustomerUpdated or CustomerErased or NotificationRequested;

    /// <summary>Whether only the server itself finds such an event out.</summary>
    public static bool IsOurs(string type) => type is OrderNearby or OrderDelayed or OrderLocationStale;

    /// <summary>What the sources of our own events begin with; no event from outside may have such a source.</summary>
    public const string OurSources = "/milepost/";

    /// <summary>Every accepted type.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        OrderPlaced, OrderPaid, OrderStatusChanged, OrderEtaUpdated, OrderDriverAssigned, OrderCancelled, OrderNoteAdded, OrderProofAdded,
        CustomerUpdated, CustomerErased,
    ];
}
