using Milepost.Client.Http;
using Milepost.Protocol;
using Milepost.Protocol.Orders;

namespace Milepost.Client.Orders;

/// <summary>Reads orders: the caller's own, or all with the scope <c>operator</c> or <c>admin</c>.</summary>
public sealed class MilepostOrders
{
    private readonly MilepostHttp _http;

    internal MilepostOrders(MilepostHttp http) => _http = http;

    /// <summary>One page of orders, newest first. <paramref name="cursor"/> is the <c>Next</c> of the page before.</summary>
    public Task<OrderPage> ListAsync(int? limit = null, string? cursor = null, CancellationToken cancellationToken = default) =>
        _http.SendAsync(
            HttpMethod.Get, new Query("orders").Add("limit", limit).Add("cursor", cursor).ToString(), content: null, ProtocolJson.Default.OrderPage, cancellationToken);

    /// <summary>One order with its timeline.</summary>
    public Task<OrderDetails> GetAsync(string orderId, CancellationToken cancellationToken = default) =>
        _http.SendAsync(HttpMethod.Get, $"orders/{Uri.EscapeDataString(orderId)}", content: null, ProtocolJson.Default.OrderDetails, cancellationToken);

    /// <summary>One order as it is now, and in <see cref="OrderTracking.Stream"/> the cursor to follow it from without a gap.</summary>
    public Task<OrderTracking> TrackingAsync(string orderId, CancellationToken cancellationToken = default) =>
        _http.SendAsync(HttpMethod.Get, $"orders/{Uri.EscapeDataString(orderId)}/tracking", content: null, ProtocolJson.Default.OrderTracking, cancellationToken);
}
