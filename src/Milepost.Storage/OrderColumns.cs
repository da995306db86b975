using Milepost.Core.Orders;

namespace Milepost.Storage;

/// <summary>What is kept of an order beside its body, to find it by. Both engines write the same.</summary>
internal static class OrderColumns
{
    private const int Delayed = 1;
    private const int LocationStale = 2;

    /// <summary>Who has it, as long as it is active.</summary>
    public static string? Driver(Order order) => order.IsActive() ? order.Driver?.Id : null;

    /// <summary>Which exceptions hold: 1 delayed, 2 location stale; 0: none.</summary>
    public static int Flags(Order order) => (order.Delayed is null ? 0 : Delayed) | (order.LocationStale is null ? 0 : LocationStale);
}
