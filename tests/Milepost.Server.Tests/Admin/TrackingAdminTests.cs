using System.Net;
using System.Net.Http.Json;
using System.Text;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Tracking;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Tenants;
using Milepost.Server.Settings;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Api;

namespace Milepost.Server.Tests.Admin;

/// <summary>What operators see of lateness and promises. Without the worker, so that nothing is found out beside.</summary>
public sealed class TrackingAdminTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 28, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Exceptions_are_listed_newest_first_page_by_page_and_by_kind()
    {
        await using var server = await TestServer.StartAsync(roles: Roles.Api);
        using var staff = server.Http(TestServer.Token("op", "operator"));
        await RecordAsync(server, [.. Enumerable.Range(1, 4).Select(index => Event($"o-{index}", $"e-{index}", EventTypes.OrderPlaced) with { Status = OrderStatus.Placed })]);
        await RecordAsync(
            server,
            Event("o-1", "f-1", EventTypes.OrderDelayed) with { Delay = new DelayNotice(true, DelayReasons.NotAccepted) },
            Event("o-2", "f-2", EventTypes.OrderDelayed) with { Delay = new DelayNotice(true, DelayReasons.DriverSilent), Driver = new Driver("d-1", "Ana", null) },
            Event("o-2", "f-3", EventTypes.OrderLocationStale) with { Stale = new StaleNotice(true, Noon) },
            Event("o-3", "f-4", EventTypes.OrderDelayed) with { Delay = new DelayNotice(true, DelayReasons.PromisePassed) });
        var first = (await (await staff.GetAsync("/api/v1/acme/admin/exceptions?limit=2")).JsonAsync<ExceptionPage>())!;
        first.Items.Select(item => $"{item.Order.Id} {string.Join(',', item.Kinds)} {item.Driver?.Id}").ShouldBe(["o-3 late ", "o-2 stale,silent d-1"]);
        first.Items[1].Order.LocationStale!.LastFixAt.ShouldBe(Noon);
        var second = (await (await staff.GetAsync($"/api/v1/acme/admin/exceptions?limit=2&cursor={first.Next}")).JsonAsync<ExceptionPage>())!;
        second.Items.Select(item => $"{item.Order.Id} {string.Join(',', item.Kinds)} {item.Order.Delayed!.Reason}").ShouldBe(["o-1 unaccepted not_accepted"]);
        second.Next.ShouldBeNull();
        var some = (await (await staff.GetAsync("/api/v1/acme/admin/exceptions?kind=unaccepted,stale")).JsonAsync<ExceptionPage>())!;
        some.Items.Select(item => item.Order.Id).ShouldBe(["o-2", "o-1"]);
        foreach (var wrong in (string[])["kind=tired", "limit=0", "cursor=x"])
        {
            (await staff.GetAsync("/api/v1/acme/admin/exceptions?" + wrong)).StatusCode.ShouldBe(HttpStatusCode.BadRequest, wrong);
        }
    }

    [Fact]
    public async Task Promises_are_reported_altogether_and_by_the_days_of_a_zone()
    {
        await using var server = await TestServer.StartAsync(roles: Roles.Api);
        using var staff = server.Http(TestServer.Token("op", "operator"));
        // 23:30 in Berlin; then the night in which its clocks go forward.
        foreach (var (index, delivered, late) in ((int, DateTimeOffset, int)[])[(1, Noon.AddHours(10.5), -5), (2, Noon.AddHours(12), 10), (3, Noon.AddHours(13), 0)])
        {
            await RecordAsync(
                server,
                Event($"o-{index}", $"e-{index}", EventTypes.OrderPlaced) with { Status = OrderStatus.Placed, Time = Noon, Promise = new Promise(delivered.AddMinutes(-late), null, null) },
                Event($"o-{index}", $"f-{index}", EventTypes.OrderStatusChanged) with { Status = OrderStatus.Delivered, Time = delivered });
        }

        var report = (await (await staff.GetAsync("/api/v1/acme/admin/promises?from=2026-03-28T00:00:00Z&to=2026-03-30T00:00:00Z&zone=Europe/Berlin")).JsonAsync<PromiseReportView>())!;
        report.All.ShouldBe(new PromiseFiguresView(3, 2, 0.6667, 0, 600, 100));
        report.Days.Select(day => (day.Day, day.Figures.Delivered, day.Figures.KeptShare)).ShouldBe([(new DateOnly(2026, 3, 28), 1, 1), (new DateOnly(2026, 3, 29), 2, 0.5)]);
        (await (await staff.GetAsync("/api/v1/acme/admin/promises?to=2026-01-01T00:00:00Z")).JsonAsync<PromiseReportView>())!.All.ShouldBe(new PromiseFiguresView(0, 0, null, null, null, null));
        foreach (var wrong in (string[])["from=yesterday", "to=x", "from=2026-03-28T00:00:00Z&to=2026-03-28T00:00:00Z", "from=2025-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", "zone=Berlin", "to=0001-01-02T00:00:00Z"])
        {
            (await staff.GetAsync("/api/v1/acme/admin/promises?" + wrong)).StatusCode.ShouldBe(HttpStatusCode.BadRequest, wrong);
        }
    }

    [Fact]
    public async Task The_revisions_of_an_eta_are_shown_to_staff()
    {
        await using var server = await TestServer.StartAsync(roles: Roles.Api);
        using var staff = server.Http(TestServer.Token("op", "operator"));
        using var customer = server.Http(TestServer.Token("c-1"));
        await RecordAsync(server, Event("o-1", "e-1", EventTypes.OrderPlaced) with { Status = OrderStatus.Placed, Customer = new CustomerProfile { Id = "c-1" }, Promise = new Promise(Noon, null, Noon.AddMinutes(9)) });
        await server.Get<ITrackingStore>().SaveAsync(
            new TrackingChanges { Revisions = [new EtaRevision("acme", "o-1", Noon, new Eta(Noon.AddMinutes(5), null, null, "traffic") { Source = "routing", Confidence = "high" }, Shown: true)] }, CancellationToken.None);
        var list = (await (await staff.GetAsync("/api/v1/acme/orders/o-1/eta-revisions")).JsonAsync<EtaRevisionList>())!;
        list.Promise.ShouldBe(new Promise(Noon, null, Noon.AddMinutes(9)));
        list.Items.ShouldBe([new EtaRevisionView(Noon, new Eta(Noon.AddMinutes(5), null, null, "traffic") { Source = "routing", Confidence = "high" }, Shown: true)]);
        (await staff.GetAsync("/api/v1/acme/orders/o-9/eta-revisions")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await customer.GetAsync("/api/v1/acme/orders/o-1/eta-revisions")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_tenant_sets_its_own_times_of_silence()
    {
        await using var server = await TestServer.StartAsync(roles: Roles.Api);
        using var admin = server.Http(TestServer.Token("root", "admin"));
        async Task<HttpResponseMessage> PutAsync(string tracking)
        {
            using var content = new StringContent($$"""{"tracking":{{tracking}}}""", Encoding.UTF8, "application/json");
            return await admin.PutAsync("/api/v1/acme/admin/settings", content);
        }

        (await PutAsync("""{"silence":{"acceptSeconds":90,"promiseSeconds":0,"etaSeconds":300},"locationDays":3}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var settings = (await admin.GetFromJsonAsync<TenantSettingsView>("/api/v1/acme/admin/settings", new System.Text.Json.JsonSerializerOptions(System.Text.Json.JsonSerializerDefaults.Web)))!;
        settings.Tracking.ShouldBe(new TenantTrackingView { Silence = new SilenceView { AcceptSeconds = 90, PromiseSeconds = 0 }, LocationDays = 3 }, "five minutes are the product's own");
        foreach (var (wrong, field) in ((string, string)[])[
            ("""{"silence":{"acceptSeconds":-1}}""", "tracking.silence.acceptSeconds"), ("""{"silence":{"staleSeconds":86401}}""", "tracking.silence.staleSeconds"), ("""{"locationDays":8}""", "tracking.locationDays")])
        {
            var answer = await PutAsync(wrong);
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, wrong);
            (await answer.Content.ReadAsStringAsync()).ShouldContain(field);
        }
    }

    [Fact]
    public async Task What_the_server_finds_out_itself_is_not_taken_from_outside()
    {
        await using var server = await TestServer.StartAsync(roles: Roles.Api);
        using var shop = server.Http(TestServer.Token("shop", "events:write"));
        foreach (var (source, type, field) in ((string, string, string)[])[
            ("/shops/1", "order.nearby", "type"), ("/shops/1", "order.delayed", "type"), ("/shops/1", "order.location.stale", "type"),
            ("/milepost/tracking", "order.paid", "source"), ("/Milepost/api", "order.paid", "source")])
        {
            var (status, text) = await SendAsync(shop, $$$"""{"specversion":"1.0","id":"e-1","source":"{{{source}}}","type":"{{{type}}}","subject":"o-1","data":{"delayed":true}}""");
            (status, text.Contains("\"reserved_event\"", StringComparison.Ordinal), text.Contains($"\"{field}\"", StringComparison.Ordinal)).ShouldBe((HttpStatusCode.BadRequest, true, true), text);
        }
    }

    [Fact]
    public async Task Pickup_promise_and_the_makings_of_an_eta_are_read_and_shown()
    {
        await using var server = await TestServer.StartAsync(roles: Roles.Api);
        using var shop = server.Http(TestServer.Token("shop", "events:write"));
        using var staff = server.Http(TestServer.Token("op", "operator"));
        (await SendAsync(shop, Placed("""{"pickup":{"name":"Corner Shop","address":"Main St 1","lat":52.5,"lon":13.4},"promise":{"at":"2026-03-28T12:30:00Z","from":"2026-03-28T12:20:00Z","to":"2026-03-28T12:40:00Z"}}"""))).Status.ShouldBe(HttpStatusCode.Accepted);
        (await SendAsync(shop, Eta("""{"eta":"2026-03-28T12:35:00Z","source":"routing","confidence":"low"}"""))).Status.ShouldBe(HttpStatusCode.Accepted);
        var order = (await (await staff.GetAsync("/api/v1/acme/orders/o-1")).JsonAsync<OrderDetails>())!;
        order.Pickup.ShouldBe(new Pickup("Corner Shop", "Main St 1", 52.5, 13.4));
        order.Promise.ShouldBe(new Promise(Noon.AddMinutes(30), Noon.AddMinutes(20), Noon.AddMinutes(40)));
        (order.Eta!.Source, order.Eta.Confidence, order.Eta.RevisedAt).ShouldBe(("routing", "low", Noon.AddMinutes(1)));
        foreach (var (wrong, field) in ((string, string)[])[
            (Placed("""{"promise":{"from":"2026-03-28T12:20:00Z"}}"""), "data.promise.at"), (Placed("""{"promise":{"at":"2026-03-28T12:30:00Z","to":"2026-03-28T12:20:00Z"}}"""), "data.promise"),
            (Placed("""{"pickup":{"lat":91}}"""), "data.pickup.lat"), (Eta("""{"eta":"2026-03-28T12:35:00Z","source":"crystal"}"""), "data.source"), (Eta("""{"eta":"2026-03-28T12:35:00Z","confidence":"High"}"""), "data.confidence")])
        {
            var (status, text) = await SendAsync(shop, wrong.Replace("\"e-", "\"w-", StringComparison.Ordinal));
            (status, text.Contains($"\"{field}\"", StringComparison.Ordinal)).ShouldBe((HttpStatusCode.BadRequest, true), text);
        }

        static string Placed(string data) => $$"""{"specversion":"1.0","id":"e-1","source":"/shops/1","type":"order.placed","subject":"o-1","time":"2026-03-28T12:00:00Z","data":{{data}}}""";

        static string Eta(string data) => $$"""{"specversion":"1.0","id":"e-2","source":"/shops/1","type":"order.eta.updated","subject":"o-1","time":"2026-03-28T12:01:00Z","data":{{data}}}""";
    }

    private static async Task<(HttpStatusCode Status, string Text)> SendAsync(HttpClient shop, string text)
    {
        using var content = new StringContent(text, Encoding.UTF8, "application/cloudevents+json");
        using var answer = await shop.PostAsync("/api/v1/acme/events", content);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task RecordAsync(TestServer server, params RecordedEvent[] events) =>
        (await server.Get<EventRecorder>().RecordAsync(events, CancellationToken.None)).ShouldBeOfType<RecordResult.Recorded>().Outcomes.ShouldAllBe(outcome => outcome is RecordOutcome.Accepted);

    private static RecordedEvent Event(string order, string id, string type) =>
        new() { Tenant = "acme", Source = "/test", Id = id, Type = type, Subject = order, Time = Noon, ReceivedAt = Noon };
}
