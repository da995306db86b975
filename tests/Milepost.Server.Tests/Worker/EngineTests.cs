using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Core.Customers;
using Milepost.Core.Deliveries;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Core.Templates;
using Milepost.Core.Tenants;
using Milepost.Protocol.Events;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Preferences;
using Milepost.Protocol.Streams;
using Milepost.Server.Channels;
using Milepost.Server.Settings;
using Milepost.Server.Tenants;
using Milepost.Server.Unsubscribe;
using Milepost.Server.Worker;
using Milepost.Storage.Sqlite;
using Milepost.Storage.Sqlite.Deliveries;
using Milepost.Testing;

namespace Milepost.Server.Tests.Worker;

/// <summary>What reaches the providers of an event, and when.</summary>
public sealed class EngineTests : IAsyncDisposable
{
    private readonly Engine _engine = new();

    [Fact]
    public async Task A_push_goes_out_when_no_device_has_confirmed_and_an_sms_behind_it()
    {
        await _engine.AdaAsync(sms: true);
        await _engine.OrderAsync(OrderStatus.OutForDelivery);
        await _engine.PassAsync();
        _engine.Push.Sent.ShouldBeEmpty();
        await _engine.LaterAsync(TimeSpan.FromSeconds(10));
        _engine.Push.Sent.Single().Title.ShouldBe("On its way");
        _engine.Sms.Sent.ShouldBeEmpty();
        await _engine.LaterAsync(TimeSpan.FromSeconds(50));
        _engine.Sms.Sent.Single().Address.ShouldBe("+4915112345678");
    }

    [Fact]
    public async Task A_late_acknowledgement_cancels_what_is_still_queued()
    {
        await _engine.AdaAsync(sms: true);
        await _engine.OrderAsync(OrderStatus.OutForDelivery);
        await _engine.LaterAsync(TimeSpan.FromSeconds(10));
        await _engine.AcknowledgeAsync();
        await _engine.LaterAsync(TimeSpan.FromMinutes(5));
        _engine.Push.Sent.Count.ShouldBe(1);
        _engine.Sms.Sent.ShouldBeEmpty();
        (await _engine.StatesAsync("sms")).ShouldBe([(DeliveryState.Cancelled, ClearanceCode.Acknowledged)]);
    }

    [Fact]
    public async Task Nothing_about_the_past_arrives_behind_what_is_now()
    {
        await _engine.AdaAsync();
        _engine.Push.Answer = _ => new SendAnswer.Later("not now");
        await _engine.OrderAsync(OrderStatus.PickedUp);
        await _engine.LaterAsync(TimeSpan.FromSeconds(10));
        _engine.Push.Answer = Far.Taken;
        _engine.Push.Sent.Count.ShouldBe(1);
        await _engine.OrderAsync(OrderStatus.Delivered);
        await _engine.LaterAsync(TimeSpan.FromMinutes(10));
        _engine.Push.Sent.Skip(1).Select(message => message.Title).ShouldBe(["Delivered"]);
    }

