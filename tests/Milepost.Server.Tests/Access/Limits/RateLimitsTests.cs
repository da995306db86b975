using System.Net;
using System.Net.WebSockets;
using System.Text;
using Milepost.Server.Settings;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Api;
using Milepost.Server.Tests.Gateway;

namespace Milepost.Server.Tests.Access.Limits;

public sealed class RateLimitsTests
{
    [Fact]
    public async Task A_customer_s_requests_are_limited_and_nobody_else_s()
    {
        await using var server = await StartAsync(limits => limits.CustomerRequestsPerMinute = 3);
        using var anna = server.Http(TestServer.Token("anna"));
        await ExpectAsync(anna, 3, 3);
        foreach (var token in (string[])[TestServer.Token("bob"), TestServer.Token("op", "operator")])
        {
            using var other = server.Http(token);
            (await other.GetAsync("/api/v1/acme/orders")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        (await anna.GetAsync("/healthz/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await anna.GetAsync("/healthz/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await anna.GetAsync("/api/v1/poll?streams=notifications")).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task A_limit_of_0_is_none()
    {
        await using var server = await StartAsync(limits => limits.CustomerRequestsPerMinute = 0);
        using var anna = server.Http(TestServer.Token("anna"));
        for (var request = 0; request < 100; request++)
        {
            (await anna.GetAsync("/api/v1/acme/orders")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_customer_s_connections_are_limited()
    {
        await using var server = await StartAsync(limits => limits.CustomerConnectsPerMinute = 2);
        await using var first = await LiveSocket.OpenAsync(server, "/ws/notifications", TestServer.Token("anna"));
        await using var second = await LiveSocket.OpenAsync(server, "/ws/notifications", TestServer.Token("anna"));
        (await Should.ThrowAsync<WebSocketException>(() => LiveSocket.OpenAsync(server, "/ws/notifications", TestServer.Token("anna")))).Message.ShouldContain("429");
        using var anna = server.Http(TestServer.Token("anna"));
        (await anna.GetAsync("/api/v1/poll?streams=notifications")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var bob = await LiveSocket.OpenAsync(server, "/ws/notifications", TestServer.Token("bob"));
    }

    [Fact]
    public async Task Tickets_are_limited()
    {
        await using var server = await StartAsync(limits => limits.TicketsPerMinute = 2);
        using var operators = server.Http(TestServer.Token("op", "operator"));
        (await operators.PostAsync("/api/v1/acme/realtime/tickets", null)).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await operators.PostAsync("/api/v1/acme/realtime/tickets", null)).StatusCode.ShouldBe(HttpStatusCode.Created);
        await LimitedAsync(await operators.PostAsync("/api/v1/acme/realtime/tickets", null), 30);
    }

    [Fact]
    public async Task A_tenant_s_events_are_limited_by_their_number()
    {
        // 100 a second over ten seconds: 1,000 at once.
        await using var server = await StartAsync(limits => limits.TenantEventsPerSecond = 100);
        using var shop = server.Http(TestServer.Token("shop", "events:write"));
        (await PostAsync(shop, 0, 990)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await LimitedAsync(await PostAsync(shop, 1_000, 1_000), 10);
        using var http = server.Http(TestServer.TokenFor("globex", "shop", TimeSpan.FromHours(1), "events:write"));
        (await PostAsync(http, 0, 1, "globex")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Bad_credentials_of_an_address_are_answered_429_in_the_end_and_good_ones_are_served()
    {
        await using var server = await StartAsync(limits => limits.FailedAuthenticationsPerMinute = 3);
        using var bad = server.Http("rubbish");
        for (var attempt = 0; attempt < 3; attempt++)
        {
            (await bad.GetAsync("/api/v1/acme/orders")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        await LimitedAsync(await bad.GetAsync("/api/v1/acme/orders"), 20);
        using var none = server.Http(null);
        await LimitedAsync(await none.GetAsync("/api/v1/poll?streams=notifications&ticket=x"), 20);
        (await none.GetAsync("/api/v1/acme/orders")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized, "who shows no credentials guesses none");
        using var anna = server.Http(TestServer.Token("anna"));
        (await anna.GetAsync("/api/v1/acme/orders")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static Task<TestServer> StartAsync(Action<LimitsOptions> configure) => TestServer.StartAsync(settings => configure(settings.Limits));

    private static async Task ExpectAsync(HttpClient http, int good, int limited)
    {
        for (var request = 0; request < good; request++)
        {
            (await http.GetAsync("/api/v1/acme/orders")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        for (var request = 0; request < limited; request++)
        {
            await LimitedAsync(await http.GetAsync("/api/v1/acme/orders"), 20);
        }
    }

    private static async Task LimitedAsync(HttpResponseMessage answer, int atMost)
    {
        answer.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        var problem = await answer.ProblemAsync();
        (problem.Code, problem.Retry).ShouldBe(("rate_limited", true));
        answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, atMost);
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient http, int first, int count, string tenant = "acme")
    {
        var events = Enumerable.Range(first, count).Select(index =>
            $$$$"""{"specversion":"1.0","id":"e-{{{{index}}}}","source":"/s","type":"order.placed","subject":"o-{{{{index}}}}","data":{"customer":{"id":"c-1"}}}""");
        using var body = new StringContent($"[{string.Join(',', events)}]", Encoding.UTF8);
        body.Headers.ContentType = new("application/cloudevents-batch+json");
        return await http.PostAsync($"/api/v1/{tenant}/events", body);
    }
}
