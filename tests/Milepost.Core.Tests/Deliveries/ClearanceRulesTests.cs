using Milepost.Core.Customers;
using Milepost.Core.Deliveries;
using Milepost.Core.Orders;
using Milepost.Core.Tenants;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Preferences;

namespace Milepost.Core.Tests.Deliveries;

/// <summary>What becomes of a delivery that is due: each rule, and which one goes before which.</summary>
public sealed class ClearanceRulesTests
{
    private static readonly DateTimeOffset Now = Some.Evening.AddHours(1);

    private static readonly Device Phone = new() { Id = "phone", Kind = DeviceKind.Fcm, Address = "token-1", SeenAt = Some.Evening };

    private static readonly Customer Ada = new()
    {
        Tenant = Some.Tenant,
        Profile = new CustomerProfile { Id = "c-1", Email = "ada@example.org", Phone = "+4915112345678", TimeZone = "Europe/Berlin" },
        Devices = [Phone],
    };

    // From seven in the evening (it is 20:00 in Berlin) until seven in the morning, every day.
    private static readonly QuietHours Night = new()
    {
        Enabled = true,
        Days = Milepost.Core.Preferences.WeekdayNames.All.ToDictionary(day => day, _ => (IReadOnlyList<QuietWindow>)[new QuietWindow("19:00", "07:00")]),
    };

