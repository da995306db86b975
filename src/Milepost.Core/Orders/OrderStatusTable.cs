using Milepost.Protocol.Orders;

namespace Milepost.Core.Orders;

/// <summary>
/// The one table of statuses: their ranks and which may follow which. The main line only goes up in rank. An interruption (a failed
/// attempt, an exception) may come at any time while the order is open, and the order may take up the main line again behind it.
/// </summary>
public static class OrderStatusTable
{
    private static readonly int[] Ranks = new int[Enum.GetValues<OrderStatus>().Length];

    static OrderStatusTable()
    {
        Ranks[(int)OrderStatus.Placed] = 10;
        Ranks[(int)OrderStatus.Paid] = 20;
        Ranks[(int)OrderStatus.Accepted] = 30;
        Ranks[(int)OrderStatus.Preparing] = 40;
        Ranks[(int)OrderStatus.Ready] = 50;
        Ranks[(int)OrderStatus.CourierAssigned] = 60;
        Ranks[(int)OrderStatus.PickedUp] = 70;
        Ranks[(int)OrderStatus.OutForDelivery] = 80;
        Ranks[(int)OrderStatus.Arriving] = 90;
        Ranks[(int)OrderStatus.ReadyForCollection] = 95;
        Ranks[(int)OrderStatus.Delivered] = 100;
        Ranks[(int)OrderStatus.AttemptFailed] = 85;
        Ranks[(int)OrderStatus.Exception] = 85;
        // Delivered and cancelled exclude each other, and the earlier one holds: whichever is heard of later, the rank does not fall.
        Ranks[(int)OrderStatus.Cancelled] = 100;
        Ranks[(int)OrderStatus.Returning] = 110;
        Ranks[(int)OrderStatus.Returned] = 120;
    }

    /// <summary>The rank: higher is further along.</summary>
    public static int Rank(OrderStatus status) => Ranks[(int)status];

    /// <summary>Whether anything is still expected to happen to an order in this status.</summary>
    public static bool IsActive(OrderStatus status) => status is not (OrderStatus.Delivered or OrderStatus.Cancelled or OrderStatus.Returned);

    /// <summary>The driver has the order and is bringing it.</summary>
    public static bool IsOnTheWay(OrderStatus status) => status is OrderStatus.PickedUp or OrderStatus.OutForDelivery or OrderStatus.Arriving;

    /// <summary>An order in this status was stopped on its way and may go on.</summary>
    public static bool IsInterruption(OrderStatus status) => status is OrderStatus.AttemptFailed or OrderStatus.Exception;

    /// <summary>
    /// Whether an order moves to <paramref name="next"/>.
    /// </summary>
    /// <param name="current">Its status; null when no event has told one yet.</param>
    /// <param name="reached">The highest rank on the main line in the present attempt.</param>
    /// <param name="next">The status that an event carries.</param>
    public static bool CanFollow(OrderStatus? current, int reached, OrderStatus next)
    {
        if (current is not { } now)
        {
            return true;
        }

        if (now == next)
        {
            return false;
        }

        return now switch
        {
            OrderStatus.Returned => false,
            OrderStatus.Returning => next is OrderStatus.Returned,
            OrderStatus.Delivered or OrderStatus.Cancelled => next is OrderStatus.Returning or OrderStatus.Returned,
            _ when IsInterruption(next) || next is OrderStatus.Cancelled or OrderStatus.Returning or OrderStatus.Returned => true,
            // A new attempt may start again from the courier; what was done in the kitchen or the warehouse is not done again.
            _ when IsInterruption(now) => Rank(next) >= Math.Min(reached, Rank(OrderStatus.CourierAssigned)),
            _ => Rank(next) > Rank(now),
        };
    }
}
