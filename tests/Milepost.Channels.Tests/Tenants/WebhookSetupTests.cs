using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Milepost.Channels.Tests.Sinks;
using Milepost.Core.Deliveries;
using Milepost.Core.Tenants;
using Milepost.Server.Channels.Sms;
using Milepost.Server.Testing;
using Milepost.Testing;

namespace Milepost.Channels.Tests.Tenants;

/// <summary>The whole server with a receiver that is not ours.</summary>
public sealed class WebhookSetupTests : IAsyncLifetime
{
    private const string Path = "/api/v1/acme/admin/webhooks";
    private const string Account = "AC0123";
    private const string Token = "a-token-of-ours";

    private HttpSink _sink = null!;
    private TestServer _server = null!;
    private HttpClient _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _sink = await HttpSink.StartAsync();
        _server = await TestServer.StartAsync(settings =>
        {
            settings.Outgoing.AllowPrivate = ["127.0.0.1"];
            settings.Outgoing.AllowHttp = true;
            settings.Outgoing.Ports = ["*"];
            settings.Gateway.PublicUrl = "https://track.shop.example";
            settings.Sms.Providers = [$"http://{Account}:{Token}@127.0.0.1:{_sink.Port}?from=Acme"];
        });
        _admin = _server.Http(TestServer.Token("root", "admin"));
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _server.DisposeAsync();
        await _sink.DisposeAsync();
    }

    [Fact]
    public async Task A_webhook_is_told_of_what_happens_and_its_library_accepts_it()
    {
        var (_, secret) = await AddAsync("/hook");
        await _sink.KnowsAsync("/hook", secret);
        await _sink.AnswerAsync("/hook", new SinkReply(204));
        await PlaceOrderAsync();
        var call = await _sink.NextAsync();
        call.Verified.ShouldBe([true]);
        call.Body.ShouldContain("\"notificationType\":\"order.placed\"");
    }

    [Fact]
    public async Task A_webhook_that_says_that_it_is_gone_is_switched_off_and_can_be_switched_on_again()
    {
        var (id, _) = await AddAsync("/hook");
        await _sink.AnswerAsync("/hook", new SinkReply(410));
        await PlaceOrderAsync();
        await _sink.NextAsync();
        var webhook = await UntilAsync(id, one => !one.GetProperty("enabled").GetBoolean());
        webhook.GetProperty("offReason").GetString()!.ShouldContain("410");
        using var on = await SendAsync(HttpMethod.Put, $"{Path}/{id}", $$"""{"url":"{{_sink.Address}}/hook"}""");
        var view = await on.Content.ReadFromJsonAsync<JsonElement>();
        (view.GetProperty("enabled").GetBoolean(), view.TryGetProperty("offReason", out _)).ShouldBe((true, false));
    }

    [Fact]
    public async Task A_secret_is_shown_once_and_a_new_one_signs_beside_it()
    {
        var (id, secret) = await AddAsync("/hook");
        using var rotated = await SendAsync(HttpMethod.Post, $"{Path}/{id}/rotate", null);
        var next = (await rotated.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("secret").GetString()!;
        next.ShouldNotBe(secret);
        await _sink.KnowsAsync("/hook", secret, next);
        await _sink.AnswerAsync("/hook", new SinkReply(200));
        await TestAsync(id);
        (await _sink.NextAsync()).Verified.ShouldBe([true, true]);
        foreach (var shown in new[] { await _admin.GetStringAsync(Path), await _admin.GetStringAsync("/api/v1/acme/admin/settings") })
        {
            shown.ShouldNotContain("whsec_");
            shown.ShouldNotContain("ecret");
        }
    }

    [Fact]
    public async Task A_ping_tells_what_came_of_it()
    {
        var (id, _) = await AddAsync("/hook");
        await _sink.AnswerAsync("/hook", new SinkReply(202), new SinkReply(500), new SinkReply(200, Action: "close"));
        var good = await TestAsync(id);
        (good.GetProperty("delivered").GetBoolean(), good.GetProperty("status").GetInt32()).ShouldBe((true, 202));
        (await _sink.NextAsync()).Body.ShouldContain("\"type\":\"ping\"");
        var bad = await TestAsync(id);
        (bad.GetProperty("delivered").GetBoolean(), bad.GetProperty("status").GetInt32()).ShouldBe((false, 500));
        (await TestAsync(id)).TryGetProperty("status", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"url":"ftp://hooks.example/"}""", "url")]
    [InlineData("""{"url":"https://10.0.0.1/"}""", "url")]
    [InlineData("""{"url":"https://u:p@hooks.example/"}""", "url")]
    [InlineData("""{"url":"https://hooks.example/","types":["order.placed","No Type"]}""", "types[1]")]
    [InlineData("""{"url":"https://hooks.example/","types":[null]}""", "types[0]")]
    [InlineData("""{"url":"https://hooks.example/","secret":"mine"}""", "secret")]
    public async Task What_is_wrong_is_named(string document, string field)
    {
        using var answer = await SendAsync(HttpMethod.Post, Path, document);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        (answer.StatusCode, problem.GetProperty("field").GetString()).ShouldBe((HttpStatusCode.BadRequest, field));
    }

    [Fact]
    public async Task A_tenant_has_at_most_twenty_and_settings_leave_them_alone()
    {
        var ids = new List<string>();
        for (var index = 0; index < 20; index++)
        {
            ids.Add((await AddAsync($"/hook-{index}")).Id);
        }

        using var tooMany = await SendAsync(HttpMethod.Post, Path, """{"url":"https://hooks.example/"}""");
        tooMany.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var removed = await SendAsync(HttpMethod.Delete, $"{Path}/{ids[3]}", null);
        removed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var put = await SendAsync(HttpMethod.Put, "/api/v1/acme/admin/settings", """{"brand":{"name":"Acme"}}""");
        put.EnsureSuccessStatusCode();
        _server.Get<ITenantCatalog>().Of("acme").Webhooks.Select(webhook => webhook.Id).ShouldBe(ids.Where((_, index) => index != 3));
        foreach (var (method, path) in new[] { (HttpMethod.Delete, ids[3]), (HttpMethod.Post, ids[3] + "/rotate"), (HttpMethod.Post, "none/test") })
        {
            using var unknown = await SendAsync(method, $"{Path}/{path}", null);
            unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
    }

    [Fact]
    public async Task A_status_callback_counts_when_its_account_has_signed_it_for_this_tenant()
    {
        const string Callback = "/api/v1/acme/feedback/sms?delivery=n-1.sms";
        var form = new Dictionary<string, string> { ["AccountSid"] = Account, ["MessageStatus"] = "undelivered", ["ErrorCode"] = "30005", ["To"] = "+4915112345678", ["MessageSid"] = "SM42" };
        var good = SmsCallback.Sign(Token, "https://track.shop.example" + Callback, form);
        (await CallbackAsync(Callback, form, good)).ShouldBe(HttpStatusCode.NoContent);
        (await CallbackAsync(Callback, form, good)).ShouldBe(HttpStatusCode.NoContent);
        var suppressed = await _server.Get<ISuppressionStore>().FindAsync([new ChannelAddress("acme", DeliveryChannel.Sms, "+4915112345678")], CancellationToken.None);
        suppressed.Single()!.Reason.ShouldBe(SuppressionReason.HardBounce);

        (await CallbackAsync(Callback, form, SmsCallback.Sign("another", "https://track.shop.example" + Callback, form))).ShouldBe(HttpStatusCode.Forbidden);
        (await CallbackAsync(Callback, form, null)).ShouldBe(HttpStatusCode.Forbidden);
        (await CallbackAsync(Callback.Replace("acme", "globex", StringComparison.Ordinal), form, good)).ShouldBe(HttpStatusCode.Forbidden);
        (await CallbackAsync(Callback + "2", form, good)).ShouldBe(HttpStatusCode.Forbidden);
        form["To"] = "+4915100000000";
        (await CallbackAsync(Callback, form, good)).ShouldBe(HttpStatusCode.Forbidden);
        form["AccountSid"] = "AC9999";
        (await CallbackAsync(Callback, form, good)).ShouldBe(HttpStatusCode.Forbidden);
    }

    private async Task<HttpStatusCode> CallbackAsync(string path, Dictionary<string, string> form, string? signature)
    {
        using var twilio = _server.Http(null);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Add("X-Twilio-Signature", signature is null ? [] : [signature]);
        using var answer = await twilio.SendAsync(request);
        return answer.StatusCode;
    }

    private async Task<(string Id, string Secret)> AddAsync(string path)
    {
        using var answer = await SendAsync(HttpMethod.Post, Path, $$"""{"url":"{{_sink.Address}}{{path}}"}""");
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        var reply = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (reply.GetProperty("webhook").GetProperty("id").GetString()!, reply.GetProperty("secret").GetString()!);
    }

    private async Task<JsonElement> TestAsync(string id)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"{Path}/{id}/test", null);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    // What the worker does behind the sending is seen by asking, until it is there.
    private async Task<JsonElement> UntilAsync(string id, Func<JsonElement, bool> isThere)
    {
        using var limit = new CancellationTokenSource(Deadline.Default);
        using var turn = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var list = await _admin.GetFromJsonAsync<JsonElement>(Path, limit.Token);
            if (list.GetProperty("items").EnumerateArray().FirstOrDefault(one => one.GetProperty("id").GetString() == id && isThere(one)) is { ValueKind: JsonValueKind.Object } found)
            {
                return found;
            }

            await turn.WaitForNextTickAsync(limit.Token);
        }
    }

    private async Task PlaceOrderAsync()
    {
        using var shop = _server.Http(TestServer.Token("shop", "events:write"));
        var content = new StringContent(
            """
            {"specversion":"1.0","id":"e-1","source":"/shop","type":"order.placed","subject":"o-1","data":{"customer":{"id":"ada","name":"Ada"}}}
            """,
            Encoding.UTF8,
            new MediaTypeHeaderValue("application/cloudevents+json"));
        using var answer = await shop.PostAsync("/api/v1/acme/events", content);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("\"accepted\":1");
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? document) => _admin.SendAsync(
        new HttpRequestMessage(method, path) { Content = document is null ? null : new StringContent(document, new MediaTypeHeaderValue("application/json")) });
}