    private static readonly DateTimeOffset Morning = new(2026, 11, 22, 6, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_nothing_speaks_against_goes_out()
    {
        var send = Decide(Push(OrderStatus.OutForDelivery), OrderStatus.OutForDelivery).ShouldBeOfType<Clearance.Send>();
        send.Address.ShouldBe("token-1");
        send.Device.ShouldBe(Phone);
        send.Rewrite.ShouldBeNull();
    }

    [Theory]
    [InlineData(7, true)]
    [InlineData(8, true)]
    [InlineData(6, false)]
    public void What_a_device_has_acknowledged_is_not_pushed(long acknowledged, bool known)
    {
        var clearance = Decide(Push(OrderStatus.OutForDelivery) with { Place = 7 }, OrderStatus.OutForDelivery, acknowledged: acknowledged);
        (clearance is Clearance.Stop { State: DeliveryState.Cancelled, Code: ClearanceCode.Acknowledged }).ShouldBe(known);
    }

    [Fact]
    public void A_receipt_is_mailed_whatever_was_acknowledged() =>
        Decide(Mail(OrderStatus.Paid) with { Place = 7 }, OrderStatus.Paid, acknowledged: 9).ShouldBeOfType<Clearance.Send>().Address.ShouldBe("ada@example.org");

    [Theory]
    // The order moved on and nothing newer goes this way: it tells how things stand.
    [InlineData(OrderStatus.Preparing, OrderStatus.Delivered, false, "rewrite")]
    [InlineData(OrderStatus.OutForDelivery, OrderStatus.Delivered, false, "rewrite")]
    [InlineData(OrderStatus.Delivered, OrderStatus.OutForDelivery, false, "rewrite")]
    // Something newer goes this way: it is not told at all.
    [InlineData(OrderStatus.Preparing, OrderStatus.Delivered, true, "stop")]
    [InlineData(OrderStatus.OutForDelivery, OrderStatus.Arriving, true, "stop")]
    // Receipts stay true; only that an order was received is no news once it is over.
    [InlineData(OrderStatus.Paid, OrderStatus.Preparing, true, "send")]
    [InlineData(OrderStatus.Paid, OrderStatus.Delivered, true, "send")]
    [InlineData(OrderStatus.Placed, OrderStatus.Paid, true, "send")]
    [InlineData(OrderStatus.Placed, OrderStatus.Delivered, true, "stop")]
    [InlineData(OrderStatus.Placed, OrderStatus.Cancelled, false, "stop")]
    public void An_order_that_moved_on_is_told_as_it_is_or_not_at_all(OrderStatus told, OrderStatus now, bool newer, string expected)
    {
        var delivery = Mail(told) with { Place = 7 };
        QueuedDelivery[] siblings = newer ? [Row(delivery), Row(Mail(now) with { Place = 9, Id = "9.email" }, DeliveryState.Sent)] : [Row(delivery)];
        switch (Decide(delivery, now, siblings: siblings))
        {
            case Clearance.Send { Rewrite: { } status }:
                expected.ShouldBe("rewrite");
                status.ShouldBe(now);
                break;
            case Clearance.Send:
                expected.ShouldBe("send");
                break;
            case Clearance.Stop { Code: ClearanceCode.Superseded }:
                expected.ShouldBe("stop");
                break;
            case var other:
                throw new InvalidOperationException($"{other}");
        }
    }

    [Fact]
    public void What_is_unwanted_stays_here_and_what_is_critical_goes()
    {
        var quiet = Ada with { Preferences = new NotificationPreferences { Types = new Dictionary<string, IReadOnlyDictionary<NotificationChannel, bool>> { ["order.out_for_delivery"] = new Dictionary<NotificationChannel, bool> { [NotificationChannel.Push] = false }, ["order.exception"] = new Dictionary<NotificationChannel, bool> { [NotificationChannel.Push] = false } } } };
        Decide(Push(OrderStatus.OutForDelivery), OrderStatus.OutForDelivery, quiet).ShouldBeOfType<Clearance.Stop>().Code.ShouldBe(ClearanceCode.Preference);
        Decide(Push(OrderStatus.Exception) with { Priority = NotificationPriority.Critical }, OrderStatus.Exception, quiet).ShouldBeOfType<Clearance.Send>();

        // Rewritten, it is a message of another type, and that one is unwanted.
        Decide(Push(OrderStatus.Accepted), OrderStatus.OutForDelivery, quiet).ShouldBeOfType<Clearance.Stop>().Code.ShouldBe(ClearanceCode.Preference);
    }

    [Theory]
    [InlineData(OrderStatus.Delivered, "hold")]
    [InlineData(OrderStatus.Preparing, "drop")]
    [InlineData(OrderStatus.AttemptFailed, "send")]
    [InlineData(OrderStatus.Exception, "send")]
    public void Quiet_hours_hold_what_is_worth_it_drop_what_is_not_and_let_the_urgent_through(OrderStatus status, string expected)
    {
        var sleeper = Ada with { Preferences = new NotificationPreferences { QuietHours = Night } };
        var clearance = Decide(Push(status) with { Priority = status == OrderStatus.Exception ? NotificationPriority.Critical : NotificationPriority.High }, status, sleeper);
        switch (clearance)
        {
            case Clearance.Hold hold:
                expected.ShouldBe("hold");
                hold.Until.ShouldBe(Morning);
                hold.Code.ShouldBe(ClearanceCode.QuietHours);
                break;
            case Clearance.Stop stop:
                expected.ShouldBe("drop");
                stop.State.ShouldBe(DeliveryState.Suppressed);
                break;
            default:
                expected.ShouldBe("send");
                break;
        }
    }

    [Fact]
    public void What_is_useless_when_the_night_is_over_does_not_wait_for_it() => Decide(
        Push(OrderStatus.OutForDelivery) with { ExpiresAt = Morning }, OrderStatus.OutForDelivery,
        Ada with { Preferences = new NotificationPreferences { QuietHours = Night } }).ShouldBeOfType<Clearance.Stop>().Code.ShouldBe(ClearanceCode.Useless);

    [Fact]
    public void An_email_makes_no_noise_and_the_zone_of_the_device_counts_for_pushes()
    {
        var sleeper = Ada with { Preferences = new NotificationPreferences { QuietHours = Night } };
        Decide(Mail(OrderStatus.Delivered), OrderStatus.Delivered, sleeper).ShouldBeOfType<Clearance.Send>();

        // In New York it is two in the afternoon.
        Decide(Push(OrderStatus.Delivered), OrderStatus.Delivered, sleeper with { Devices = [Phone with { TimeZone = "America/New_York" }] }).ShouldBeOfType<Clearance.Send>();
    }

    [Fact]
    public void Behind_the_night_one_message_tells_how_things_stand()
    {
        var sleeper = Ada with { Preferences = new NotificationPreferences { QuietHours = Night } };
        Delivery[] night = [.. ((OrderStatus[])[OrderStatus.Accepted, OrderStatus.PickedUp, OrderStatus.Delivered]).Select((status, index) => Push(status) with { Place = 5 + index, Id = $"{index}", ExpiresAt = Now.AddDays(1) })];
        QueuedDelivery[] rows = [.. night.Select(delivery => Row(delivery) with { Progress = Row(delivery).Progress with { Reason = ClearanceCode.QuietHours, Due = Morning } })];
        var morning = rows.Select(row => ClearanceRules.Decide(new ClearanceCase(row, Facts(OrderStatus.Delivered, sleeper, 0, rows), TenantSettings.Default, Morning))).ToList();
        morning.Count(clearance => clearance is Clearance.Send).ShouldBe(1);
        morning[2].ShouldBeOfType<Clearance.Send>().Rewrite.ShouldBeNull();
        morning.Take(2).ShouldAllBe(clearance => clearance is Clearance.Stop && ((Clearance.Stop)clearance).Code == ClearanceCode.Superseded);
    }

    [Theory]
    [InlineData(DeliveryState.Leased, true)]
    [InlineData(DeliveryState.Sending, true)]
    [InlineData(DeliveryState.Queued, false)]
    [InlineData(DeliveryState.Sent, false)]
    public void An_older_message_that_is_on_its_way_goes_first(DeliveryState older, bool waits)
    {
        var delivery = Push(OrderStatus.Delivered) with { Place = 9 };
        var clearance = Decide(delivery, OrderStatus.Delivered, siblings: [Row(Push(OrderStatus.PickedUp) with { Place = 7, Id = "older" }, older), Row(delivery, DeliveryState.Leased)]);
        (clearance is Clearance.Hold { Code: ClearanceCode.InOrder }).ShouldBe(waits);
    }

    [Fact]
    public void Whose_device_is_gone_and_whose_data_was_removed_gets_nothing()
    {
        Decide(Push(OrderStatus.Delivered), OrderStatus.Delivered, Ada with { Devices = [] }).ShouldBeOfType<Clearance.Stop>().Code.ShouldBe(ClearanceCode.NoAddress);
        Decide(Mail(OrderStatus.Delivered), OrderStatus.Delivered, Ada with { ErasedAt = Now }).ShouldBeOfType<Clearance.Stop>().Code.ShouldBe(ClearanceCode.Erased);
    }

    [Fact]
    public void An_address_that_changed_since_is_the_right_one_but_not_for_news_of_the_change()
    {
        var moved = Ada with { Profile = Ada.Profile with { Email = "new@example.org" } };
        Decide(Mail(OrderStatus.Delivered), OrderStatus.Delivered, moved).ShouldBeOfType<Clearance.Send>().Address.ShouldBe("new@example.org");
        Decide(Mail(null) with { Type = "customer.updated", Category = NotificationCategory.Security }, OrderStatus.Delivered, moved).ShouldBeOfType<Clearance.Send>().Address.ShouldBe("ada@example.org");
    }

    [Fact]
    public void A_webhook_is_nobodys_preference_but_must_be_there()
    {
        var hook = Mail(OrderStatus.Delivered) with { Channel = DeliveryChannel.Webhook, Address = "hook" };
        var settings = TenantSettings.Default with { Webhooks = [new WebhookEndpoint { Id = "hook", Url = "https://shop.example/hook", Secret = "whsec_x" }] };
        var facts = Facts(OrderStatus.Delivered, Ada with { ErasedAt = null }, 99, []);
        ClearanceRules.Decide(new ClearanceCase(Row(hook), facts, settings, Now)).ShouldBeOfType<Clearance.Send>();
        ClearanceRules.Decide(new ClearanceCase(Row(hook), facts, TenantSettings.Default, Now)).ShouldBeOfType<Clearance.Stop>().Code.ShouldBe(ClearanceCode.NoAddress);
    }

    private static Clearance Decide(Delivery delivery, OrderStatus order, Customer? customer = null, long acknowledged = 0, IReadOnlyList<QueuedDelivery>? siblings = null) =>
        ClearanceRules.Decide(new ClearanceCase(Row(delivery), Facts(order, customer ?? Ada, acknowledged, siblings ?? [Row(delivery)]), TenantSettings.Default, Now));

    private static ClearanceFacts Facts(OrderStatus order, Customer customer, long acknowledged, IReadOnlyList<QueuedDelivery> siblings) => new()
    {
        Customer = customer,
        Order = new Order { Tenant = Some.Tenant, Id = "o-1", Status = order, Last = new EventKey(Some.Evening, "s", "1"), EventCount = 1 },
        Acknowledged = acknowledged,
        Siblings = siblings,
    };

    private static QueuedDelivery Row(Delivery delivery, DeliveryState state = DeliveryState.Queued) => new(delivery, new DeliveryProgress { State = state, Due = delivery.Due });

    private static Delivery Push(OrderStatus status) => Mail(status) with { Channel = DeliveryChannel.Fcm, Address = "phone", UnlessAcknowledged = true, Priority = NotificationPriority.High };

    private static Delivery Mail(OrderStatus? status) => new()
    {
        Tenant = Some.Tenant,
        Id = "7.email",
        CustomerId = "c-1",
        Channel = DeliveryChannel.Email,
        NotificationId = "7",
        Place = 7,
        Type = status is { } told ? "order." + told.Wire() : "offer",
        Category = status is null ? NotificationCategory.Social : NotificationCategory.Order,
        OrderId = "o-1",
        Status = status,
        Address = "ada@example.org",
        Title = "Title",
        Body = "Body",
        Topic = "order:o-1",
        CreatedAt = Some.Evening,
        Due = Now,
        ExpiresAt = Now.AddDays(1),
    };
}
