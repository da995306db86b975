namespace Milepost.Protocol.Streams;

/// <summary>The <c>type</c> values of the live protocol.</summary>
public static class FrameTypes
{
    // Server to client, with an offset.
    public const string OrderStatusChanged = "order.status.changed";
    public const string OrderEtaUpdated = "order.eta.updated";
    public const string OrderUpdated = "order.updated";
    public const string NotificationNew = "notification.new";
    public const string NotificationUpdated = "notification.updated";
    public const string UnreadChanged = "unread.changed";
    public const string PreferencesChanged = "preferences.changed";

    /// <summary>Live only: where the driver of an order is.</summary>
    public const string DriverLocationUpdated = "driver.location.updated";

    // Server to client, control.
    public const string Ready = "ready";
    public const string Reset = "reset";
    public const string Reconnect = "reconnect";
    public const string Error = "error";
    public const string TokenExpiring = "token.expiring";
    public const string TokenAccepted = "token.accepted";
    public const string Heartbeat = "heartbeat";
    public const string Pong = "pong";

    // Client to server.
    public const string Subscribe = "subscribe";
    public const string Unsubscribe = "unsubscribe";
    public const string Ack = "ack";
    public const string Token = "token";
    public const string Visible = "visible";
    public const string Ping = "ping";
}
