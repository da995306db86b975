using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Milepost.Client;
using Milepost.Core.Deliveries;
using Milepost.Protocol;
using Milepost.Protocol.Customers;
using Milepost.Protocol.Events;
using Milepost.Protocol.Streams;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Gateway;
using Milepost.Testing;

namespace Milepost.Server.Tests.Erasure;

/// <summary>What a customer, and whoever asks about one, sees of an erasure and of an export.</summary>
public sealed class ErasureTests : IAsyncLifetime
{
    private const string Own = "/api/v1/acme/customer/export";
    private TestServer _server = null!;
    private MilepostClient _shop = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _shop = _server.Client("shop", "events:write");
    }

    public async ValueTask DisposeAsync()
    {
        _shop.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Every_open_connection_is_told_to_start_over_and_nobody_resumes_behind_it()
    {
        await PlaceAsync("o-1", "anna");
        await using var socket = await LiveSocket.OpenAsync(_server, "/ws/notifications?since=earliest", TestServer.Token("anna"));
        var before = (await socket.NextAsync(FrameTypes.NotificationNew)).Cursor;
        await socket.NextAsync(FrameTypes.Ready);
        using var http = _server.Http(TestServer.Token("anna"));
        await using var events = await EventSource.OpenAsync(http, "/api/v1/sse?streams=notifications", lastEventId: before);
        (await events.NextAsync()).Frame.Type.ShouldBe(FrameTypes.Ready);
        var poll = PollAsync(http, before);
        await using var other = await LiveSocket.OpenAsync(_server, "/ws/notifications", TestServer.Token("bert"));
        await other.NextAsync(FrameTypes.Ready);

        await PublishAsync("x-1", EventTypes.CustomerErased, "anna", new { });
        (await socket.NextAsync(FrameTypes.Reset)).Code.ShouldBe("position_expired");
        (await events.NextAsync()).Frame.Type.ShouldBe(FrameTypes.Reset);
        (await poll).Frames[0].Type.ShouldBe(FrameTypes.Reset);
        (await PollAsync(http, before)).Frames[0].Type.ShouldBe(FrameTypes.Reset);

        // From the beginning there is one thing to hear.
        await using var again = await LiveSocket.OpenAsync(_server, "/ws/notifications?since=earliest", TestServer.Token("anna"));
        var counts = await again.NextAsync(FrameTypes.UnreadChanged);
        (counts.Data.GetProperty("unread").GetInt32(), counts.Data.GetProperty("total").GetInt32()).ShouldBe((0, 0));
        await again.NextAsync(FrameTypes.Ready);
        await PlaceAsync("o-2", "bert");
        await other.NextAsync(FrameTypes.NotificationNew);
    }

    [Fact]
    public async Task Who_is_erased_can_choose_and_register_nothing()
    {
        await PlaceAsync("o-1", "anna");
        await PublishAsync("x-1", EventTypes.CustomerErased, "anna", new { name = "Anna Zimt" });
        using var http = _server.Http(TestServer.Token("anna"));
        foreach (var (path, body) in ((string, object)[])
        [
            ("notification-preferences", new { channels = new { email = false } }),
            ("devices/phone", new { kind = "fcm", token = "a-token-that-is-long-enough-to-be-one" }),
        ])
        {
            using var refused = await http.PutAsJsonAsync($"/api/v1/acme/{path}", body);
            refused.StatusCode.ShouldBe(HttpStatusCode.Gone, path);
            (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().ShouldBe("customer_erased");
        }
    }

    [Fact]
    public async Task An_export_has_everything_and_shows_addresses_to_nobody_but_in_the_profile()
    {
        await PlaceAsync("o-1", "anna");
        await PublishAsync("p-1", EventTypes.OrderPaid, "o-1", new { note = "thank you" });
        await PlaceAsync("o-2", "bert");
        using var http = _server.Http(TestServer.Token("anna"));
        (await http.PutAsJsonAsync("/api/v1/acme/devices/phone", new { kind = "fcm", token = "a-token-that-is-long-enough-to-be-one" })).EnsureSuccessStatusCode();
        await _server.Get<ISuppressionStore>().AddAsync(
            [new Suppression(new ChannelAddress("acme", DeliveryChannel.Email, "anna@example.org"), SuppressionReason.HardBounce, null, TimeProvider.System.GetUtcNow())], CancellationToken.None);

        using var answer = await http.GetAsync(Own);
        answer.Content.Headers.ContentDisposition!.FileName.ShouldBe("anna.json");
        var text = await answer.Content.ReadAsStringAsync();
        var export = JsonSerializer.Deserialize(text, ProtocolJson.Default.CustomerExport)!;
        (export.CustomerId, export.Profile.Name, export.Profile.Email, export.ErasedAt).ShouldBe(("anna", "Anna Zimt", "anna@example.org", null));
        export.Devices.Single().Address.ShouldNotContain("a-token");
        (export.Suppressions.Single().Channel, export.Suppressions.Single().Address, export.Suppressions.Single().Reason).ShouldBe(("email", "a***@example.org", "hard_bounce"));
        var order = export.Orders.Single();
        (order.Id, order.Destination!.Address, order.Timeline.Count, order.Timeline[1].Note).ShouldBe(("o-1", "Zimtgasse 7", 2, "thank you"));
        export.Notifications.Select(notification => notification.Type).ShouldBe(["order.paid", "order.placed"]);
        export.Deliveries.Where(delivery => delivery.Channel == "email").Select(delivery => (delivery.Address, delivery.Type)).ShouldBe([("a***@example.org", "order.placed"), ("a***@example.org", "order.paid")], ignoreOrder: true);
        text.ShouldNotContain("o-2");
        text.ShouldNotContain("a-token-that");

        using var admin = _server.Http(TestServer.Token("root", "admin"));
        (await admin.GetFromJsonAsync("/api/v1/acme/admin/customers/anna/export", ProtocolJson.Default.CustomerExport))!.Orders.Single().Id.ShouldBe("o-1");
        (await admin.GetAsync("/api/v1/acme/admin/customers/nobody/export")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await admin.GetAsync("/api/v1/acme/admin/customers/a%20b/export")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task An_export_of_many_pages_has_each_thing_once_and_of_an_erased_customer_what_is_left()
    {
        const int orders = 230;
        var events = Enumerable.Range(0, orders).Select(index => Event($"e-{index}", EventTypes.OrderPlaced, $"o-{index}", Placed("anna"))).ToList();
        (await _shop.Events.PublishAsync(events)).Accepted.ShouldBe(orders);
        using var http = _server.Http(TestServer.Token("anna"));
        var full = (await http.GetFromJsonAsync(Own, ProtocolJson.Default.CustomerExport))!;
        full.Orders.Select(order => order.Id).Distinct().Count().ShouldBe(orders);
        full.Notifications.Select(notification => notification.Id).Distinct().Count().ShouldBe(orders);
        (full.Orders.Count, full.Notifications.Count).ShouldBe((orders, orders));
        full.Deliveries.Select(delivery => delivery.Id).Distinct().Count().ShouldBe(full.Deliveries.Count);
        full.Deliveries.Count.ShouldBe(orders);

        await PublishAsync("x-1", EventTypes.CustomerErased, "anna", new { });
        var text = await http.GetStringAsync(Own);
        text.ShouldNotContain("zimt", Case.Insensitive);
        text.ShouldNotContain("@example.org");
        var left = JsonSerializer.Deserialize(text, ProtocolJson.Default.CustomerExport)!;
        (left.Orders.Count, left.Notifications.Count, left.Deliveries.Count, left.Devices.Count).ShouldBe((orders, 0, orders, 0));
        left.ErasedAt.ShouldNotBeNull();
    }

    private static object Placed(string customer) =>
        new { customer = new { id = customer, name = "Anna Zimt", email = $"{customer}@example.org" }, destination = new { address = "Zimtgasse 7" }, note = "Zimt" };

    private static CloudEvent Event(string id, string type, string subject, object data) =>
        new() { Id = id, Source = "/test", Type = type, Subject = subject, Data = JsonSerializer.SerializeToElement(data) };

    private Task PlaceAsync(string order, string customer) => PublishAsync("placed-" + order, EventTypes.OrderPlaced, order, Placed(customer));

    private async Task PublishAsync(string id, string type, string subject, object data) =>
        (await _shop.Events.PublishAsync(Event(id, type, subject, data))).Accepted.ShouldBe(1);

    private static async Task<PollReply> PollAsync(HttpClient http, string? cursor) =>
        (await http.GetFromJsonAsync($"/api/v1/poll?streams=notifications&since={cursor}", ProtocolJson.Default.PollReply).Soon())!;
}
