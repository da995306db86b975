using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Milepost.Core.Deliveries;
using Milepost.Protocol;
using Milepost.Protocol.Deliveries;
using Milepost.Protocol.Errors;
using Milepost.Server.Channels.Email;
using Milepost.Server.Testing;

namespace Milepost.Channels.Tests.Email;

/// <summary>What relays report and what staff see and change of it, over HTTP.</summary>
public sealed class FeedbackTests : IAsyncLifetime
{
    private TestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("""{"type":"bounce","hard":true,"address":"ADA@Example.org","reason":"550 5.1.1 <ada@example.org> unknown"}""", "hard_bounce")]
    [InlineData("""{"type":"complaint","address":"ada@example.org"}""", "complaint")]
    [InlineData("""{"type":"bounce","address":"ada@example.org","deliveryId":"d-1"}""", null)]
    [InlineData("""{"type":"delivered","address":"ada@example.org","deliveryId":"d-1"}""", null)]
    [InlineData("""{"type":"opened","address":"ada@example.org","deliveryId":"d-1"}""", null)]
    public async Task Hard_bounces_and_complaints_suppress_the_address_and_nothing_else_does(string item, string? reason)
    {
        (await ReportAsync(item)).ShouldBe(1);
        var found = await LookUpAsync("ada@example.org");
        found?.Reason.ShouldBe(reason);
        (found is null).ShouldBe(reason is null);
        (found?.Address ?? "a***@example.org").ShouldBe("a***@example.org");
        found?.Detail?.ShouldNotContain("ada@");
    }

    [Fact]
    public async Task A_report_that_names_the_delivery_suppresses_the_address_that_we_sent_to()
    {
        var deliveryId = await DeliveryAsync("ada@example.org");
        var name = EmailIds.OfDelivery(TestServer.Tenant, deliveryId, "shop.example");
        (await ReportAsync($$"""{"type":"bounce","hard":true,"messageId":"{{name}}","address":"forwarded@elsewhere.example"}""")).ShouldBe(1);
        (await LookUpAsync("ada@example.org")).ShouldNotBeNull();
        (await LookUpAsync("forwarded@elsewhere.example")).ShouldBeNull();
    }

    [Theory]
    [InlineData("7", "invalid_field", null)]
    [InlineData("""{"type":"bounce","hard":true,"address":"a@b","time":"2026-11-21T18:00:00"}""", "invalid_time", "time")]
    [InlineData("""{"type":"sneeze","deliveryId":"d","time":"2026-11-21T18:00:00Z"}""", "invalid_field", "type")]
    [InlineData("""{"type":"complaint","address":"nobody","time":"2026-11-21T18:00:00Z"}""", "invalid_field", "address")]
    [InlineData("""{"type":"complaint","address":"a@b\r\nRCPT","time":"2026-11-21T18:00:00Z"}""", "invalid_field", "address")]
    [InlineData("""{"type":"delivered","address":"a@b.example","time":"2026-11-21T18:00:00Z"}""", "missing_field", "messageId")]
    [InlineData("""{"type":"bounce","hard":true,"messageId":"<1.2@others.example>","time":"2026-11-21T18:00:00Z"}""", "invalid_field", "messageId")]
    [InlineData("""{"type":"bounce","hard":true,"deliveryId":"unheard-of","time":"2026-11-21T18:00:00Z"}""", "not_found", "deliveryId")]
    [InlineData("""{"type":"bounce","hard":"yes","deliveryId":"d","time":"2026-11-21T18:00:00Z"}""", "invalid_field", "hard")]
    public async Task A_bad_report_is_rejected_and_its_batch_is_not(string bad, string code, string? field)
    {
        var good = """{"type":"complaint","address":"bob@example.org","time":"2026-11-21T18:00:00Z"}""";
        var reply = await PostAsync($"[{good},{bad},{good}]");
        reply.Accepted.ShouldBe(2);
        var rejected = reply.Rejected.ShouldHaveSingleItem();
        (rejected.Index, rejected.Code, rejected.Field).ShouldBe((1, code, field));
    }

    [Theory]
    [InlineData("{}", "application/json", "invalid_field")]
    [InlineData("[", "application/json", "malformed_json")]
    [InlineData("[]", "text/plain", "unsupported_media_type")]
    public async Task A_body_that_is_no_batch_is_refused(string body, string type, string code)
    {
        using var relay = _server.Http(TestServer.Token("relay", "feedback:write"));
        using var answer = await relay.PostAsync("/api/v1/acme/feedback/email", new StringContent(body, Encoding.UTF8, type));
        (await answer.Content.ReadFromJsonAsync(ProtocolJson.Default.Problem))!.Code.ShouldBe(code);
    }

    [Fact]
    public async Task A_batch_of_more_than_500_is_too_large()
    {
        using var relay = _server.Http(TestServer.Token("relay", "feedback:write"));
        using var answer = await relay.PostAsync("/api/v1/acme/feedback/email", Json("[" + string.Join(',', Enumerable.Repeat("1", 501)) + "]"));
        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await answer.Content.ReadFromJsonAsync(ProtocolJson.Default.Problem))!.Code.ShouldBe(ErrorCode.BatchTooLarge.Code);
    }

    [Fact]
    public async Task Those_who_keep_deliveries_hear_of_every_report_with_the_personal_taken_out()
    {
        var heard = new Recorder();
        var intake = new FeedbackIntake(_server.Get<ISuppressionStore>(), _server.Get<IDeliveryQueue>(), [heard], TimeProvider.System);
        var name = EmailIds.OfDelivery("acme", "1f-0123456789abcdef.email", "shop.example");
        Feedback[] items =
        [
            Read($$"""{"type":"delivered","messageId":"{{name}}","time":"2026-11-21T18:00:00Z"}"""),
            Read("""{"type":"opened","deliveryId":"d-2","time":"2026-11-21T18:00:01Z"}"""),
            Read("""{"type":"bounce","deliveryId":"d-3","time":"2026-11-21T18:00:02Z","reason":"full: ada@example.org\r\nsorry"}"""),
            Read("""{"type":"complaint","address":"bob@example.org","time":"2026-11-21T18:00:03Z"}"""),
        ];

        (await intake.TakeAsync("acme", items, CancellationToken.None)).ShouldBe([true, true, true, true]);

        heard.Reports.ShouldBe(
        [
            ("acme", "1f-0123456789abcdef.email", new DeliveryReport(DeliveryReportKind.Delivered, Mails.Now, null)),
            ("acme", "d-2", new DeliveryReport(DeliveryReportKind.Opened, Mails.Now.AddSeconds(1), null)),
            ("acme", "d-3", new DeliveryReport(DeliveryReportKind.SoftBounce, Mails.Now.AddSeconds(2), "full: a***@example.org\r\nsorry")),
        ]);
    }

    [Fact]
    public async Task Staff_add_look_up_list_and_lift_suppressions_and_the_address_is_never_shown()
    {
        using var admin = _server.Http(TestServer.Token("root", "admin"));
        foreach (var address in (string[])["ada@example.org", "bob@example.org", "eve@example.org"])
        {
            using var added = await admin.PostAsync("/api/v1/acme/admin/suppressions", Json($$"""{"channel":"email","address":"{{address}}","detail":"{{address}} asked"}"""));
            added.StatusCode.ShouldBe(HttpStatusCode.Created);
        }

        var text = await admin.GetStringAsync("/api/v1/acme/admin/suppressions?limit=2");
        text.ShouldNotContain("eve@");
        var page = JsonSerializer.Deserialize(text, ProtocolJson.Default.SuppressionPage)!;
        page.Items.Select(item => (item.Address, item.Reason, item.Detail)).ShouldBe([("e***@example.org", "manual", "e***@example.org asked"), ("b***@example.org", "manual", "b***@example.org asked")]);
        var rest = (await admin.GetFromJsonAsync($"/api/v1/acme/admin/suppressions?limit=2&cursor={page.Next}", ProtocolJson.Default.SuppressionPage))!;
        (rest.Items.Single().Address, rest.Next).ShouldBe(("a***@example.org", null));

        using var lifted = await admin.DeleteAsync($"/api/v1/acme/admin/suppressions/{page.Items[0].Id}");
        lifted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var again = await admin.DeleteAsync($"/api/v1/acme/admin/suppressions/{page.Items[0].Id}");
        again.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await LookUpAsync("eve@example.org")).ShouldBeNull();
        (await LookUpAsync("bob@example.org")).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("""{"address":"a@b"}""", "missing_field", "channel")]
    [InlineData("""{"channel":"email"}""", "missing_field", "address")]
    [InlineData("""{"channel":"pigeon","address":"a@b"}""", "invalid_field", "channel")]
    [InlineData("""{"channel":"email","address":"nobody"}""", "invalid_field", "address")]
    [InlineData("""{"channel":"sms","address":""}""", "invalid_field", "address")]
    public async Task What_cannot_be_suppressed_is_refused(string body, string code, string field)
    {
        using var admin = _server.Http(TestServer.Token("root", "admin"));
        using var answer = await admin.PostAsync("/api/v1/acme/admin/suppressions", Json(body));
        var problem = (await answer.Content.ReadFromJsonAsync(ProtocolJson.Default.Problem))!;
        (problem.Code, problem.Field).ShouldBe((code, field));
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static Feedback Read(string item)
    {
        using var json = JsonDocument.Parse(item);
        return FeedbackReader.Read("acme", json.RootElement, out var rejection).ShouldNotBeNull(rejection?.Detail);
    }

    private async Task<int> ReportAsync(string item) => (await PostAsync($"[{item[..^1]},\"time\":\"2026-11-21T18:00:00Z\"}}]")).Accepted;

    private async Task<FeedbackReply> PostAsync(string batch)
    {
        using var relay = _server.Http(TestServer.Token("relay", "feedback:write"));
        using var answer = await relay.PostAsync("/api/v1/acme/feedback/email", Json(batch));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return (await answer.Content.ReadFromJsonAsync(ProtocolJson.Default.FeedbackReply))!;
    }

    private async Task<SuppressionView?> LookUpAsync(string address)
    {
        using var staff = _server.Http(TestServer.Token("op", "operator"));
        using var answer = await staff.PostAsync("/api/v1/acme/admin/suppressions/lookup", Json($$"""{"channel":"email","address":"{{address}}"}"""));
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await answer.Content.ReadFromJsonAsync(ProtocolJson.Default.SuppressionView);
    }

    /// <summary>A real order of a customer with this address; answers the delivery that it has caused.</summary>
    private async Task<string> DeliveryAsync(string address)
    {
        using var shop = _server.Http(TestServer.Token("shop", "events:write"));
        var placed = $$$"""{"specversion":"1.0","id":"e-1","source":"/s","type":"order.placed","subject":"o-1","data":{"customer":{"id":"c-1","email":"{{{address}}}" } } }""";
        using var answer = await shop.PostAsync("/api/v1/acme/events", new StringContent(placed, Encoding.UTF8, "application/cloudevents+json"));
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var inbox = await _server.Client("c-1").Notifications.ListAsync();
        return Delivery.IdOf(inbox.Items[0].Id, DeliveryChannel.Email);
    }

    private sealed class Recorder : IDeliveryFeedback
    {
        public List<(string Tenant, string Id, DeliveryReport Report)> Reports { get; } = [];

        public Task ReportAsync(string tenant, string deliveryId, DeliveryReport report, CancellationToken cancellationToken)
        {
            Reports.Add((tenant, deliveryId, report));
            return Task.CompletedTask;
        }
    }
}
