using System.Globalization;
using Milepost.Core.Deliveries;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Preferences;
using Milepost.Server.Admin.Decisions;
using Milepost.Server.Channels;

namespace Milepost.Server.Tests.Worker;

/// <summary>What is told together, and what is sent again: each of them reaches the customer once.</summary>
public sealed class RedriveTests : IAsyncDisposable
{
    private readonly Engine _engine = new();

    [Fact]
    public async Task A_digest_that_failed_is_sent_again_with_all_that_it_told()
    {
        await _engine.AdaAsync();
        await _engine.LaterAsync(TimeSpan.FromMinutes(5));
        await RequestAsync(NotificationChannel.Email, "r-1", "r-2", "r-3");
        _engine.Mail.Answer = _ => new SendAnswer.Refused("554 5.7.1 no");
        await _engine.LaterAsync(TimeSpan.FromHours(1));
        _engine.Mail.Answer = Far.Taken;
        (await RedriveAsync(DeliveryChannel.Email)).Count.ShouldBe(1);
        await _engine.LaterAsync(TimeSpan.FromSeconds(1));
        _engine.Mail.Sent.Select(message => message.Text).ShouldBe(["Offer r-1\nOffer r-2\nOffer r-3", "Offer r-1\nOffer r-2\nOffer r-3"]);

        (await RedriveAsync(DeliveryChannel.Email)).ShouldBeEmpty();
        await _engine.LaterAsync(TimeSpan.FromMinutes(1));
        _engine.Mail.Sent.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Of_all_that_failed_about_an_order_one_message_is_sent_again()
    {
        await _engine.AdaAsync();
        _engine.Push.Answer = _ => new SendAnswer.Refused("no");
        foreach (var status in (OrderStatus[])[OrderStatus.Accepted, OrderStatus.PickedUp, OrderStatus.OutForDelivery, OrderStatus.Delivered])
        {
            await _engine.OrderAsync(status);
            await _engine.LaterAsync(TimeSpan.FromMinutes(1));
        }

        _engine.Push.Sent.Count.ShouldBe(4);
        _engine.Push.Answer = Far.Taken;
        var again = await RedriveAsync(DeliveryChannel.Fcm);
        (await RedriveAsync(DeliveryChannel.Fcm)).ShouldBe(again);
        await _engine.LaterAsync(TimeSpan.FromSeconds(1));
        _engine.Push.Sent.Skip(4).Select(message => message.Title).ShouldBe(["Delivered"]);
        var views = new List<Protocol.Deliveries.DeliveryView>();
        foreach (var id in again)
        {
            views.Add(DeliveryViews.Of((await _engine.Queue.FindAsync(Engine.Tenant, id, CancellationToken.None))!));
        }

        views.Where(view => view.State == "cancelled").Select(view => (view.Reason, view.Text))
            .ShouldBe(Enumerable.Repeat<(string?, string)>((ClearanceCode.Superseded, "Not needed any more. A newer message (order.delivered) has taken its place."), 3));
        views.Count(view => view.State == "sent").ShouldBe(1);

        await RedriveAsync(DeliveryChannel.Fcm);
        await _engine.LaterAsync(TimeSpan.FromMinutes(1));
        _engine.Push.Sent.Count.ShouldBe(5);
    }

    [Fact]
    public async Task Windows_that_end_in_the_same_quiet_hours_come_out_as_one_and_the_next_apart()
    {
        await _engine.AdaAsync(preferences: new NotificationPreferences { QuietHours = Engine.Night });
        await _engine.LaterAsync(TimeSpan.FromHours(9));
        string[] first = [.. Enumerable.Range(1, 7).Select(index => string.Create(CultureInfo.InvariantCulture, $"a-{index}"))];
        await _engine.LaterAsync(TimeSpan.FromMinutes(5));
        await RequestAsync(NotificationChannel.Push, first);
        await _engine.LaterAsync(TimeSpan.FromHours(1));
        await RequestAsync(NotificationChannel.Push, "b-1", "b-2");
        await _engine.LaterAsync(TimeSpan.FromHours(1));
        _engine.Push.Sent.ShouldBeEmpty();

        // 06:04 in the house, 07:04 where the customer is; the window that is open then ends at eight.
        await _engine.LaterAsync(TimeSpan.FromMinutes(59));
        await RequestAsync(NotificationChannel.Push, "c-1", "c-2");
        for (var second = 0; second < 5; second++)
        {
            await _engine.LaterAsync(TimeSpan.FromSeconds(1));
        }

        _engine.Push.Sent.Single().Text.Split('\n').ShouldBe([.. first.Append("b-1").Append("b-2").Select(name => "Offer " + name)]);
        await _engine.LaterAsync(TimeSpan.FromHours(1));
        _engine.Push.Sent.Select(message => message.Text).Last().ShouldBe("Offer c-1\nOffer c-2");
        await _engine.LaterAsync(TimeSpan.FromHours(2));
        _engine.Push.Sent.Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_record_of_what_was_held_and_then_refused_tells_of_the_refusal()
    {
        await _engine.AdaAsync();
        _engine.Mail.Answer = _ => new SendAnswer.Down("no route");
        _engine.Spare.Answer = _ => new SendAnswer.Down("no route");
        for (var order = 0; order < 12; order++)
        {
            await _engine.OrderAsync(OrderStatus.Placed, string.Create(CultureInfo.InvariantCulture, $"o-{order}"));
            await _engine.PassAsync();
        }

        _engine.Mail.Answer = _ => new SendAnswer.Refused("554 5.7.1 no");
        await _engine.LaterAsync(TimeSpan.FromMinutes(10));
        await _engine.LaterAsync(TimeSpan.FromHours(2));
        var held = new List<DeliveryDetails>();
        foreach (var row in await _engine.Queue.ListDeadAsync(Engine.Tenant, null, 100, CancellationToken.None))
        {
            held.Add((await _engine.Queue.FindAsync(Engine.Tenant, row.Delivery.Id, CancellationToken.None))!);
        }

        held.RemoveAll(details => details.Notes.All(note => note.Code != ClearanceCode.ProviderDown));
        held.ShouldNotBeEmpty();
        held.ShouldAllBe(details => DeliveryViews.Of(details).Reason == null && DeliveryViews.Of(details).Text.Contains("554", StringComparison.Ordinal));
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private async Task RequestAsync(NotificationChannel channel, params string[] names)
    {
        foreach (var name in names)
        {
            await _engine.RequestAsync(name, null, digest: TimeSpan.FromHours(1), channel: channel);
        }
    }

    private Task<IReadOnlyList<string>> RedriveAsync(DeliveryChannel channel) => Redrive.AddAllAsync(_engine.Queue, Engine.Tenant, channel.Wire(), _engine.Clock.GetUtcNow(), CancellationToken.None);
}
