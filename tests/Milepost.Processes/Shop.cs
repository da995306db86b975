using System.Globalization;
using System.Text.Json;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;

namespace Milepost.Processes;

/// <summary>Makes events of orders that go through their whole life.</summary>
public static class Shop
{
    // Near the clock of the real servers: what happened too long ago is not worth a mail any more, and an order that stands still for so long is late.
    private static readonly DateTimeOffset Start = TimeProvider.System.GetUtcNow().AddMinutes(-2);

    /// <summary>The statuses behind <c>placed</c>, each of which tells the customer something.</summary>
    public static readonly IReadOnlyList<OrderStatus> Life =
    [
        OrderStatus.Paid, OrderStatus.Accepted, OrderStatus.Preparing, OrderStatus.Ready, OrderStatus.CourierAssigned, OrderStatus.PickedUp,
        OrderStatus.OutForDelivery, OrderStatus.Arriving, OrderStatus.Delivered,
    ];

    /// <param name="orderId">The order.</param>
    /// <param name="customerId">Whose.</param>
    /// <param name="email">Where the customer gets mail; null: nowhere.</param>
    public static CloudEvent Placed(string orderId, string customerId, string? email = null)
    {
        var address = email is null ? "" : $",\"email\":\"{email}\"";
        return Event(orderId, 0, EventTypes.OrderPlaced, $$"""{"customer":{"id":"{{customerId}}","name":"Customer"{{address}}},"items":[{"name":"Soup","quantity":2}],"total":{"amount":12.5,"currency":"EUR"} }""");
    }

    /// <param name="orderId">The order.</param>
    /// <param name="step">1 for the first status behind placed.</param>
    public static CloudEvent Moved(string orderId, int step) =>
        Event(orderId, step, EventTypes.OrderStatusChanged, $$"""{"status":"{{Life[step - 1].Wire()}}"}""");

    private static CloudEvent Event(string orderId, int step, string type, string data) => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"{orderId}-{step}"),
        Source = "/torture",
        Type = type,
        Subject = orderId,
        Time = Start.AddSeconds(10 * step),
        Data = JsonElement.Parse(data),
    };
}
