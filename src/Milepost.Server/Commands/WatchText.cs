using System.Globalization;
using System.Text.Json;
using Milepost.Protocol;
using Milepost.Protocol.Events;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;
using Spectre.Console;

namespace Milepost.Server.Commands;

/// <summary>What an entry says, in a few words and a colour.</summary>
internal static class WatchText
{
    public static (string Text, Color Colour) Of(ServerFrame frame)
    {
        try
        {
            return frame.Type switch
            {
                FrameTypes.OrderStatusChanged => Status(frame.Data.Deserialize(ProtocolJson.Default.OrderChanged)!),
                FrameTypes.OrderEtaUpdated => (Eta(frame.Data.Deserialize(ProtocolJson.Default.OrderChanged)!.Eta), Color.Teal),
                FrameTypes.OrderUpdated => Updated(frame.Data.Deserialize(ProtocolJson.Default.OrderChanged)!),
                FrameTypes.NotificationNew => New(frame.Data.Deserialize(ProtocolJson.Default.NotificationNew)!),
                FrameTypes.NotificationUpdated => Marked(frame.Data.Deserialize(ProtocolJson.Default.NotificationUpdated)!),
                FrameTypes.UnreadChanged => ("everything was marked as read", Color.Grey),
                FrameTypes.PreferencesChanged => ("other choices hold now", Color.Grey),
                _ => (Raw(frame), Color.Grey),
            };
        }
        catch (JsonException)
        {
            // A server of a later version may say more than this program knows: show it as it is.
            return (Raw(frame), Color.Grey);
        }
    }

    public static string Of(OrderTracking order) =>
        $"{Words(order.Status)} since {Clock(order.UpdatedAt)}{(order.Eta is null ? "" : $"; {Eta(order.Eta)}")}";

    /// <summary>How far the driver has to go, when the order is expected, and how old all that is.</summary>
    public static string OfPlace(ServerFrame frame, Eta? eta, DateTimeOffset now)
    {
        try
        {
            var seen = frame.Data.Deserialize(ProtocolJson.Default.DriverLocationUpdated)!;
            var way = seen.MetersToGo is { } meters
                ? meters < 1000 ? string.Create(CultureInfo.InvariantCulture, $"{meters:0} m to go") : string.Create(CultureInfo.InvariantCulture, $"{meters / 1000:0.0} km to go")
                : string.Create(CultureInfo.InvariantCulture, $"at {seen.Location.Lat:0.00000}, {seen.Location.Lon:0.00000}");
            var stops = seen.StopsBefore is > 0 and var before ? $", {before} {(before == 1 ? "stop" : "stops")} before" : "";
            var age = Math.Max(0, (now - seen.Location.Time).TotalSeconds);
            return string.Create(CultureInfo.InvariantCulture, $"driver {way}{stops}{(eta is null ? "" : $", {Eta(eta)}")}, seen {age:0} s ago");
        }
        catch (JsonException)
        {
            return Raw(frame);
        }
    }

    private static (string Text, Color Colour) Status(OrderChanged change)
    {
        var note = change.Event.Note is { Length: > 0 } text ? $" ({text})" : "";
        if (!change.Event.Moved || change.Event.Status != change.Status)
        {
            var late = change.Event.Status is { } status ? Words(status) : change.Event.Type;
            return ($"a late event says {late}{note}; the order stays {Words(change.Status)}", Color.Yellow);
        }

        return ($"{Words(change.Status)}{note}", change.Status switch
        {
            OrderStatus.Delivered => Color.Green,
            OrderStatus.Cancelled or OrderStatus.Exception or OrderStatus.AttemptFailed or OrderStatus.Returning or OrderStatus.Returned => Color.Red,
            _ => Color.Default,
        });
    }

    private static (string Text, Color Colour) Updated(OrderChanged change) => change.Event is { Note: { Length: > 0 } note }
        ? ($"note: {note}", Color.Default)
        : change.Event.Type switch
        {
            EventTypes.OrderNearby => ("the driver is nearby", Color.Teal),
            EventTypes.OrderDelayed => change.Event.Raised is false ? ("no longer late", Color.Default) : ($"late: {change.Event.Reason?.Replace('_', ' ')}", Color.Yellow),
            EventTypes.OrderLocationStale => change.Event.Raised is false ? ("the driver is heard again", Color.Default) : ("nothing is heard of the driver", Color.Yellow),
            _ => Other(change),
        };

    private static (string Text, Color Colour) Other(OrderChanged change) => ($"{change.Event.Type}{(change.Driver is { } driver ? $": {driver.Name ?? driver.Id} {driver.Vehicle}" : "")}", Color.Default);

    private static (string Text, Color Colour) New(NotificationNew change)
    {
        var colour = change.Notification.Priority >= NotificationPriority.High ? Color.Yellow : Color.Default;
        return ($"{change.Notification.Title}: {change.Notification.Body} ({change.Unread} unread)", colour);
    }

    private static (string Text, Color Colour) Marked(NotificationUpdated change)
    {
        var state = change.ArchivedAt is not null ? "archived" : change.ReadAt is not null ? "read" : "unread";
        return ($"{change.Id} is {state} ({change.Unread} unread)", Color.Grey);
    }

    private static string Eta(Eta? eta) => eta switch
    {
        null => "no ETA any more",
        { From: { } from, To: { } to } => $"expected {Clock(from)} to {Clock(to)}{Because(eta)}",
        _ => $"expected {Clock(eta.At)}{Because(eta)}",
    };

    private static string Because(Eta eta) => eta.Reason is { Length: > 0 } reason ? $" ({reason})" : "";

    private static string Clock(DateTimeOffset time) => time.ToLocalTime().ToString("HH:mm", CultureInfo.InvariantCulture);

    private static string Words(OrderStatus status) => status.Wire().Replace('_', ' ');

    private static string Raw(ServerFrame frame) => frame.Data.ValueKind == JsonValueKind.Undefined ? frame.Type : $"{frame.Type} {frame.Data.GetRawText()}";
}
