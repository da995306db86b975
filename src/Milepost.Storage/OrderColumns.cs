using Milepost.Core.Orders;

namespace Milepost.Storage;

/// <summary>What is kept of an order beside its body, to find it by. Both engines write the same.</summary>
internal static class OrderColumns
{
    /// <summary>Who has it, as long as it is active.</summary>
    public static string? Driver(Order order) => order.IsActive() ? order.Driver?.Id : null;

    /// <summary>Which exceptions hold: the numbers of <see cref="OrderExceptions"/>.</summary>
    public static int Flags(Order order) => (int)order.Exceptions();
}
