using Milepost.Core.Orders;

namespace Milepost.Core.Sharing;

/// <summary>How long a share link is good. Pure.</summary>
public static class ShareRules
{
    /// <summary>The most links of one order that are good at a time.</summary>
    public const int MaxLive = 20;

    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromDays(7);

    public static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(30);

    /// <summary>When an order ended; null while it is under way.</summary>
    public static DateTimeOffset? EndOf(Order order) => order.IsActive() ? null : order.EndedAt ?? order.Last.Time;

    /// <summary>When a link stops working by itself: at its own end, or some time after the order's.</summary>
    /// <param name="shared">The link and its order's end.</param>
    /// <param name="closeAfter">How long behind the order's end.</param>
    public static DateTimeOffset EndsAt(SharedOrder shared, TimeSpan closeAfter) =>
        shared.OrderEndedAt is { } ended && ended + closeAfter < shared.Share.ExpiresAt ? ended + closeAfter : shared.Share.ExpiresAt;

    public static bool IsOpen(SharedOrder shared, TimeSpan closeAfter, DateTimeOffset now) => shared.Share.RevokedAt is null && EndsAt(shared, closeAfter) > now;
}
