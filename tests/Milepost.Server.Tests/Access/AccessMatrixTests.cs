using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Milepost.Server.Access;
using Milepost.Server.Hosting;
using Milepost.Server.Settings;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Gateway;
using Milepost.Server.Tests.Sharing;

namespace Milepost.Server.Tests.Access;

/// <summary>Every route with every kind of caller. The routes are the server's own; what is expected of them stands here.</summary>
public sealed class AccessMatrixTests
{
    private const string Readers = "customer stranger operator admin";
    private const string Customers = "customer stranger";
    private const string Writers = "events:write admin";

    // Who gets past the access rules; everybody else gets 401 or 403. "anyone": also without credentials.
    private static readonly Dictionary<string, string> Expected = new(StringComparer.Ordinal)
    {
        ["POST /api/v1/{tenant}/events"] = Writers,
        ["POST /api/v1/{tenant}/drivers/{id}/locations"] = Writers + " locations:write",
        ["POST /api/v1/{tenant}/traccar/positions"] = Writers + " locations:write",
        ["GET /api/v1/{tenant}/orders"] = Readers,
        ["GET /api/v1/{tenant}/orders/{id}"] = Readers,
        ["GET /api/v1/{tenant}/orders/{id}/tracking"] = Readers + " guest",
        ["POST /api/v1/{tenant}/orders/{id}/share"] = Customers + " admin",
        ["GET /api/v1/{tenant}/orders/{id}/shares"] = Readers,
        ["DELETE /api/v1/{tenant}/orders/{id}/shares/{shareId}"] = Customers + " admin",
        ["POST /api/v1/{tenant}/orders/{id}/rating"] = Customers,
        // Let in by a signature in the address.
        ["GET /api/v1/{tenant}/orders/{id}/proof/photo"] = "anyone",
        ["GET /api/v1/guest/tracking"] = "guest",
        ["GET /api/v1/guest/proof/photo"] = "guest",
        ["GET /t/{token}"] = "anyone",
        ["GET /t/page/{file}"] = "anyone",
        ["GET /api/v1/{tenant}/notifications"] = Customers,
        ["POST /api/v1/{tenant}/notifications"] = "notifications:write admin",
        ["DELETE /api/v1/{tenant}/notifications/requests/{id}"] = "notifications:write admin",
        ["PUT /api/v1/{tenant}/notifications/read-all"] = Customers,
        ["PUT /api/v1/{tenant}/notifications/{id}/read"] = Customers,
        ["DELETE /api/v1/{tenant}/notifications/{id}/read"] = Customers,
        ["PUT /api/v1/{tenant}/notifications/{id}/archived"] = Customers,
        ["DELETE /api/v1/{tenant}/notifications/{id}/archived"] = Customers,
        ["GET /api/v1/{tenant}/notification-preferences"] = Readers,
        ["PUT /api/v1/{tenant}/notification-preferences"] = Customers + " admin",
        ["PATCH /api/v1/{tenant}/notification-preferences"] = Customers + " admin",
        ["GET /api/v1/{tenant}/devices"] = Readers,
        ["PUT /api/v1/{tenant}/devices/{id}"] = Customers,
        ["DELETE /api/v1/{tenant}/devices/{id}"] = Customers,
        ["PUT /api/v1/{tenant}/push-subscriptions"] = Customers,
        ["DELETE /api/v1/{tenant}/push-subscriptions"] = Customers,
        ["GET /api/v1/{tenant}/customer/export"] = Customers,
        ["GET /api/v1/{tenant}/admin/customers/{id}/export"] = "admin",
        ["GET /u/{token}"] = "anyone",
        ["POST /u/{token}"] = "anyone",
        ["POST /api/v1/{tenant}/realtime/tickets"] = Readers + " guest",
        ["GET /api/v1/{tenant}/push/vapid-public-key"] = Customers,
        ["GET /api/v1/{tenant}/admin/outbox"] = "operator admin",
        ["GET /api/v1/{tenant}/admin/decisions"] = "operator admin",
        ["POST /api/v1/{tenant}/admin/decisions/dry-run"] = "operator admin",
        ["GET /api/v1/{tenant}/admin/deliveries"] = "operator admin",
        ["GET /api/v1/{tenant}/admin/deliveries/{id}"] = "operator admin",
        ["POST /api/v1/{tenant}/admin/deliveries/{id}/redrive"] = "admin",
        ["POST /api/v1/{tenant}/admin/deliveries/redrive"] = "admin",
        ["GET /api/v1/{tenant}/admin/providers"] = "operator admin",
        ["GET /api/v1/{tenant}/admin/suppressions"] = "operator admin",
        ["POST /api/v1/{tenant}/admin/suppressions"] = "admin",
        ["POST /api/v1/{tenant}/admin/suppressions/lookup"] = "operator admin",
        ["DELETE /api/v1/{tenant}/admin/suppressions/{id}"] = "admin",
        ["GET /api/v1/{tenant}/admin/exceptions"] = "operator admin",
        ["GET /api/v1/{tenant}/admin/promises"] = "operator admin",
        ["GET /api/v1/{tenant}/orders/{id}/eta-revisions"] = "operator admin",
        ["POST /api/v1/{tenant}/feedback/email"] = "feedback:write admin",
        ["POST /api/v1/{tenant}/admin/revocations"] = "admin",
        ["GET /api/v1/{tenant}/admin/revocations"] = "admin",
        ["GET /api/v1/{tenant}/admin/settings"] = "operator admin",
        ["PUT /api/v1/{tenant}/admin/settings"] = "admin",
        ["GET /api/v1/{tenant}/admin/budgets"] = "operator admin",
        ["GET /api/v1/{tenant}/admin/webhooks"] = "operator admin",
        ["POST /api/v1/{tenant}/admin/webhooks"] = "admin",
        ["PUT /api/v1/{tenant}/admin/webhooks/{id}"] = "admin",
        ["DELETE /api/v1/{tenant}/admin/webhooks/{id}"] = "admin",
        ["POST /api/v1/{tenant}/admin/webhooks/{id}/rotate"] = "admin",
        ["POST /api/v1/{tenant}/admin/webhooks/{id}/test"] = "admin",
        // Let in by a signature over the request, not by who calls.
        ["POST /api/v1/{tenant}/feedback/sms"] = "anyone",
        ["GET /api/v1/{tenant}/admin/templates"] = "operator admin",
        ["GET /api/v1/{tenant}/admin/templates/{type}/{channel}/{locale}"] = "operator admin",
        ["PUT /api/v1/{tenant}/admin/templates/{type}/{channel}/{locale}"] = "admin",
        ["POST /api/v1/{tenant}/admin/templates/{type}/{channel}/{locale}/publish"] = "admin",
        ["POST /api/v1/{tenant}/admin/templates/{type}/{channel}/{locale}/revert"] = "admin",
        ["POST /api/v1/{tenant}/admin/templates/{type}/{channel}/{locale}/test"] = "admin",
        ["POST /api/v1/{tenant}/admin/templates/preview"] = "admin",
        ["GET /ws/notifications"] = "other-tenant guest " + Readers,
        ["GET /ws/orders/{id}/tracking"] = "other-tenant guest " + Readers,
        ["GET /ws"] = "other-tenant guest " + Readers,
        ["GET /api/v1/sse"] = "other-tenant guest " + Readers,
        ["GET /api/v1/poll"] = "other-tenant guest " + Readers,
        ["GET /healthz/live"] = "anyone",
        ["GET /healthz/ready"] = "anyone",
        ["GET /metrics"] = "operator admin",
        ["GET /openapi/{documentName}.json"] = "anyone",
        ["GET /openapi/{documentName}.yaml"] = "anyone",
    };

