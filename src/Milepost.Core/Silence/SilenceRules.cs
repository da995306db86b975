using Milepost.Core.Orders;
using Milepost.Protocol.Orders;

namespace Milepost.Core.Silence;

/// <summary>What is to be said of an order's silence. Null: what holds already is right.</summary>
/// <param name="Delay">That it is late, why; or that it no longer is.</param>
/// <param name="Stale">That the location is stale, or fresh again.</param>
public sealed record SilenceVerdict(DelayNotice? Delay, StaleNotice? Stale)
{
    public static readonly SilenceVerdict Nothing = new(null, null);
}

/// <summary>
/// A non-event is an event too. Each rule gives the moment from which an order is late by it; of those that hold the gravest is told (see
/// <see cref="DelayReasons.All"/>). Pure: the same order, fix, settings and time give the same answer on every node.
/// </summary>
public static class SilenceRules
{
    /// <summary>A rule that has held for longer than this when it is first looked at is not told: the news is old, imported perhaps.</summary>
    public static readonly TimeSpan TooLate = TimeSpan.FromHours(2);

    /// <summary>So long behind the last event that was received nothing is called silent: an intake that was away brings the past in pieces.</summary>
    public static readonly TimeSpan CatchingUp = TimeSpan.FromMinutes(1);

    /// <summary>How often at most we say of one order that it is late, and that its location is stale: a flag that flaps tells nothing.</summary>
    public const int MostDelays = 10, MostStales = 50;

    /// <summary>What is to be said now.</summary>
    /// <param name="order">As its events tell it.</param>
    /// <param name="lastFixAt">When its driver was last seen; null: never, so that nobody expects to see the driver.</param>
    /// <param name="settings">The tenant's.</param>
    /// <param name="now">The time.</param>
    public static SilenceVerdict Decide(Order order, DateTimeOffset? lastFixAt, SilenceSettings settings, DateTimeOffset now) =>
        IsWatched(order) ? new SilenceVerdict(Delay(order, lastFixAt, settings, now), Stale(order, lastFixAt, settings, now)) : SilenceVerdict.Nothing;

    /// <summary>When to look at the order next; null: there is nothing to watch until its next event.</summary>
    /// <param name="order">As its events tell it, behind what <see cref="Decide"/> has said.</param>
    /// <param name="lastFixAt">When its driver was last seen; null: never.</param>
    /// <param name="settings">The tenant's.</param>
    /// <param name="now">The time.</param>
    public static DateTimeOffset? NextCheckAt(Order order, DateTimeOffset? lastFixAt, SilenceSettings settings, DateTimeOffset now)
    {
        if (!IsWatched(order))
        {
            return null;
        }

        if (Decide(order, lastFixAt, settings, now) != SilenceVerdict.Nothing)
        {
            return now;
        }

        var moments = Dues(order, lastFixAt, settings).Select(due => Heard(order, due).At);
        if (IsUnderWay(order))
        {
            // A driver who has not been seen yet may be seen later, and fall silent: nobody would wake us for that. One who is missed may be back.
            var again = order.LocationStale is null ? Longer(settings.Stale, settings.Silent) : settings.Stale;
            moments = moments.Append(LastSign(order, lastFixAt) + settings.Stale).Append(now + again);
        }

        return moments.Where(at => at > now).Select(at => (DateTimeOffset?)at).Min();
    }

    /// <summary>Whether the order is with a driver on the way to its destination.</summary>
    public static bool IsUnderWay(Order order) => order is { Driver: not null, Status: OrderStatus.PickedUp or OrderStatus.OutForDelivery or OrderStatus.Arriving };

    // An order that was stopped on its way, or goes back, is somebody's concern already; one that waits for its customer is nobody's.
    private static bool IsWatched(Order order) => order.Status is { } status && OrderStatusTable.Rank(status) <= OrderStatusTable.Rank(OrderStatus.Arriving)
        && !OrderStatusTable.IsInterruption(status);

