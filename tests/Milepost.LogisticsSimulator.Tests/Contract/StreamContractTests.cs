using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Milepost.LogisticsSimulator.Faults;
using Milepost.LogisticsSimulator.Fleet;
using Milepost.Testing;

namespace Milepost.LogisticsSimulator.Tests.Contract;

/// <summary>What <c>logistics.asyncapi.yaml</c> says of the stream. Reading holds each message against its schema.</summary>
public sealed class StreamContractTests
{
    [Fact]
    public async Task Numbers_rise_by_one_and_say_when_to_read_again()
    {
        await using var service = await Service.StartAsync();
        await using var feed = await service.ListenAsync();
        (await feed.NextAsync()).ToJsonString().ShouldBe("""{"type":"hello","sequence":0,"oldest":0}""");
        service.Assign();
        service.World.Depart("demo", "o-1");
        service.PassUntil("o-1", OrderPhase.Done);
        service.Pass(10);

        var messages = (await feed.CatchUpAsync()).Where(message => !Feed.Is("heartbeat")(message)).ToList();
        messages.Select(message => message["sequence"]!.GetValue<long>()).ShouldBe(Enumerable.Range(1, messages.Count).Select(number => (long)number));
        messages.Select(message => message["type"]!.GetValue<string>()).Distinct().ShouldBe(["route", "eta", "location"], ignoreOrder: true);
        messages.Where(message => !Feed.Is("location")(message)).ShouldAllBe(message => message["orderId"]!.GetValue<string>() == "o-1");
        messages.Where(Feed.Is("location")).Select(message => message["driverId"]!.GetValue<string>()).Distinct().ShouldBe(["d-1", "d-2"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_driver_is_measured_in_the_rhythm_of_the_device()
    {
        await using var service = await Service.StartAsync(options => options with { FixInterval = TimeSpan.FromSeconds(4) });
        await using var feed = await service.ListenAsync();
        service.Pass(60);
        var times = (await feed.LocationsAsync()).Where(seen => seen.Driver == "d-1").Select(seen => seen.Time).ToList();
        times.Count.ShouldBe(15);
        times.Zip(times.Skip(1), (earlier, later) => later - earlier).ShouldAllBe(between => between == TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task A_stream_that_has_nothing_to_say_says_so_in_time()
    {
        await using var service = await Service.StartAsync(options => options with { Drivers = 0, HeartbeatInterval = TimeSpan.FromSeconds(10) });
        await using var feed = await service.ListenAsync();
        await feed.NextAsync();
        service.Pass(30.5);
        for (var n = 0; n < 3; n++)
        {
            (await feed.NextAsync()).ToJsonString().ShouldBe("""{"type":"heartbeat","sequence":0}""");
        }
    }

    [Fact]
    public async Task Who_resumes_gets_what_came_since_without_a_hole()
    {
        await using var service = await Service.StartAsync();
        service.Pass(20);
        await using var feed = await service.ListenAsync(after: 7);
        (await feed.NextAsync())["sequence"]!.GetValue<long>().ShouldBe(20);
        service.Pass(10);
        (await feed.CatchUpAsync()).Select(message => message["sequence"]!.GetValue<long>()).ShouldBe(Enumerable.Range(8, 23).Select(number => (long)number));
    }

    [Fact]
    public async Task Who_comes_without_a_number_gets_only_what_comes()
    {
        await using var service = await Service.StartAsync();
        service.Pass(20);
        await using var feed = await service.ListenAsync();
        (await feed.NextAsync())["sequence"]!.GetValue<long>().ShouldBe(20);
        service.Pass(2);
        (await feed.CatchUpAsync()).Select(message => message["sequence"]!.GetValue<long>()).ShouldBe([21, 22]);
    }

    [Fact]
    public async Task What_is_not_kept_any_more_is_a_gap()
    {
        await using var service = await Service.StartAsync(options => options with { Kept = 5 });
        service.Pass(20);
        await using var resumable = await service.ListenAsync(after: 15);
        (await resumable.NextAsync()).ToJsonString().ShouldBe("""{"type":"hello","sequence":20,"oldest":15}""");
        (await resumable.NextAsync())["sequence"]!.GetValue<long>().ShouldBe(16);

        await using var tooLate = await service.ListenAsync(after: 14);
        await tooLate.NextAsync();
        (await tooLate.NextAsync()).ToJsonString().ShouldBe("""{"type":"gap","from":15,"to":15}""");
        (await tooLate.NextAsync())["sequence"]!.GetValue<long>().ShouldBe(16);
    }

    [Fact]
    public async Task A_number_that_was_not_reached_yet_means_that_the_service_counts_anew()
    {
        await using var service = await Service.StartAsync();
        await using var feed = await service.ListenAsync(after: 4711);
        (await feed.NextAsync()).ToJsonString().ShouldBe("""{"type":"hello","sequence":0,"oldest":0}""");
        service.Pass(2);
        (await feed.CatchUpAsync()).Select(message => message["sequence"]!.GetValue<long>()).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Tenants_have_streams_and_drivers_of_their_own()
    {
        await using var service = await Service.StartAsync(options => options with { Tenants = ["demo", "other"], Drivers = 1 });
        await using var own = await service.ListenAsync();
        await using var other = await service.ListenAsync("other");
        service.Pass(10);
        var (here, there) = (await own.LocationsAsync(), await other.LocationsAsync());
        here.Select(seen => seen.Sequence).ShouldBe([1, 2, 3, 4, 5]);
        there.Select(seen => seen.Sequence).ShouldBe([1, 2, 3, 4, 5]);
        here[0].Place.MetersTo(service.World.WhereaboutsOf("demo", "d-1").Place).ShouldBeLessThan(15);
        there[0].Place.MetersTo(service.World.WhereaboutsOf("other", "d-1").Place).ShouldBeLessThan(15);
        here[0].Place.MetersTo(there[0].Place).ShouldBeGreaterThan(30);
    }

    [Fact]
    public async Task A_close_is_answered()
    {
        await using var service = await Service.StartAsync();
        await using var feed = await service.ListenAsync();
        await feed.CloseAsync(CancellationToken.None).Soon();
        feed.CloseStatus.ShouldBe(WebSocketCloseStatus.NormalClosure);
    }

    [Fact]
    public async Task A_service_that_restarts_says_goodbye()
    {
        await using var service = await Service.StartAsync();
        await using var feed = await service.ListenAsync();
        await feed.NextAsync();
        var closed = feed.TextAsync(CancellationToken.None);
        await service.Simulator.DisposeAsync();
        (await closed.Soon()).ShouldBeNull();
        feed.CloseStatus.ShouldBe(WebSocketCloseStatus.EndpointUnavailable);
    }

    [Theory]
    [InlineData("?after=-1", "sim-demo", "logistics.v1", null, 400, "bad_after")]
    [InlineData("?after=x", "sim-demo", "logistics.v1", null, 400, "bad_after")]
    [InlineData("", "sim-demo", "another", null, 400, "wrong_subprotocol")]
    [InlineData("", "nothing", "logistics.v1", null, 401, "unauthorized")]
    [InlineData("", "sim-other", "logistics.v1", null, 403, "wrong_tenant")]
    [InlineData("", "sim-demo", "logistics.v1", FaultKind.TooMany, 429, "too_many_requests")]
    [InlineData("", "sim-demo", "logistics.v1", FaultKind.Unavailable, 503, "unavailable")]
    public async Task A_handshake_is_refused_like_any_request(string query, string token, string subprotocol, FaultKind? fault, int status, string code)
    {
        await using var service = await Service.StartAsync(options => options with { Tenants = ["demo", "other"], Faults = fault is { } kind ? [new Fault(kind)] : [] });
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(service.Simulator.BaseUrl, $"v1/demo/locations{query}"));
        foreach (var (name, value) in new[]
        {
            ("Authorization", $"Bearer {token}"), ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("Sec-WebSocket-Protocol", subprotocol),
        })
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await http.SendAsync(request).Soon();
        response.StatusCode.ShouldBe((HttpStatusCode)status);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync());
        new SchemaCheck(Document.Rest).Faults(Document.Rest.At("components", "schemas", "Problem"), problem).ShouldBeEmpty();
        problem!["code"]!.GetValue<string>().ShouldBe(code);
        response.Headers.Contains("Retry-After").ShouldBe(status is 429 or 503);
    }
}
