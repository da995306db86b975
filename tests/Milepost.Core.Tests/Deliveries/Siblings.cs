using Milepost.Core.Customers;
using Milepost.Core.Deliveries;
using Milepost.Core.Orders;
using Milepost.Core.Preferences;
using Milepost.Core.Tenants;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Preferences;

namespace Milepost.Core.Tests.Deliveries;

/// <summary>Deliveries with one topic, and what becomes of one of them.</summary>
internal static class Siblings
{
    public const string Topic = "email:c-1::digest:offers:1";
    public static readonly DateTimeOffset Now = Some.Evening.AddHours(1);
    public static readonly DateTimeOffset Morning = new(2026, 11, 22, 6, 0, 0, TimeSpan.Zero);

    private static readonly Customer Ada = new()
    {
        Tenant = Some.Tenant,
        Profile = new CustomerProfile { Id = "c-1", Email = "ada@example.org", TimeZone = "Europe/Berlin" },
        Devices = [new Device { Id = "phone", Kind = DeviceKind.Fcm, Address = "token-1", SeenAt = Some.Evening }],
    };

    private static readonly Customer Sleeper = Ada with
    {
        Preferences = new NotificationPreferences
        {
            QuietHours = new QuietHours { Enabled = true, Days = WeekdayNames.All.ToDictionary(day => day, _ => (IReadOnlyList<QuietWindow>)[new QuietWindow("19:00", "07:00")]) },
        },
    };

    public static Clearance Decide(QueuedDelivery row, IReadOnlyList<QueuedDelivery> siblings, OrderStatus order = OrderStatus.Delivered, bool quiet = false, DateTimeOffset? now = null, string[]? aside = null) =>
        ClearanceRules.Decide(new ClearanceCase(
            row,
            new ClearanceFacts
            {
                Customer = quiet ? Sleeper : Ada,
                Order = new Order { Tenant = Some.Tenant, Id = "o-1", Status = order, Last = new EventKey(Some.Evening, "s", "1"), EventCount = 1 },
                Siblings = [.. siblings.OrderBy(sibling => sibling.Delivery.Place)],
            },
            TenantSettings.Default,
            now ?? Now)
        { SetAside = (aside ?? []).ToHashSet() });

    public static QueuedDelivery Item(int place, DeliveryState state, string? reason = null) => Row(
        new Delivery
        {
            Tenant = Some.Tenant,
            Id = $"{place}.email",
            CustomerId = "c-1",
            Channel = DeliveryChannel.Email,
            NotificationId = $"{place}",
            Place = place,
            Type = "offer",
            Category = NotificationCategory.Social,
            Address = "ada@example.org",
            Title = "Title",
            Body = "Body",
            Topic = Topic,
            Digest = true,
            CreatedAt = Some.Evening,
            Due = Now,
            ExpiresAt = Now.AddDays(1),
        },
        state, reason);

    public static QueuedDelivery News(int place, OrderStatus status, DeliveryState state, string? reason = null)
    {
        var row = Item(place, state, reason);
        return row with { Delivery = row.Delivery with { Type = "order." + status.Wire(), Category = NotificationCategory.Order, OrderId = "o-1", Status = status, Topic = "email:c-1::order:o-1", Digest = false } };
    }

    public static QueuedDelivery Pushed(this QueuedDelivery row) => row with { Delivery = row.Delivery with { Channel = DeliveryChannel.Fcm, Address = "phone" } };

    public static QueuedDelivery Again(this QueuedDelivery row, DeliveryState state, int number = 1, string? reason = null) =>
        Row(row.Delivery with { Id = Repeats.IdOf(row.Delivery, number), CreatedAt = Now, Due = Now }, state, reason);

    private static QueuedDelivery Row(Delivery delivery, DeliveryState state, string? reason) => new(delivery, new DeliveryProgress { State = state, Due = delivery.Due, Reason = reason });
}