    private static DelayNotice? Delay(Order order, DateTimeOffset? lastFixAt, SilenceSettings settings, DateTimeOffset now)
    {
        var held = order.Delayed?.Reason;
        string? gravest = null;
        foreach (var (reason, at) in Dues(order, lastFixAt, settings).Select(due => Heard(order, due)))
        {
            if (at <= now && (reason == held || now - at <= TooLate))
            {
                gravest = reason;
            }
        }

        return gravest == held && (held is not null || order.Delayed is null) ? null
            : gravest is null ? new DelayNotice(Delayed: false, null)
            : order.DelaysRaised < MostDelays ? new DelayNotice(Delayed: true, gravest)
            : null;
    }

    private static StaleNotice? Stale(Order order, DateTimeOffset? lastFixAt, SilenceSettings settings, DateTimeOffset now)
    {
        var stale = settings.Stale > TimeSpan.Zero && IsUnderWay(order) && lastFixAt is not null && LastSign(order, lastFixAt) + settings.Stale <= now;
        return stale == order.LocationStale is not null ? null
            : !stale ? new StaleNotice(Stale: false, lastFixAt)
            : order.StalesRaised < MostStales && now - LastSign(order, lastFixAt) <= TooLate ? new StaleNotice(Stale: true, lastFixAt)
            : null;
    }

    // Who has just told us something, though it happened long ago, may be about to tell what came behind it. What is said already stands.
    private static (string Reason, DateTimeOffset At) Heard(Order order, (string Reason, DateTimeOffset At) due) =>
        due.Reason == order.Delayed?.Reason || order.HeardAt is not { } heard || heard + CatchingUp < due.At ? due : (due.Reason, heard + CatchingUp);

    // The least grave first.
    private static IEnumerable<(string Reason, DateTimeOffset At)> Dues(Order order, DateTimeOffset? lastFixAt, SilenceSettings settings)
    {
        if (settings.Accept > TimeSpan.Zero && order.Status is OrderStatus.Placed or OrderStatus.Paid && Later(order.PlacedAt, order.PaidAt) is { } asked)
        {
            yield return (DelayReasons.NotAccepted, asked + settings.Accept);
        }

        if (settings.PickUp > TimeSpan.Zero && order.Status is OrderStatus.Ready or OrderStatus.CourierAssigned && order.StatusSince is { } ready)
        {
            yield return (DelayReasons.NotPickedUp, PickUpBy(order, ready, settings.PickUp));
        }

        if (settings.Silent > TimeSpan.Zero && IsUnderWay(order) && lastFixAt is not null)
        {
            yield return (DelayReasons.DriverSilent, LastSign(order, lastFixAt) + settings.Silent);
        }

        if (settings.Eta > TimeSpan.Zero && order is { Eta: { } eta, Status: not OrderStatus.Arriving })
        {
            yield return (DelayReasons.EtaPassed, (eta.To ?? eta.At) + settings.Eta);
        }

        if (settings.Promise > TimeSpan.Zero && order.Promise is { } promise)
        {
            yield return (DelayReasons.PromisePassed, promise.Until() + settings.Promise);
        }
    }

    // An order for this evening that is ready at noon waits for its driver rightly: until so long before it is promised.
    private static DateTimeOffset PickUpBy(Order order, DateTimeOffset ready, TimeSpan within) =>
        order.Promise is { } promise ? Later(ready + within, (promise.From ?? promise.At) - within)!.Value : ready + within;

    // That the driver has picked it up is a sign of life too.
    private static DateTimeOffset LastSign(Order order, DateTimeOffset? lastFixAt) => Later(lastFixAt, order.StatusSince) ?? order.Last.Time;

    private static DateTimeOffset? Later(DateTimeOffset? left, DateTimeOffset? right) => left is null || right > left ? right : left;

    private static TimeSpan Longer(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
