using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Api;

namespace Milepost.Server.Tests.Ingest.Messages;

/// <summary>What somebody who asks for notifications gets wrong is refused by name, and nobody is told anything.</summary>
public sealed class NotificationRequestTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private HttpClient _shop = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _shop = _server.Http(TestServer.Token("shop", "notifications:write"));
    }

    public async ValueTask DisposeAsync()
    {
        _shop.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("\"send_at\":\"2030-12-24T09:00:00Z\"", "invalid_field", "send_at", "Did you mean sendAt?")]
    [InlineData("\"foo\":1", "invalid_field", "foo", "The fields are id, customers, type,")]
    [InlineData("\"sendAt\":\"2030-12-24T09:00:00\"", "invalid_time", "sendAt", "")]
    [InlineData("\"expiresAt\":\"2020-12-24T09:00:00Z\"", "invalid_time", "expiresAt", "")]
    [InlineData("\"priority\":\"urgent\"", "invalid_field", "priority", "")]
    [InlineData("\"channels\":[\"email\",\"email\"]", "invalid_field", "channels", "")]
    [InlineData("\"digestSeconds\":5", "invalid_field", "digestSeconds", "")]
    [InlineData("\"collapseKey\":\"a\\nb\"", "invalid_field", "collapseKey", "")]
    public async Task A_wrong_field_is_named(string field, string code, string name, string words)
    {
        using var answer = await PostAsync($$"""{"type":"offer","customers":["ada"],"title":"Hi","body":"There",{{field}}}""");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var problem = await answer.JsonAsync<JsonElement>();
        (problem.GetProperty("code").GetString(), problem.GetProperty("field").GetString()).ShouldBe((code, name));
        problem.GetProperty("detail").GetString()!.ShouldContain(words);
        using var ada = _server.Http(TestServer.Token("ada"));
        (await (await ada.GetAsync($"/api/v1/{TestServer.Tenant}/notifications")).JsonAsync<JsonElement>()).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_name_that_goes_on_and_on_is_not_repeated()
    {
        using var answer = await PostAsync($$"""{"type":"offer","customers":["ada"],"{{new string('x', 100_000)}}":1}""");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).Length.ShouldBeLessThan(1_000);
    }

    [Fact]
    public async Task Every_field_that_there_is_is_taken()
    {
        using var answer = await PostAsync("""
            {"id":"r-1","customers":["ada"],"type":"offer","category":"social","priority":"low","title":"Hi","body":"There","data":{"a":1},"orderId":"o-1",
             "channels":["email"],"sendAt":null,"expiresAt":null,"collapseKey":"k","digestSeconds":60,"bulk":false}
            """);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
    }

    private Task<HttpResponseMessage> PostAsync(string body) =>
        _shop.PostAsync($"/api/v1/{TestServer.Tenant}/notifications", new StringContent(body, new MediaTypeHeaderValue("application/json")));
}
