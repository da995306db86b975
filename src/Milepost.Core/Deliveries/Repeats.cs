using System.Globalization;
using Milepost.Protocol.Orders;

namespace Milepost.Core.Deliveries;

/// <summary>
/// Deliveries that are sent again by hand: new ones with the topic and the place of the one that they repeat. The dead stay among the siblings
/// and stop no repeat; what was told, or is about to be, does.
/// </summary>
public static class Repeats
{
    private const string Mark = ".again-";

    public static bool IsRepeat(Delivery delivery) => delivery.Id.Contains(Mark, StringComparison.Ordinal);

    /// <summary>The id of one of the repeats of a delivery, or of what it repeats itself.</summary>
    public static string IdOf(Delivery delivery, int number) => string.Create(CultureInfo.InvariantCulture, $"{delivery.Id.Split(Mark)[0]}{Mark}{number}");

    public static bool WasTold(QueuedDelivery row) => row.Progress.State is DeliveryState.Sent or DeliveryState.Delivered or DeliveryState.Opened;

    /// <summary>The newest sibling that takes a repeat's place.</summary>
    internal static QueuedDelivery? Newer(ClearanceCase due) => due.Facts.Siblings.LastOrDefault(other => other.Delivery.Place > due.Delivery.Place && (WasTold(other) || other.Progress is
    { State: DeliveryState.Queued or DeliveryState.Leased or DeliveryState.Sending or DeliveryState.Unknown } or { State: DeliveryState.Cancelled, Reason: ClearanceCode.Acknowledged }));

    /// <summary>Nothing is told a second time, however often it is sent again.</summary>
    internal static Clearance.Stop? Told(ClearanceCase due, bool isReceipt)
    {
        if (!IsRepeat(due.Delivery))
        {
            return null;
        }

        var same = due.Facts.Siblings.Where(other => other.Delivery.Place == due.Delivery.Place && other.Delivery.Id != due.Delivery.Id).ToList();
        if (same.Exists(WasTold))
        {
            return new Clearance.Stop(DeliveryState.Cancelled, ClearanceCode.Superseded, "It was sent again already.");
        }

        if (due.Delivery.Digest)
        {
            return same.Exists(DigestRules.IsPutAside) && DigestRules.Told(due) > due.Delivery.Place
                ? new Clearance.Stop(DeliveryState.Cancelled, ClearanceCode.InDigest, "A newer message has told of it together with others.")
                : null;
        }

        // A repeat tells how things stand when it goes out: what happened before that repeat was asked for, it told.
        return due.Delivery.Status is not null && !isReceipt && same.Find(other => !IsRepeat(other.Delivery)) is { } original && due.Facts.Siblings.Any(other => ToldOf(other, original.Delivery))
            ? new Clearance.Stop(DeliveryState.Cancelled, ClearanceCode.Superseded, "Another message that was sent again has told how things stand.")
            : null;
    }

    private static bool ToldOf(QueuedDelivery other, Delivery original) =>
        IsRepeat(other.Delivery) && WasTold(other) && other.Delivery.Status is not (null or OrderStatus.Placed or OrderStatus.Paid) && other.Delivery.CreatedAt > original.CreatedAt;
}
