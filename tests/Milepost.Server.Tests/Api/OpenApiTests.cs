using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Milepost.Core.Deliveries;
using Milepost.Protocol.Notifications;
using Milepost.Server.Access;
using Milepost.Server.Testing;

namespace Milepost.Server.Tests.Api;

/// <summary>The document, the server and the repository say the same.</summary>
public sealed class OpenApiTests
{
    [Fact]
    public async Task The_committed_document_is_the_running_server_s()
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Http(null);
        var served = await http.GetStringAsync("/openapi/v1.yaml");
        var file = Path.Combine(Root(), "docs", "protocol", "openapi.yaml");
        if (Environment.GetEnvironmentVariable("MILEPOST_UPDATE_OPENAPI") == "1")
        {
            await File.WriteAllTextAsync(file, served);
        }

        File.Exists(file).ShouldBeTrue("docs/protocol/openapi.yaml is missing: run this test with MILEPOST_UPDATE_OPENAPI=1 and commit the file");
        (await File.ReadAllTextAsync(file)).ShouldBe(served, "the API changed: run this test with MILEPOST_UPDATE_OPENAPI=1, read the difference and commit docs/protocol/openapi.yaml");
    }

    [Fact]
    public async Task Every_route_of_the_api_is_in_the_document()
    {
        await using var server = await TestServer.StartAsync();
        using var document = await DocumentAsync(server);
        var mapped = EndpointRules.All(server.App)
            .Where(endpoint => endpoint.RoutePattern.RawText is { } path && (path.StartsWith("/api/v1/{tenant}", StringComparison.Ordinal) || path.StartsWith("/api/v1/guest", StringComparison.Ordinal)))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} {endpoint.RoutePattern.RawText!.TrimEnd('/')}"));
        Operations(document).Select(operation => $"{operation.Method} {operation.Path}").ShouldBe(mapped, ignoreOrder: true);
    }

    [Fact]
    public async Task Every_operation_says_its_credentials_its_parameters_and_its_problems()
    {
        await using var server = await TestServer.StartAsync();
        using var document = await DocumentAsync(server);
        document.RootElement.GetProperty("components").GetProperty("securitySchemes").GetProperty("bearer").GetProperty("scheme").GetString().ShouldBe("bearer");
        foreach (var (method, path, operation) in Operations(document))
        {
            var name = $"{method} {path}";
            operation.GetProperty("operationId").GetString().ShouldNotBeNullOrEmpty();
            operation.GetProperty("summary").GetString().ShouldNotBeNullOrEmpty();
            operation.GetProperty("security").EnumerateArray().Single().TryGetProperty("bearer", out _).ShouldBeTrue(name);
            (operation.TryGetProperty("parameters", out var parameters) ? parameters.EnumerateArray().ToList() : []).Where(parameter => !parameter.TryGetProperty("description", out _)).Select(parameter => parameter.GetProperty("name").GetString()).ShouldBeEmpty(name);
            foreach (var status in (string[])["400", "401", "403", "404", "503"])
            {
                operation.GetProperty("responses").GetProperty(status).GetProperty("content").GetProperty("application/problem+json").GetProperty("schema")
                    .GetProperty("$ref").GetString().ShouldBe("#/components/schemas/Problem", name);
            }
        }
    }

    [Fact]
    public async Task Real_answers_are_among_the_documented_ones_and_fit_their_schemas()
    {
        await using var server = await TestServer.StartAsync();
        using var document = await DocumentAsync(server);
        using var customer = server.Http(TestServer.Token("c-1"));
        using var shop = server.Http(TestServer.Token("shop", "events:write"));
        var good = """{"specversion":"1.0","id":"e-1","source":"/s","type":"order.placed","subject":"o-1","data":{"customer":{"id":"c-1"},"items":[{"name":"a","price":1.5}],"total":{"amount":3,"currency":"EUR"},"destination":{"address":"x","lat":1,"lon":2}}}""";
        await CallAsync(document, shop, "POST", "/api/v1/{tenant}/events", "/api/v1/acme/events", 202, good);
        await CallAsync(document, shop, "POST", "/api/v1/{tenant}/events", "/api/v1/acme/events", 400, "{}");
        await CallAsync(document, shop, "POST", "/api/v1/{tenant}/events", "/api/v1/acme/events", 202, $"[{good},7]", "application/cloudevents-batch+json");
        await CallAsync(document, shop, "POST", "/api/v1/{tenant}/events", "/api/v1/acme/events", 415, "{}", "text/plain");
        await CallAsync(document, shop, "POST", "/api/v1/{tenant}/events", "/api/v1/acme/events", 413, "[" + string.Join(',', Enumerable.Repeat("1", 1_001)) + "]", "application/cloudevents-batch+json");
        await CallAsync(document, customer, "GET", "/api/v1/{tenant}/orders", "/api/v1/acme/orders?limit=1", 200);
        await CallAsync(document, customer, "GET", "/api/v1/{tenant}/orders", "/api/v1/acme/orders?limit=x", 400);
        await CallAsync(document, customer, "GET", "/api/v1/{tenant}/orders/{id}", "/api/v1/acme/orders/o-1", 200);
        await CallAsync(document, customer, "GET", "/api/v1/{tenant}/orders/{id}", "/api/v1/acme/orders/o-2", 404);
        await CallAsync(document, customer, "GET", "/api/v1/{tenant}/orders/{id}/tracking", "/api/v1/acme/orders/o-1/tracking", 200);
        await CallAsync(document, customer, "GET", "/api/v1/{tenant}/customer/export", "/api/v1/acme/customer/export", 200);
        await CallAsync(document, customer, "POST", "/api/v1/{tenant}/realtime/tickets", "/api/v1/acme/realtime/tickets", 201);
        await CallAsync(document, customer, "GET", "/api/v1/{tenant}/notifications", "/api/v1/acme/notifications", 200);
        var id = (await (await customer.GetAsync("/api/v1/acme/notifications")).JsonAsync<NotificationPage>())!.Items[0].Id;
        foreach (var what in (string[])["read", "archived"])
        {
            await CallAsync(document, customer, "PUT", $"/api/v1/{{tenant}}/notifications/{{id}}/{what}", $"/api/v1/acme/notifications/{id}/{what}", 200);
            await CallAsync(document, customer, "DELETE", $"/api/v1/{{tenant}}/notifications/{{id}}/{what}", $"/api/v1/acme/notifications/{id}/{what}", 200);
        }

        await CallAsync(document, customer, "PUT", "/api/v1/{tenant}/notifications/read-all", "/api/v1/acme/notifications/read-all", 200);
        await CallAsync(document, shop, "GET", "/api/v1/{tenant}/notifications", "/api/v1/acme/notifications", 403);
        const string preferences = "/api/v1/{tenant}/notification-preferences", own = "/api/v1/acme/notification-preferences";
        var choices = """{"channels":{"sms":true},"types":{"order.placed":{"email":false}},"quietHours":{"enabled":true,"days":{"monday":[{"from":"22:00","to":"07:00"}]},"channels":["push"],"types":{"order.placed":"drop"}},"timeZone":"Europe/Berlin","locale":"de"}""";
        await CallAsync(document, customer, "GET", preferences, own, 200);
        await CallAsync(document, customer, "PUT", preferences, own, 200, choices, "application/json");
        await CallAsync(document, customer, "PATCH", preferences, own, 200, choices, "application/merge-patch+json");
        await CallAsync(document, customer, "PATCH", preferences, own, 422, """{"types":{"order.cancelled":{"email":false}}}""", "application/merge-patch+json");
        await CallAsync(document, customer, "PATCH", preferences, own, 415, "{}", "text/plain");
        await CallAsync(document, customer, "PUT", "/api/v1/{tenant}/devices/{id}", "/api/v1/acme/devices/d-1", 201, """{"kind":"fcm","token":"t"}""", "application/json");
        await CallAsync(document, customer, "PUT", "/api/v1/{tenant}/devices/{id}", "/api/v1/acme/devices/d-1", 200, """{"kind":"fcm","token":"t"}""", "application/json");
        await CallAsync(document, customer, "PUT", "/api/v1/{tenant}/push-subscriptions", "/api/v1/acme/push-subscriptions", 400, "{}", "application/json");
        await CallAsync(document, customer, "GET", "/api/v1/{tenant}/devices", "/api/v1/acme/devices", 200);
        await server.Get<IOutbox>().AddAsync(new OutboxMessage("acme", "d-1", 1, DeliveryChannel.Email, "ada@example.org", "Title", "Body", TimeProvider.System.GetUtcNow()), CancellationToken.None);
        using var staff = server.Http(TestServer.Token("op", "operator"));
        await CallAsync(document, staff, "GET", "/api/v1/{tenant}/admin/exceptions", "/api/v1/acme/admin/exceptions", 200);
        await CallAsync(document, staff, "GET", "/api/v1/{tenant}/admin/promises", "/api/v1/acme/admin/promises", 200);
        await CallAsync(document, staff, "GET", "/api/v1/{tenant}/admin/outbox", "/api/v1/acme/admin/outbox?limit=1", 200);
    }

    [Fact]
    public async Task Real_answers_on_suppressions_and_feedback_fit_their_schemas()
    {
        await using var server = await TestServer.StartAsync();
        using var document = await DocumentAsync(server);
        using var admin = server.Http(TestServer.Token("root", "admin"));
        const string Suppressions = "/api/v1/{tenant}/admin/suppressions";
        var address = """{"channel":"email","address":"ada@example.org","detail":"asked us"}""";
        await CallAsync(document, admin, "POST", Suppressions, "/api/v1/acme/admin/suppressions", 201, address, "application/json");
        await CallAsync(document, admin, "POST", Suppressions, "/api/v1/acme/admin/suppressions", 400, "{}", "application/json");
        await CallAsync(document, admin, "GET", Suppressions, "/api/v1/acme/admin/suppressions", 200);
        await CallAsync(document, admin, "POST", Suppressions + "/lookup", "/api/v1/acme/admin/suppressions/lookup", 200, address, "application/json");
        await CallAsync(document, admin, "DELETE", Suppressions + "/{id}", "/api/v1/acme/admin/suppressions/none", 404);
        var feedback = """[{"type":"bounce","hard":true,"address":"bob@example.org","time":"2026-11-21T18:00:00Z"},7]""";
        await CallAsync(document, admin, "POST", "/api/v1/{tenant}/feedback/email", "/api/v1/acme/feedback/email", 200, feedback, "application/json");
    }

    [Fact]
    public async Task Real_answers_on_settings_and_webhooks_fit_their_schemas()
    {
        await using var server = await TestServer.StartAsync();
        using var document = await DocumentAsync(server);
        using var admin = server.Http(TestServer.Token("root", "admin"));
        const string Settings = "/api/v1/{tenant}/admin/settings", Webhooks = "/api/v1/{tenant}/admin/webhooks";
        var routes = """{"brand":{"name":"Acme"},"limits":{"smsCountries":["49"]},"routes":{"order.delivered":[{"channel":"sms","afterSeconds":60}]}}""";
        await CallAsync(document, admin, "PUT", Settings, "/api/v1/acme/admin/settings", 200, routes, "application/json");
        await CallAsync(document, admin, "PUT", Settings, "/api/v1/acme/admin/settings", 400, """{"retentionDays":0}""", "application/json");
        await CallAsync(document, admin, "PUT", Settings, "/api/v1/acme/admin/settings", 412, """{"version":0}""", "application/json");
        await CallAsync(document, admin, "GET", Settings, "/api/v1/acme/admin/settings", 200);
        await CallAsync(document, admin, "GET", "/api/v1/{tenant}/admin/budgets", "/api/v1/acme/admin/budgets", 200);
        await CallAsync(document, admin, "POST", Webhooks, "/api/v1/acme/admin/webhooks", 201, """{"url":"https://hooks.shop.example/"}""", "application/json");
        await CallAsync(document, admin, "GET", Webhooks, "/api/v1/acme/admin/webhooks", 200);
        await CallAsync(document, admin, "POST", Webhooks + "/{id}/test", "/api/v1/acme/admin/webhooks/none/test", 404);
    }

    private static async Task CallAsync(JsonDocument document, HttpClient http, string method, string path, string address, int status, string? body = null, string contentType = "application/cloudevents+json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe((HttpStatusCode)status, text);
        var operation = Operations(document).Single(row => row.Method == method && row.Path == path).Operation;
        operation.GetProperty("responses").TryGetProperty(status.ToString(CultureInfo.InvariantCulture), out var response).ShouldBeTrue($"{method} {path} does not document {status}");
        var schema = response.GetProperty("content").GetProperty(answer.Content.Headers.ContentType!.MediaType!).GetProperty("schema");
        using var json = JsonDocument.Parse(text);
        new SchemaCheck(document.RootElement).Mistakes(schema, json.RootElement).ShouldBeEmpty($"{method} {path} {status}: {text}");
    }

    private static async Task<JsonDocument> DocumentAsync(TestServer server)
    {
        using var http = server.Http(null);
        return JsonDocument.Parse(await http.GetStringAsync("/openapi/v1.json"));
    }

    private static IEnumerable<(string Method, string Path, JsonElement Operation)> Operations(JsonDocument document) =>
        document.RootElement.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(operation => (operation.Name.ToUpperInvariant(), path.Name, operation.Value)));

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Milepost.slnx")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("the tests run outside of the repository");
        }

        return directory.FullName;
    }
}