    private static readonly Dictionary<string, string?> Callers = new(StringComparer.Ordinal)
    {
        ["nobody"] = null,
        ["expired"] = TestServer.TokenFor(TestServer.Tenant, "c-1", TimeSpan.FromHours(-1), "admin"),
        ["garbage"] = "eyJhbGciOiJIUzI1NiJ9.garbage.garbage",
        ["other-tenant"] = TestServer.TokenFor("globex", "c-1", TimeSpan.FromHours(1)),
        ["other-admin"] = TestServer.TokenFor("globex", "root", TimeSpan.FromHours(1), "notifications:write"),
        ["customer"] = TestServer.Token("c-1"),
        ["stranger"] = TestServer.Token("c-2"),
        ["events:write"] = TestServer.Token("shop", "events:write"),
        ["notifications:write"] = TestServer.Token("mailer", "notifications:write"),
        ["feedback:write"] = TestServer.Token("relay", "feedback:write"),
        ["locations:write"] = TestServer.Token("o-1", "locations:write"),
        ["operator"] = TestServer.Token("op", "operator"),
        ["admin"] = TestServer.Token("root", "admin"),
    };

    [Fact]
    public async Task Every_route_lets_in_exactly_those_it_should()
    {
        await using var server = await TestServer.StartAsync();
        using var shop = new Shop(server);
        await shop.PlacesAsync("o-1", "c-1");
        var guest = (await Guests.ShareAsync(server, "o-1", "c-1")).Token;
        var wrong = new List<string>();
        var routes = EndpointRules.All(server.App).SelectMany(Routes).ToList();
        foreach (var (method, pattern) in routes)
        {
            if (!Expected.TryGetValue($"{method} {pattern}", out var allowed))
            {
                wrong.Add($"{method} {pattern} is not in the table");
                continue;
            }

            foreach (var (caller, token) in Callers.Append(new("guest", guest)))
            {
                using var http = server.Http(token);
                var path = pattern.Replace("{tenant}", TestServer.Tenant, StringComparison.Ordinal).Replace("{id}", "o-1", StringComparison.Ordinal).Replace("{documentName}", "v1", StringComparison.Ordinal)
                    .Replace("{type}/{channel}/{locale}", "order.placed/push/en", StringComparison.Ordinal);
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                // As through a proxy: a rule that is open to this machine is not open to what comes from there.
                request.Headers.Add("X-Forwarded-For", "203.0.113.7");
                using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                var got = answer.StatusCode switch { HttpStatusCode.Unauthorized => "401", HttpStatusCode.Forbidden => "403", >= HttpStatusCode.InternalServerError => "5xx", _ => "in" };
                var expected = allowed == "anyone" || allowed.Split(' ').Contains(caller, StringComparer.Ordinal) ? "in" : caller is "nobody" or "expired" or "garbage" ? "401" : "403";
                if (got != expected)
                {
                    wrong.Add($"{method} {pattern} as {caller}: {(int)answer.StatusCode}, expected {expected}");
                }
            }
        }

        wrong.ShouldBeEmpty();
        Expected.Keys.ShouldBe(routes.Select(route => $"{route.Method} {route.Pattern}"), ignoreOrder: true);
    }

