using System.Globalization;

namespace Milepost.Core.Deliveries;

/// <summary>
/// Decides about deliveries that are told together. Those that go out at the same moment share a topic: the older ones are put aside, and the newest
/// tells of them. It goes only when all of them are, so that what was put aside is what it tells, and what was not is not told yet.
/// </summary>
internal static class DigestRules
{
    public static bool IsPutAside(QueuedDelivery row) => row.Progress is { State: DeliveryState.Cancelled, Reason: ClearanceCode.InDigest };

    /// <summary>The newest place that went out.</summary>
    public static long Told(ClearanceCase due) => due.Facts.Siblings.Where(Repeats.WasTold).Select(other => other.Delivery.Place).DefaultIfEmpty(0).Max();

    public static Clearance Decide(ClearanceCase due, Clearance.Send send)
    {
        var (delivery, told) = (due.Delivery, Told(due));
        if (Against(due.Row, due, send) is { } against)
        {
            return against is Clearance.Hold hold ? Waits(due, told) ?? Regrouped(due, hold, told) : against;
        }

        // What one that went out did not tell, nobody else tells: then it goes by itself.
        if (delivery.Place > told)
        {
            var newer = due.Facts.Siblings.Where(other => other.Delivery.Place > delivery.Place).ToList();
            if (newer.Exists(other => other.Progress.State == DeliveryState.Sending))
            {
                return InOrder(due);
            }

            if (newer.Exists(other => other.Progress.State is (DeliveryState.Queued or DeliveryState.Leased) && Against(other, due, send) is null))
            {
                return new Clearance.Stop(DeliveryState.Cancelled, ClearanceCode.InDigest, "A newer message tells of it together with others.");
            }
        }

        return Waits(due, told) ?? (Clearance)(send with { Digest = Members(due, send, told) });
    }

    /// <summary>What keeps one of the siblings from going out now, whatever the others do.</summary>
    private static Clearance? Against(QueuedDelivery row, ClearanceCase due, Clearance.Send send) =>
        // A window ends by the store's clock: a worker whose own is behind must not take its end for a moment before the quiet hours.
        ClearanceRules.Against(due with { Row = row, Now = due.Now < row.Delivery.Due ? row.Delivery.Due : due.Now }, send);

    /// <summary>For an older one that is in other hands, or will be in a moment.</summary>
    private static Clearance.Hold? Waits(ClearanceCase due, long told) =>
        due.Facts.Siblings.Any(other => other.Delivery.Place < due.Delivery.Place && !due.SetAside.Contains(other.Delivery.Id) && other.Progress switch
        {
            { State: DeliveryState.Leased or DeliveryState.Sending } => true,
            { State: DeliveryState.Queued } => other.Delivery.Place > told && other.Progress.Due <= due.Now && other.Delivery.ExpiresAt > due.Now,
            _ => false,
        })
            ? InOrder(due)
            : null;

    /// <summary>
    /// Windows that end in the same quiet hours come out together. Not what tells of others already, which look for it under its topic.
    /// </summary>
    private static Clearance.Hold Regrouped(ClearanceCase due, Clearance.Hold hold, long told) =>
        due.Delivery.Topic is not { } topic || Repeats.IsRepeat(due.Delivery) || due.Row.Progress.Attempts > 0 || due.Facts.Siblings.Any(other => IsPutAside(other) && Tells(due, other, told))
            ? hold
            : hold with { Topic = string.Create(CultureInfo.InvariantCulture, $"{topic[..topic.LastIndexOf(':')]}:held-{hold.Until.UtcTicks}") };

    private static Delivery[] Members(ClearanceCase due, Clearance.Send send, long told)
    {
        Delivery[] members = [.. due.Facts.Siblings
            .Where(other => Tells(due, other, told) && (other.Delivery.Id == due.Delivery.Id || IsPutAside(other) || (due.SetAside.Contains(other.Delivery.Id) && Against(other, due, send) is null)))
            // One that was sent again stands there twice.
            .GroupBy(other => other.Delivery.Place)
            .Select(same => (same.FirstOrDefault(other => other.Delivery.Id == due.Delivery.Id) ?? same.First()).Delivery)];
        return members.Length > 1 ? members : [];
    }

    private static bool Tells(ClearanceCase due, QueuedDelivery other, long told) => other.Delivery.Place > told && other.Delivery.Place <= due.Delivery.Place;

    private static Clearance.Hold InOrder(ClearanceCase due) =>
        new(due.Now + ClearanceRules.InOrderWait, ClearanceCode.InOrder, "An older message about the same is being sent.");
}
