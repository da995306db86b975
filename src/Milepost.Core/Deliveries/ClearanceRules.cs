using Milepost.Core.Customers;
using Milepost.Core.Preferences;
using Milepost.Core.Tenants;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Preferences;

namespace Milepost.Core.Deliveries;

/// <summary>Everything that decides about a delivery that is due.</summary>
/// <param name="Row">The delivery and where it stands.</param>
/// <param name="Facts">What is stored.</param>
/// <param name="Tenant">The tenant's settings.</param>
/// <param name="Now">The time.</param>
public sealed record ClearanceCase(QueuedDelivery Row, ClearanceFacts Facts, TenantSettings Tenant, DateTimeOffset Now)
{
    /// <summary>Deliveries in the same hands that were held or stopped a moment ago: nobody is sending them.</summary>
    public IReadOnlySet<string> SetAside { get; init; } = new HashSet<string>();

    public Delivery Delivery => Row.Delivery;
}

/// <summary>
/// Decides what becomes of a delivery that is due: what is true then counts, not what was true when it was planned. Pure. In this order:
/// whose data was removed hears nothing; what has no address any more cannot go; what a device has acknowledged is not needed; what the
/// order has left behind is not told, or told as it is now; what the customer does not want stays; what falls into quiet hours waits; and an
/// older message about the same goes first.
/// </summary>
public static class ClearanceRules
{
    /// <summary>How long a message waits for an older one about the same that is being sent.</summary>
    public static readonly TimeSpan InOrderWait = TimeSpan.FromSeconds(1);

    // True for ever, or for as long as the order lives: that the payment came is worth its e-mail though the soup is on the stove already.
    private static readonly HashSet<OrderStatus> Receipts = [OrderStatus.Placed, OrderStatus.Paid];

    public static Clearance Decide(ClearanceCase due)
    {
        if (due.Facts.Customer?.ErasedAt is not null)
        {
            return new Clearance.Stop(DeliveryState.Cancelled, ClearanceCode.Erased, "The customer's data was removed.");
        }

        if (due.Delivery.Channel is DeliveryChannel.Later)
        {
            return new Clearance.Send("");
        }

        if (due.Delivery.Channel is DeliveryChannel.Webhook)
        {
            return due.Tenant.Webhooks.Any(hook => hook.Id == due.Delivery.Address && hook.Enabled)
                ? new Clearance.Send(due.Delivery.Address)
                : new Clearance.Stop(DeliveryState.Cancelled, ClearanceCode.NoAddress, "The webhook was removed or switched off.");
        }

        return Target(due) is { } send
            ? Acknowledged(due) ?? Repeats.Told(due, IsReceipt(due)) ?? (due.Delivery.Digest ? DigestRules.Decide(due, send) : Single(due, send))
            : new Clearance.Stop(DeliveryState.Cancelled, ClearanceCode.NoAddress, "The customer has no such address or device any more.");
    }

    /// <summary>What keeps a delivery from going out now, whatever becomes of others about the same.</summary>
    internal static Clearance? Against(ClearanceCase due, Clearance.Send send) => Acknowledged(due) ?? Unwanted(due, send) ?? Quiet(due, send);

    private static Clearance Single(ClearanceCase due, Clearance.Send send) => Superseded(due, ref send) ?? Unwanted(due, send) ?? Quiet(due, send) ?? InOrder(due) ?? (Clearance)send;

    /// <summary>Where to, as of now: an address that was changed since is the right one.</summary>
    private static Clearance.Send? Target(ClearanceCase due)
    {
        var (delivery, customer) = (due.Delivery, due.Facts.Customer);
        return delivery.Channel switch
        {
            // What is told about a change of the address goes to the old one, for it may have been somebody else's doing.
            DeliveryChannel.Email => new Clearance.Send(delivery.Category is Protocol.Notifications.NotificationCategory.Security ? delivery.Address : customer?.Profile.Email ?? delivery.Address),
            DeliveryChannel.Sms => new Clearance.Send(customer?.Profile.Phone ?? delivery.Address),
            _ => customer?.Devices.FirstOrDefault(device => device.Id == delivery.Address && device.Kind.Channel() == delivery.Channel) is { } device
                ? new Clearance.Send(device.Address) { Device = device }
                : null,
        };
    }

    private static Clearance.Stop? Acknowledged(ClearanceCase due) =>
        due.Delivery is { UnlessAcknowledged: true, Place: > 0 } && due.Facts.Acknowledged >= due.Delivery.Place
            ? new Clearance.Stop(DeliveryState.Cancelled, ClearanceCode.Acknowledged, "A device of the customer has it already.")
            : null;