    [Fact]
    public void A_server_with_an_endpoint_that_does_not_say_who_may_call_does_not_start()
    {
        using var directory = new TempDirectory();
        var settings = new ServerSettings
        {
            Configuration = new ConfigurationBuilder().AddInMemoryCollection().Build(),
            Storage = new StorageOptions { DataDirectory = directory.Path },
            Auth = new AuthOptions { SigningKey = new string('k', 40) },
            Gateway = new GatewayOptions(),
            Ingest = new IngestOptions(),
            Urls = ["http://127.0.0.1:0"],
        };
        Should.Throw<InvalidOperationException>(() => MilepostServer.Build(settings, app => app.MapGet("/forgotten", () => "secret")))
            .Message.ShouldContain("/forgotten");
        Should.NotThrow(() => MilepostServer.Build(settings, app => app.MapGet("/said", () => "open").Allow(AccessRule.Anyone)));
    }

    // CONNECT is how HTTP/2 opens a WebSocket (RFC 8441): where one endpoint takes it beside GET, both stand behind the same rule.
    private static IEnumerable<(string Method, string Pattern)> Routes(RouteEndpoint endpoint)
    {
        var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods;
        return methods.Where(method => method != "CONNECT" || !methods.Contains("GET")).Select(method => (method, "/" + endpoint.RoutePattern.RawText!.Trim('/')));
    }
}