    [Fact]
    public async Task Behind_the_quiet_hours_one_message_tells_how_things_stand()
    {
        await _engine.AdaAsync(preferences: new NotificationPreferences { QuietHours = Engine.Night });
        await _engine.OrderAsync(OrderStatus.Accepted);
        await _engine.LaterAsync(TimeSpan.FromMinutes(1));
        await _engine.OrderAsync(OrderStatus.PickedUp);
        await _engine.LaterAsync(TimeSpan.FromMinutes(1));
        await _engine.OrderAsync(OrderStatus.Delivered);
        await _engine.LaterAsync(TimeSpan.FromMinutes(1));
        _engine.Push.Sent.ShouldBeEmpty();

        // Seven in the morning in Berlin.
        await _engine.LaterAsync(Engine.Evening.AddHours(12) - _engine.Clock.GetUtcNow() - TimeSpan.FromSeconds(1));
        _engine.Push.Sent.ShouldBeEmpty();
        await _engine.LaterAsync(TimeSpan.FromSeconds(2));
        _engine.Push.Sent.Select(message => message.Title).ShouldBe(["Delivered"]);
        await _engine.LaterAsync(TimeSpan.FromHours(5));
        _engine.Push.Sent.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_waits_for_the_end_of_the_night_is_decided_anew_when_the_rules_of_time_change()
    {
        await _engine.AdaAsync(preferences: new NotificationPreferences { QuietHours = Engine.Night });
        await _engine.OrderAsync(OrderStatus.Delivered);
        await _engine.LaterAsync(TimeSpan.FromSeconds(10));
        _engine.Push.Sent.ShouldBeEmpty();

        // As if the zone had ended the night: the choice is gone, and nobody would look before the morning.
        await _engine.Customers.ChangeAsync(Engine.Tenant, "c-1", state => new CustomerChange { Customer = state.Customer with { Preferences = new NotificationPreferences() } }, CancellationToken.None);
        await _engine.LaterAsync(TimeSpan.FromMinutes(1));
        _engine.Push.Sent.ShouldBeEmpty();
        using var watch = new QuietHoursWatch(_engine.Queue, _engine.Clock, NullLogger<QuietHoursWatch>.Instance);
        (await watch.RunOnceAsync(CancellationToken.None)).ShouldBeTrue();
        await _engine.PassAsync();
        _engine.Push.Sent.Single().Title.ShouldBe("Delivered");
    }

    [Fact]
    public async Task A_provider_that_is_down_for_an_hour_costs_nothing_and_is_left_in_peace()
    {
        await _engine.AdaAsync();
        var asked = 0;
        var back = _engine.Clock.GetUtcNow().AddHours(1);
        _engine.Mail.Answer = message => _engine.Clock.GetUtcNow() < back ? new SendAnswer.Down($"down {Interlocked.Increment(ref asked)}") : Far.Taken(message);
        _engine.Spare.Answer = _ => new SendAnswer.Down("down too");
        for (var order = 0; order < 20; order++)
        {
            await _engine.OrderAsync(OrderStatus.Placed, string.Create(CultureInfo.InvariantCulture, $"o-{order}"));
            await _engine.OrderAsync(OrderStatus.Paid, string.Create(CultureInfo.InvariantCulture, $"o-{order}"));
        }

        for (var minute = 0; minute < 180; minute++)
        {
            await _engine.LaterAsync(TimeSpan.FromMinutes(1));
        }

        var arrived = _engine.Mail.Sent.Where(message => message.Attempt > 0 && _engine.Mail.TakenIds.Contains(message.DeliveryId)).ToList();
        arrived.Select(message => message.DeliveryId).Distinct().Count().ShouldBe(40);
        _engine.Mail.TakenIds.Count.ShouldBe(40);

        // 40 messages, an hour: without a breaker some 400 asks.
        asked.ShouldBeLessThan(100);
        foreach (var order in Enumerable.Range(0, 20))
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"o-{order}");
            _engine.Mail.TakenIds.Select(taken => _engine.Mail.Sent.Last(message => message.DeliveryId == taken)).Where(message => message.OrderId == id).Count().ShouldBe(2);
        }
    }

    [Fact]
    public async Task The_second_provider_is_asked_only_where_the_first_has_surely_not_sent()
    {
        await _engine.AdaAsync();
        _engine.Mail.Answer = _ => new SendAnswer.Down("no route");
        await _engine.OrderAsync(OrderStatus.Placed);
        await _engine.PassAsync();
        _engine.Spare.Sent.Count.ShouldBe(1);

        _engine.Mail.Answer = _ => new SendAnswer.Unknown("no answer");
        await _engine.OrderAsync(OrderStatus.Paid);
        await _engine.PassAsync();
        _engine.Spare.Sent.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_expires_is_not_sent_however_long_the_provider_was_away()
    {
        await _engine.AdaAsync();
        _engine.Mail.Answer = _ => new SendAnswer.Later("later", TimeSpan.FromHours(30));
        _engine.Spare.Answer = _ => new SendAnswer.Later("later", TimeSpan.FromHours(30));
        await _engine.OrderAsync(OrderStatus.Placed);
        await _engine.PassAsync();
        _engine.Mail.Answer = Far.Taken;
        await _engine.LaterAsync(TimeSpan.FromHours(31));
        (await _engine.StatesAsync("email")).ShouldBe([(DeliveryState.Expired, null)]);
    }

    [Fact]
    public async Task An_address_that_is_dead_gets_no_more_mail_and_a_dead_device_is_forgotten()
    {
        await _engine.AdaAsync();
        _engine.Mail.Answer = _ => new SendAnswer.AddressDead("550 5.1.1 no such user");
        await _engine.OrderAsync(OrderStatus.Placed);
        await _engine.PassAsync();
        await _engine.OrderAsync(OrderStatus.Paid);
        await _engine.PassAsync();
        _engine.Mail.Sent.Count.ShouldBe(1);
        (await _engine.StatesAsync("email")).ShouldBe([(DeliveryState.Failed, null), (DeliveryState.Suppressed, ClearanceCode.AddressSuppressed)]);

        _engine.Push.Answer = _ => new SendAnswer.AddressDead("gone");
        await _engine.OrderAsync(OrderStatus.OutForDelivery);
        await _engine.LaterAsync(TimeSpan.FromSeconds(10));
        (await _engine.Customers.FindAsync(Engine.Tenant, "c-1", CancellationToken.None))!.Devices.ShouldBeEmpty();
    }

    [Fact]
    public async Task More_than_a_customer_should_get_in_an_hour_waits_and_what_is_critical_does_not()
    {
        _engine.News.Dispose();
        _engine.News = _engine.Loop(LanePace.News, customerPerHour: 3);
        await _engine.AdaAsync();
        for (var order = 0; order < 5; order++)
        {
            await _engine.OrderAsync(OrderStatus.Placed, string.Create(CultureInfo.InvariantCulture, $"o-{order}"));
        }

        await _engine.PassAsync();
        _engine.Mail.Sent.Count.ShouldBe(3);
        await _engine.OrderAsync(OrderStatus.Cancelled, "o-0");
        await _engine.PassAsync();
        _engine.Mail.Sent.Count.ShouldBe(4);

        // Placed at 18:00, so the next hour begins at 19:00.
        await _engine.LaterAsync(TimeSpan.FromHours(1));
        _engine.Mail.Sent.Count.ShouldBe(6);
    }

    [Fact]
    public async Task A_message_for_later_is_made_when_its_time_comes_and_can_be_called_off_before()
    {
        await _engine.AdaAsync();
        var soon = _engine.Clock.GetUtcNow().AddHours(2);
        await _engine.RequestAsync("r-1", soon);
        await _engine.RequestAsync("r-2", soon);
        (await _engine.Queue.CancelTopicAsync(Engine.Tenant, Delivery.LaterTopic("r-2"), ClearanceCode.CalledOff, "", _engine.Clock.GetUtcNow(), CancellationToken.None)).ShouldBe(1);
        await _engine.LaterAsync(TimeSpan.FromHours(1));
        (await _engine.InboxAsync()).ShouldBeEmpty();
        await _engine.LaterAsync(TimeSpan.FromHours(1));
        (await _engine.InboxAsync()).ShouldBe(["Offer r-1"]);
        await _engine.LaterAsync(TimeSpan.FromHours(1));
        (await _engine.InboxAsync()).ShouldBe(["Offer r-1"]);
    }

    [Fact]
    public async Task What_belongs_to_one_window_goes_out_as_one_and_the_inbox_has_each()
    {
        await _engine.AdaAsync();
        await _engine.LaterAsync(TimeSpan.FromMinutes(5));
        foreach (var name in (string[])["r-1", "r-2", "r-3"])
        {
            await _engine.RequestAsync(name, null, digest: TimeSpan.FromHours(1));
        }

        (await _engine.InboxAsync()).Count.ShouldBe(3);
        await _engine.LaterAsync(TimeSpan.FromMinutes(54));
        _engine.Mail.Sent.ShouldBeEmpty();
        await _engine.LaterAsync(TimeSpan.FromMinutes(2));
        _engine.Mail.Sent.Single().Text.ShouldBe("Offer r-1\nOffer r-2\nOffer r-3");
        await _engine.LaterAsync(TimeSpan.FromHours(3));
        _engine.Mail.Sent.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Bulk_never_takes_the_place_of_news()
    {
        await _engine.AdaAsync();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _engine.Mail.Wait = message => message.Type == "offer" ? gate.Task : Task.CompletedTask;
        for (var index = 0; index < 20; index++)
        {
            await _engine.RequestAsync(string.Create(CultureInfo.InvariantCulture, $"r-{index}"), null, lane: DeliveryLane.Bulk);
        }

        await _engine.Bulk.RunOnceAsync(CancellationToken.None);
        await _engine.Bulk.RunOnceAsync(CancellationToken.None);
        _engine.Mail.Sent.Count(message => message.Type == "offer").ShouldBe(1);
        await _engine.OrderAsync(OrderStatus.Placed);
        await _engine.News.RunOnceAsync(CancellationToken.None);
        await _engine.Mail.ReachedAsync(message => message.Type == "order.placed");
        gate.SetResult();
        await _engine.PassAsync();
        await _engine.LaterAsync(TimeSpan.FromHours(1));
    }
    public ValueTask DisposeAsync() => _engine.DisposeAsync();
}
