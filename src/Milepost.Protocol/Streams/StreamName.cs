namespace Milepost.Protocol.Streams;

/// <summary>The name of a stream within the installation: the tenant, and the label that stands on the wire.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Label"><c>order:{id}</c> or <c>customer:{id}</c>; compared exactly.</param>
public readonly record struct StreamName(string Tenant, string Label)
{
    public static StreamName Order(string tenant, string orderId) => new(tenant, StreamLabels.Order(orderId));

    /// <summary>The order whose stream it is; null: it is a customer's.</summary>
    public string? OrderId() => Label.StartsWith(StreamLabels.OrderPrefix, StringComparison.Ordinal) ? Label[StreamLabels.OrderPrefix.Length..] : null;

    public static StreamName Customer(string tenant, string customerId) => new(tenant, StreamLabels.Customer(customerId));
}