    private static Clearance.Stop? Superseded(ClearanceCase due, ref Clearance.Send send)
    {
        var delivery = due.Delivery;
        var newer = Repeats.IsRepeat(delivery) ? Repeats.Newer(due) : due.Facts.Siblings.LastOrDefault(other => other.Delivery.Place > delivery.Place);
        if (delivery.Status is not { } status)
        {
            return newer is null ? Outlived(due) : Superseded(newer.Delivery);
        }

        var isReceipt = IsReceipt(due);
        if (newer is not null && !isReceipt)
        {
            return Superseded(newer.Delivery);
        }

        var now = due.Facts.Order?.ShownStatus();
        if (now is null || now == status)
        {
            return null;
        }

        if (isReceipt)
        {
            return status == OrderStatus.Placed && due.Facts.Order is { } order && !order.IsActive()
                ? new Clearance.Stop(DeliveryState.Cancelled, ClearanceCode.Superseded, $"The order is {now.Value.Wire()} already.")
                : null;
        }

        send = send with { Rewrite = now };
        return null;
    }

    // What the order has left behind without a newer message: nobody is told "close by" behind "delivered".
    private static Clearance.Stop? Outlived(ClearanceCase due)
    {
        if (due.Facts.Order is not { } order || due.Delivery.Type is not (EventTypes.OrderNearby or EventTypes.OrderDelayed))
        {
            return null;
        }

        if (!order.IsActive() || (due.Delivery.Type == EventTypes.OrderNearby && order.Status is OrderStatus.Arriving))
        {
            return new Clearance.Stop(DeliveryState.Cancelled, ClearanceCode.Superseded, $"The order is {order.ShownStatus().Wire()} already.");
        }

        return due.Delivery.Type == EventTypes.OrderDelayed && order.Delayed is null
            ? new Clearance.Stop(DeliveryState.Cancelled, ClearanceCode.Superseded, "The order is late no longer.")
            : null;
    }

    private static Clearance.Stop Superseded(Delivery newer) =>
        new(DeliveryState.Cancelled, ClearanceCode.Superseded, $"A newer message ({newer.Type}) has taken its place.");

    // What waited out quiet hours is told once, as things stand: the receipt too.
    private static bool IsReceipt(ClearanceCase due) => due.Delivery.Status is { } status && Receipts.Contains(status) && due.Row.Progress.Reason != ClearanceCode.QuietHours;

    private static Clearance.Stop? Unwanted(ClearanceCase due, Clearance.Send send)
    {
        var channel = due.Delivery.Channel.Choice()!.Value;
        var type = TypeOf(due, send);
        var choice = PreferenceRules.Decide(type.Type, type.Category, type.Critical, channel, due.Facts.Customer?.Preferences ?? new NotificationPreferences(), due.Tenant.Preferences);
        return choice.Allowed ? null : new Clearance.Stop(DeliveryState.Suppressed, ClearanceCode.Preference, PreferenceRules.Words(choice, channel));
    }

    private static Clearance? Quiet(ClearanceCase due, Clearance.Send send)
    {
        var quiet = due.Facts.Customer?.Preferences.QuietHours ?? due.Tenant.Preferences.QuietHours;
        if (!PreferenceRules.IsQuietOn(quiet, due.Delivery.Channel.Choice()!.Value))
        {
            return null;
        }

        var rule = PreferenceRules.Quiet(TypeOf(due, send), quiet);
        if (rule == QuietRule.Now || QuietHoursCalendar.Check(quiet, CustomerPlace.ZoneOf(due.Facts.Customer, due.Tenant, send.Device), due.Now) is not { Quiet: true } state)
        {
            return null;
        }

        if (rule == QuietRule.Drop)
        {
            return new Clearance.Stop(DeliveryState.Suppressed, ClearanceCode.QuietHours, "It fell into the customer's quiet hours, and is not worth telling later.");
        }

        return state.Until is { } until && until < due.Delivery.ExpiresAt
            ? new Clearance.Hold(until, ClearanceCode.QuietHours, "The customer's quiet hours: it waits for their end.")
            : new Clearance.Stop(DeliveryState.Suppressed, ClearanceCode.Useless, "The customer's quiet hours last longer than it is worth telling.");
    }

    private static Clearance.Hold? InOrder(ClearanceCase due) =>
        due.Facts.Siblings.Any(other => other.Delivery.Place < due.Delivery.Place && other.Progress.State is (DeliveryState.Leased or DeliveryState.Sending) && !due.SetAside.Contains(other.Delivery.Id))
            ? new Clearance.Hold(due.Now + InOrderWait, ClearanceCode.InOrder, "An older message about the same is being sent.")
            : null;

    /// <summary>The type that choices and quiet hours are asked for: what the message tells, which for a digest is what its items are.</summary>
    public static NotificationType TypeOf(ClearanceCase due, Clearance.Send send) => send.Rewrite is { } status
        ? NotificationTypes.Find("order." + status.Wire())!
        : NotificationTypes.Of(due.Delivery.Type, due.Delivery.Category, due.Delivery.Priority);
}
