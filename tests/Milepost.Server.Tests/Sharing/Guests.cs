using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Milepost.Protocol;
using Milepost.Protocol.Sharing;
using Milepost.Server.Testing;

namespace Milepost.Server.Tests.Sharing;

/// <summary>Orders that are told event by event, and links to them.</summary>
internal static class Guests
{
    public static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public static async Task<ShareCreated> ShareAsync(TestServer server, string order, string customer, object? request = null)
    {
        using var http = server.Http(TestServer.Token(customer));
        using var answer = request is null
            ? await http.PostAsync($"/api/v1/acme/orders/{order}/share", null)
            : await http.PostAsJsonAsync($"/api/v1/acme/orders/{order}/share", request);
        answer.EnsureSuccessStatusCode();
        return JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(), ProtocolJson.Default.ShareCreated)!;
    }

    public static async Task<ShareList> ListAsync(TestServer server, string order, string customer)
    {
        using var http = server.Http(TestServer.Token(customer));
        return JsonSerializer.Deserialize(await http.GetStringAsync($"/api/v1/acme/orders/{order}/shares"), ProtocolJson.Default.ShareList)!;
    }

    public static Task<HttpResponseMessage> TrackAsync(TestServer server, string token) => GetAsync(server, "/api/v1/guest/tracking", token);

    public static async Task<HttpResponseMessage> GetAsync(TestServer server, string path, string? token)
    {
        using var http = server.Http(token);
        return await http.GetAsync(path);
    }

    /// <summary>Tells one event of an order; each as a new one.</summary>
    public static async Task TellAsync(TestServer server, string order, string type, object data, DateTimeOffset? time = null)
    {
        using var http = server.Http(TestServer.Token("shop", "events:write"));
        var told = JsonSerializer.Serialize(new { specversion = "1.0", id = Guid.NewGuid().ToString("N"), source = "/test", type, subject = order, time = time is { } at ? Rfc3339.Format(at) : null, data });
        using var answer = await http.PostAsync("/api/v1/acme/events", new StringContent(told, Encoding.UTF8, "application/cloudevents+json"));
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
    }

    public static Task StatusAsync(TestServer server, string order, string status, DateTimeOffset? time = null) => TellAsync(server, order, "order.status.changed", new { status }, time);

    public static Task PlaceAsync(TestServer server, string order, string customer, DateTimeOffset? time = null) =>
        TellAsync(server, order, "order.placed", new { customer = new { id = customer } }, time);

    public static async Task<string> CodeAsync(HttpResponseMessage answer) =>
        JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(), ProtocolJson.Default.Problem)!.Code;
}
