using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Milepost.Protocol.Events;
using Milepost.Server.Settings;
using Milepost.Server.Testing;
using Milepost.Testing;

namespace Milepost.Server.Tests.Admin;

/// <summary>Why each message was sent or not, and what would happen now.</summary>
public sealed class DecisionTests : IAsyncLifetime
{
    private const string Path = $"/api/v1/{TestServer.Tenant}/admin/decisions";
    private TestServer _server = null!;
    private HttpClient _staff = null!;
    private HttpClient _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _staff = _server.Http(TestServer.Token("olga", "operator"));
        _admin = _server.Http(TestServer.Token("root", "admin"));
    }

    public async ValueTask DisposeAsync()
    {
        _staff.Dispose();
        _admin.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Of_each_way_it_is_told_what_was_decided_and_what_came_of_it()
    {
        await PublishAsync(Placed("o-1"));
        var delivery = await SentAsync("o-1");
        delivery.GetProperty("attempts").GetArrayLength().ShouldBe(1);
        delivery.GetRawText().ShouldNotContain("ada@example.org");

        var item = (await GetAsync("?order=o-1")).GetProperty("items").EnumerateArray().ShouldHaveSingleItem();
        item.GetProperty("customerId").GetString().ShouldBe("ada");
        Channel(item, "email").GetProperty("code").GetString().ShouldBe("planned");
        (await GetAsync("?customer=ada")).GetProperty("items").GetArrayLength().ShouldBe(1);
    }

    [Theory]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("?order=nobody-knows", HttpStatusCode.NotFound)]
    [InlineData("?customer=ada&limit=0", HttpStatusCode.BadRequest)]
    [InlineData("?customer=ada&cursor=nonsense", HttpStatusCode.BadRequest)]
    public async Task What_cannot_be_answered_is_refused(string query, HttpStatusCode status) => (await _staff.GetAsync(Path + query)).StatusCode.ShouldBe(status);

    [Fact]
    public async Task Pages_go_on_where_the_one_before_ended()
    {
        await PublishAsync(Placed("o-1"), Placed("o-2"), Placed("o-3"));
        var first = await GetAsync("?customer=ada&limit=2");
        var second = await GetAsync($"?customer=ada&limit=2&cursor={Uri.EscapeDataString(first.GetProperty("next").GetString()!)}");
        first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray()).Select(item => item.GetProperty("eventId").GetString()).Order().ShouldBe(["e-o-1", "e-o-2", "e-o-3"]);
        second.TryGetProperty("next", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_dry_run_says_what_would_go_out_and_does_nothing()
    {
        (await DryAsync(Placed("o-1"))).ShouldBe(("accepted", "send", "Goes out by email."));
        (await _staff.GetAsync($"/api/v1/{TestServer.Tenant}/orders/o-1")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync("?customer=ada")).GetProperty("items").GetArrayLength().ShouldBe(0);
        await PublishAsync(Placed("o-1"));
        (await RunAsync(Placed("o-1"))).GetProperty("outcome").GetString().ShouldBe("duplicate");
    }

    [Fact]
    public async Task A_dry_run_knows_the_addresses_to_which_nothing_is_sent()
    {
        using var made = await _admin.PostAsJsonAsync($"/api/v1/{TestServer.Tenant}/admin/suppressions", new { channel = "email", address = "ada@example.org" });
        made.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await DryAsync(Placed("o-1"))).ShouldBe(("accepted", "address_suppressed", "Nothing is sent to this address: manual."));
    }

    [Fact]
    public async Task A_dry_run_knows_the_limits_and_counts_nothing()
    {
        using var put = await _admin.PutAsJsonAsync($"/api/v1/{TestServer.Tenant}/admin/settings", new { limits = new { customerPerDay = 1 } });
        put.EnsureSuccessStatusCode();
        for (var run = 0; run < 3; run++)
        {
            (await DryAsync(Placed("o-1"))).Code.ShouldBe("send");
        }

        await PublishAsync(Placed("o-1"));
        await SentAsync("o-1");
        var (_, code, text) = await DryAsync(Placed("o-2"));
        code.ShouldBe("limit");
        text.ShouldContain("day limit of 1");
    }

    [Fact]
    public async Task A_node_that_sends_nothing_can_say_it_too()
    {
        await using var server = await TestServer.StartAsync(roles: Roles.Api);
        using var staff = server.Http(TestServer.Token("olga", "operator"));
        using var answer = await staff.PostAsync(Path + "/dry-run", Body(JsonSerializer.Serialize(Placed("o-1"), Protocol.ProtocolJson.Default.CloudEvent), "application/cloudevents+json"));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        Channel((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items")[0], "email").GetProperty("code").GetString().ShouldBe("send");
    }

    [Theory]
    [InlineData("{}", "application/cloudevents+json", "missing_field")]
    [InlineData("[]", "application/cloudevents-batch+json", "invalid_event")]
    public async Task A_dry_run_takes_one_event(string body, string type, string code)
    {
        using var answer = await _staff.PostAsync(Path + "/dry-run", Body(body, type));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().ShouldBe(code);
    }

    private static CloudEvent Placed(string order) => new()
    {
        Id = $"e-{order}",
        Source = "/shop",
        Type = EventTypes.OrderPlaced,
        Subject = order,
        Time = TimeProvider.System.GetUtcNow(),
        Data = JsonSerializer.SerializeToElement(new { customer = new { id = "ada", email = "ada@example.org", locale = "en" } }),
    };

    private static StringContent Body(string text, string type) => new(text, new MediaTypeHeaderValue(type));

    private static JsonElement Channel(JsonElement item, string channel) => item.GetProperty("channels").EnumerateArray().First(way => way.GetProperty("channel").GetString() == channel);

    private async Task PublishAsync(params CloudEvent[] events)
    {
        foreach (var one in events)
        {
            (await _server.Client("shop", "events:write").Events.PublishAsync(one)).Accepted.ShouldBe(1);
        }
    }

    private async Task<JsonElement> GetAsync(string query) => await _staff.GetFromJsonAsync<JsonElement>(Path + query);

    // The delivery of the order's mail, when it has been sent.
    private async Task<JsonElement> SentAsync(string order)
    {
        using var deadline = new CancellationTokenSource(Deadline.Default);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var items = (await GetAsync($"?order={order}")).GetProperty("items").EnumerateArray().ToList();
            if (items.Count > 0 && Channel(items[0], "email").GetProperty("delivery") is var delivery && delivery.GetProperty("state").GetString() == "sent")
            {
                return delivery;
            }

            await again.WaitForNextTickAsync(deadline.Token);
        }
    }

    private async Task<JsonElement> RunAsync(CloudEvent what)
    {
        using var answer = await _staff.PostAsync(Path + "/dry-run", Body(JsonSerializer.Serialize(what, Protocol.ProtocolJson.Default.CloudEvent), "application/cloudevents+json"));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task<(string? Outcome, string? Code, string Text)> DryAsync(CloudEvent what)
    {
        var run = await RunAsync(what);
        var email = Channel(run.GetProperty("items").EnumerateArray().ShouldHaveSingleItem(), "email");
        return (run.GetProperty("outcome").GetString(), email.GetProperty("code").GetString(), email.GetProperty("text").GetString()!);
    }
}
