using System.Text.Json;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Templates;
using Milepost.Core.Tenants;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Templates;

namespace Milepost.Server.Templates;

/// <summary>What templates are tried with: an order in the status that the type tells of, with everything known; and one with next to nothing.</summary>
internal static class SampleModels
{
    private const string Note = "The bell does not work, please knock.";

    /// <summary>Everything is known.</summary>
    public static TextModel Full(string type, TenantBrand brand, DateTimeOffset now) => new()
    {
        Order = type == EventTypes.CustomerUpdated ? null : Order(type, now),
        CustomerName = "Ada Lovelace",
        Brand = brand with { Name = brand.Name ?? "Corner Shop", SupportEmail = brand.SupportEmail ?? "help@shop.example" },
        Note = Note,
        EventTime = now.AddMinutes(-1),
        Link = "https://shop.example/orders/A-1001",
        UnsubscribeLink = "https://shop.example/unsubscribe/sample",
        Digest =
        [
            new DigestItem("In preparation", "Your order A-1001 is being prepared.", now.AddMinutes(-40)),
            new DigestItem("On its way", "Your order A-1001 is on its way to you.", now.AddMinutes(-5)),
        ],
        TimeZone = "Europe/Berlin",
        Now = now,
    };

    /// <summary>Only what is always known.</summary>
    public static TextModel Bare(string type, DateTimeOffset now) => new()
    {
        Order = type == EventTypes.CustomerUpdated ? null : new Order { Tenant = "sample", Id = "A-1001", Status = StatusOf(type), Last = new EventKey(now, "sample", "1"), EventCount = 1 },
        Now = now,
    };

    /// <summary>The sample with the caller's values in it.</summary>
    public static TextModel With(TextModel model, TemplateSample? sample) => sample is null ? model : model with
    {
        CustomerName = sample.CustomerName ?? model.CustomerName,
        Note = sample.Note ?? model.Note,
        Link = sample.Link ?? model.Link,
        TimeZone = sample.TimeZone ?? model.TimeZone,
        Data = sample.Data is { ValueKind: JsonValueKind.Object } ? sample.Data : model.Data,
    };

    private static Order Order(string type, DateTimeOffset now) => new()
    {
        Tenant = "sample",
        Id = "A-1001",
        Status = StatusOf(type),
        CustomerId = "c-1",
        Items = [new OrderItem("Pizza Margherita", 2, 9.5m), new OrderItem("Tiramis\u00f9", 1, 6.9m)],
        Total = new Money(25.9m, "EUR"),
        Destination = new Destination("12 Station Road, Springfield", 52.5, 13.4),
        Driver = new Driver("d-1", "Grace Hopper", "bicycle"),
        Eta = new Eta(now.AddMinutes(25), now.AddMinutes(20), now.AddMinutes(35), "traffic"),
        PlacedAt = now.AddMinutes(-30),
        PaidAt = now.AddMinutes(-29),
        Last = new EventKey(now, "sample", "1"),
        EventCount = 5,
    };

    private static OrderStatus StatusOf(string type) =>
        NotificationRules.ByStatus.Where(row => row.Value.Type == type).Select(row => (OrderStatus?)row.Key).FirstOrDefault() ?? OrderStatus.OutForDelivery;
}
