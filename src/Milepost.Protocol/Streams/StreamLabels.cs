namespace Milepost.Protocol.Streams;

/// <summary>
/// Names of streams on the wire: <c>notifications</c> (the caller's own), <c>order:{id}</c>, and <c>customer:{id}</c> for operators.
/// </summary>
public static class StreamLabels
{
    public const string Notifications = "notifications";
    public const string OrderPrefix = "order:";

    /// <summary>To a guest: the one order of the link.</summary>
    public const string GuestOrder = "order";

    public const string CustomerPrefix = "customer:";

    public static string Order(string orderId) => OrderPrefix + orderId;

    public static string Customer(string customerId) => CustomerPrefix + customerId;
}
