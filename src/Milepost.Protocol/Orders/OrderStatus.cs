using System.Text.Json;
using System.Text.Json.Serialization;

namespace Milepost.Protocol.Orders;

/// <summary>
/// The canonical statuses of an order. The first ten are the main line in rank order; the others stand beside it.
/// Their wire names are in <see cref="OrderStatusNames"/>; their ranks and moves are in the server's status table.
/// </summary>
[JsonConverter(typeof(OrderStatusJsonConverter))]
public enum OrderStatus
{
    Placed,
    Paid,
    Accepted,
    Preparing,
    Ready,
    CourierAssigned,
    PickedUp,
    OutForDelivery,
    Arriving,
    Delivered,
    ReadyForCollection,
    AttemptFailed,
    Exception,
    Cancelled,
    Returning,
    Returned,
}

/// <summary>The wire names of <see cref="OrderStatus"/>: lower case with underscores, compared exactly.</summary>
public static class OrderStatusNames
{
    private static readonly string[] Names =
    [
        "placed", "paid", "accepted", "preparing", "ready", "courier_assigned", "picked_up", "out_for_delivery", "arriving", "delivered",
        "ready_for_collection", "attempt_failed", "exception", "cancelled", "returning", "returned",
    ];

    private static readonly Dictionary<string, OrderStatus> ByName =
        Enum.GetValues<OrderStatus>().ToDictionary(status => Names[(int)status], StringComparer.Ordinal);

    /// <summary>All wire names, in the order of the enumeration.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>The name of a status on the wire.</summary>
    public static string Wire(this OrderStatus status) => Names[(int)status];

    /// <summary>Reads a wire name. False means that the name is not one of <see cref="All"/>.</summary>
    public static bool TryParse(string? name, out OrderStatus status)
    {
        status = default;
        return name is not null && ByName.TryGetValue(name, out status);
    }
}

/// <summary>Writes and reads a status by its wire name.</summary>
public sealed class OrderStatusJsonConverter : JsonConverter<OrderStatus>
{
    public override OrderStatus Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        OrderStatusNames.TryParse(reader.GetString(), out var status) ? status : throw new JsonException("unknown order status");

    public override void Write(Utf8JsonWriter writer, OrderStatus value, JsonSerializerOptions options) => writer.WriteStringValue(value.Wire());
}
