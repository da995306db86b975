using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Milepost.Client.Notifications;
using Milepost.Client.Tests.Fakes;
using Milepost.Protocol.Events;
using Milepost.Protocol.Notifications;

namespace Milepost.Client.Tests.Http;

public sealed class RestTests
{
    private static readonly CloudEvent Placed = new() { Id = "1", Source = "/s", Type = EventTypes.OrderPlaced, Subject = "o-1" };

    [Fact]
    public async Task One_event_and_a_batch_have_their_own_media_types()
    {
        await using var server = await FakeMilepost.StartAsync();
        var seen = new List<string>();
        server.Rest = async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var kind = JsonDocument.Parse(await reader.ReadToEndAsync()).RootElement.ValueKind;
            seen.Add($"{context.Request.Method} {context.Request.Path} {context.Request.ContentType} {context.Request.Headers.Authorization} {kind}");
            context.Response.StatusCode = 202;
            await context.Response.WriteAsync("""{"accepted":1,"duplicates":0,"rejected":[{"index":1,"id":"2","code":"unknown_status","field":"data.status","detail":"x"}]}""");
        };
        await using var client = new MilepostClient(server.Options());

        (await client.Events.PublishAsync(Placed)).Accepted.ShouldBe(1);
        (await client.Events.PublishAsync([Placed, Placed])).Rejected.ShouldBe([new RejectedEvent(1, "2", "unknown_status", "data.status", "x")]);
        seen.ShouldBe(
        [
            "POST /api/v1/demo/events application/cloudevents+json Bearer t0ken Object",
            "POST /api/v1/demo/events application/cloudevents-batch+json Bearer t0ken Array",
        ]);
    }

    [Fact]
    public async Task Each_call_goes_to_its_address()
    {
        await using var server = await FakeMilepost.StartAsync();
        var seen = new List<string>();
        server.Rest = async context =>
        {
            seen.Add($"{context.Request.Method} {context.Request.Path.Value}{context.Request.QueryString}");
            await (context.Request.Method == "GET" || context.Request.Path.Value!.EndsWith("tickets", StringComparison.Ordinal)
                ? FakeMilepost.Problem(context, 404, "not_found", retry: false)
                : context.Response.WriteAsync("""{"unread":2,"total":3}"""));
        };
        await using var client = new MilepostClient(server.Options());

        (await client.Notifications.MarkReadAsync("n:1")).ShouldBe(new InboxCounts(2, 3));
        await client.Notifications.MarkUnreadAsync("n1");
        await client.Notifications.ReadAllAsync();
        await client.Notifications.ArchiveAsync("n1");
        await Should.ThrowAsync<MilepostException>(() => client.Notifications.ListAsync(
            new NotificationFilter { Unread = true, Category = NotificationCategory.Order, Archived = false, Limit = 5, Cursor = "a b" }));
        await Should.ThrowAsync<MilepostException>(() => client.Orders.ListAsync(10));
        await Should.ThrowAsync<MilepostException>(() => client.Orders.GetAsync("o|1"));
        await Should.ThrowAsync<MilepostException>(() => client.Orders.TrackingAsync("o1"));
        await Should.ThrowAsync<MilepostException>(() => client.Realtime.TicketAsync());
        seen.ShouldBe(
        [
            "PUT /api/v1/demo/notifications/n:1/read",
            "DELETE /api/v1/demo/notifications/n1/read",
            "PUT /api/v1/demo/notifications/read-all",
            "PUT /api/v1/demo/notifications/n1/archived",
            "GET /api/v1/demo/notifications?unread=true&category=order&archived=false&limit=5&cursor=a%20b",
            "GET /api/v1/demo/orders?limit=10",
            "GET /api/v1/demo/orders/o|1",
            "GET /api/v1/demo/orders/o1/tracking",
            "POST /api/v1/demo/realtime/tickets",
        ]);
    }

    [Fact]
    public async Task A_problem_becomes_an_exception_with_its_code()
    {
        await using var server = await FakeMilepost.StartAsync();
        server.Rest = context => FakeMilepost.Problem(context, 400, "unknown_status", retry: false);
        await using var client = new MilepostClient(server.Options());

        var thrown = await Should.ThrowAsync<MilepostException>(() => client.Events.PublishAsync(Placed));
        (thrown.Code, thrown.Status, thrown.Retry, thrown.Problem?.Field, thrown.Message).ShouldBe(("unknown_status", 400, false, "data.status", "The title: the detail"));
    }

    [Theory]
    [InlineData(502, true)]
    [InlineData(429, true)]
    [InlineData(404, false)]
    public async Task A_stranger_s_answer_is_judged_by_its_status(int status, bool retry)
    {
        await using var server = await FakeMilepost.StartAsync();
        server.Rest = context => FakeMilepost.Problem(context, status, code: null, retry: false);
        await using var client = new MilepostClient(server.Options());

        var thrown = await Should.ThrowAsync<MilepostException>(() => client.Events.PublishAsync(Placed));
        (thrown.Code, thrown.Status, thrown.Retry, thrown.Problem).ShouldBe((MilepostException.UnexpectedAnswer, status, retry, null));
    }

    [Fact]
    public async Task Retry_After_is_handed_on()
    {
        await using var server = await FakeMilepost.StartAsync();
        server.Rest = context =>
        {
            context.Response.Headers.RetryAfter = "3";
            return FakeMilepost.Problem(context, 503, "busy", retry: true);
        };
        await using var client = new MilepostClient(server.Options());

        var thrown = await Should.ThrowAsync<MilepostException>(() => client.Events.PublishAsync(Placed));
        (thrown.Retry, thrown.RetryAfter).ShouldBe((true, TimeSpan.FromSeconds(3)));
    }

    [Fact]
    public async Task A_connection_that_dies_before_it_is_used_is_unreachable_too()
    {
        await using var client = new MilepostClient(new MilepostClientOptions
        {
            BaseAddress = new Uri("http://milepost.example/"),
            Tenant = "shop",
            Token = MilepostClientOptions.ConstantToken("t"),
            Handler = new DeadSocket(),
        });

        var thrown = await Should.ThrowAsync<MilepostException>(() => client.Events.PublishAsync(Placed));
        (thrown.Code, thrown.Status, thrown.Retry).ShouldBe((MilepostException.Unreachable, null, true));
    }

    [Fact]
    public async Task No_server_is_unreachable_and_worth_a_retry()
    {
        var server = await FakeMilepost.StartAsync();
        var options = server.Options();
        await server.DisposeAsync();
        await using var client = new MilepostClient(options);

        var thrown = await Should.ThrowAsync<MilepostException>(() => client.Events.PublishAsync(Placed));
        (thrown.Code, thrown.Status, thrown.Retry).ShouldBe((MilepostException.Unreachable, null, true));
    }

    /// <summary>Fails as .NET does when the connection is reset just after it was made, which no server can time.</summary>
    private sealed class DeadSocket : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromException<HttpResponseMessage>(new SocketException((int)SocketError.NotConnected));
    }
}
