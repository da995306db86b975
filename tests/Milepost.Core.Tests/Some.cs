using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Templates;
using Milepost.Core.Tenants;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;

namespace Milepost.Core.Tests;

/// <summary>Events as tests write them. Minutes count from a fixed evening.</summary>
internal static class Some
{
    public const string Tenant = "acme";
    public const string Source = "/shops/1";
    public static readonly DateTimeOffset Evening = new(2026, 11, 21, 18, 0, 0, TimeSpan.Zero);

    /// <summary>English words, and tenants who have set nothing.</summary>
    public static readonly NotificationTools Tools = new(new RuleTexts(), new DefaultTenants());

    public static RecordedEvent Event(string id, string type, double minute, string order = "o-1", string tenant = Tenant) => new()
    {
        Tenant = tenant,
        Source = Source,
        Id = id,
        Type = type,
        Subject = order,
        Time = Evening.AddMinutes(minute),
        ReceivedAt = Evening,
    };

    public static RecordedEvent Placed(string id, double minute, string? customer = "c-1", string order = "o-1", string tenant = Tenant) =>
        Event(id, EventTypes.OrderPlaced, minute, order, tenant) with
        {
            Status = OrderStatus.Placed,
            Customer = customer is null ? null : new CustomerProfile { Id = customer },
            Items = [new OrderItem("Soup", 1, 4.5m)],
        };

    public static RecordedEvent Status(string id, OrderStatus status, double minute, bool correction = false, string order = "o-1", string tenant = Tenant) =>
        Event(id, EventTypes.OrderStatusChanged, minute, order, tenant) with { Status = status, Correction = correction };

    public static RecordedEvent Customer(string id, double minute, CustomerProfile profile, string tenant = Tenant) =>
        Event(id, EventTypes.CustomerUpdated, minute, profile.Id, tenant) with { Customer = profile };
}
