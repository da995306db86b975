using System.Text.Json;
using Milepost.Protocol.Orders;

namespace Milepost.Protocol.Tests.Orders;

public sealed class OrderStatusNamesTests
{
    private static readonly Dictionary<OrderStatus, string> Expected = new()
    {
        [OrderStatus.Placed] = "placed",
        [OrderStatus.Paid] = "paid",
        [OrderStatus.Accepted] = "accepted",
        [OrderStatus.Preparing] = "preparing",
        [OrderStatus.Ready] = "ready",
        [OrderStatus.CourierAssigned] = "courier_assigned",
        [OrderStatus.PickedUp] = "picked_up",
        [OrderStatus.OutForDelivery] = "out_for_delivery",
        [OrderStatus.Arriving] = "arriving",
        [OrderStatus.Delivered] = "delivered",
        [OrderStatus.ReadyForCollection] = "ready_for_collection",
        [OrderStatus.AttemptFailed] = "attempt_failed",
        [OrderStatus.Exception] = "exception",
        [OrderStatus.Cancelled] = "cancelled",
        [OrderStatus.Returning] = "returning",
        [OrderStatus.Returned] = "returned",
    };

    [Fact]
    public void Every_status_has_its_name_and_every_name_its_status()
    {
        OrderStatusNames.All.ShouldBe(Enum.GetValues<OrderStatus>().Select(status => Expected[status]));
        foreach (var status in Enum.GetValues<OrderStatus>())
        {
            status.Wire().ShouldBe(Expected[status]);
            OrderStatusNames.TryParse(Expected[status], out var parsed).ShouldBeTrue();
            parsed.ShouldBe(status);
            JsonSerializer.Serialize(status).ShouldBe($"\"{Expected[status]}\"");
            JsonSerializer.Deserialize<OrderStatus>($"\"{Expected[status]}\"").ShouldBe(status);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Placed")]
    [InlineData("courier-assigned")]
    [InlineData("courierAssigned")]
    [InlineData(" paid")]
    [InlineData("0")]
    public void Other_names_are_no_status(string? name) => OrderStatusNames.TryParse(name, out _).ShouldBeFalse();

    [Theory]
    [InlineData("\"PAID\"")]
    [InlineData("null")]
    public void Json_of_another_name_is_refused(string json) => Should.Throw<JsonException>(() => JsonSerializer.Deserialize<OrderStatus>(json));
}
