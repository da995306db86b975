using System.Net.Http.Json;
using System.Net.WebSockets;
using Milepost.Core.Streams;
using Milepost.Protocol;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Sessions;
using Milepost.Server.Testing;
using Milepost.Testing;

namespace Milepost.Server.Tests.Gateway;

public sealed class LiveEndpointTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private Shop _shop = null!;

    private static string Anna => TestServer.Token("anna");

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _shop = new Shop(_server);
    }

    public async ValueTask DisposeAsync()
    {
        _shop.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Notifications_arrive_live()
    {
        await using var live = await LiveSocket.OpenAsync(_server, "/ws/notifications", Anna);
        (await live.NextAsync(FrameTypes.Ready)).Streams!.Select(stream => (stream.Stream, stream.Offset)).ShouldBe([("notifications", 0L)]);
        await _shop.PlacesAsync("o-1", "anna");

        var frame = await live.NextAsync(FrameTypes.NotificationNew);
        (frame.Stream, frame.Offset).ShouldBe(("notifications", 1));
        frame.Data.GetProperty("unread").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task An_order_is_tracked_from_its_beginning()
    {
        await _shop.PlacesAsync("o-1", "anna");
        await using var live = await LiveSocket.OpenAsync(_server, "/ws/orders/o-1/tracking?since=earliest", Anna);
        var placed = await live.NextAsync(FrameTypes.OrderStatusChanged);
        (placed.Stream, placed.Offset, placed.Data.GetProperty("status").GetString()).ShouldBe(("order:o-1", 1, "placed"));
        (await live.NextAsync(FrameTypes.Ready)).Streams!.Single().Replayed.ShouldBe(1);
        await _shop.WritesNoteAsync("o-1");
        (await live.NextAsync(FrameTypes.OrderUpdated)).Offset.ShouldBe(2);
    }

    [Fact]
    public async Task One_connection_follows_and_leaves_streams()
    {
        await _shop.PlacesAsync("o-1", "anna");
        await using var live = await LiveSocket.OpenAsync(_server, "/ws", Anna);
        await live.SendAsync("""{"type":"subscribe","streams":["order:o-1","order:of-nobody"],"since":"earliest"}""");
        var error = await live.NextAsync(FrameTypes.Error);
        (error.Code, error.Stream, error.Retry).ShouldBe(("not_found", "order:of-nobody", false));
        (await live.NextAsync(FrameTypes.OrderStatusChanged)).Offset.ShouldBe(1);
        (await live.NextAsync(FrameTypes.Ready)).Streams!.Single().Stream.ShouldBe("order:o-1");
        await live.SendAsync("""{"type":"subscribe","streams":["notifications"]}""");
        await live.NextAsync(FrameTypes.Ready);
        await live.SendAsync("""{"type":"unsubscribe","streams":["order:o-1"]}""");
        await live.SendAsync("""{"type":"visible","visible":false}""");
        await live.SendAsync("""{"type":"ping"}""");
        await live.NextAsync(FrameTypes.Pong);
        await _shop.WritesNoteAsync("o-1");
        (await live.NextAsync()).ShouldNotBeNull().Type.ShouldBe(FrameTypes.NotificationNew);
    }

    [Fact]
    public async Task An_acknowledgement_reaches_the_log()
    {
        await _shop.PlacesAsync("o-1", "anna");
        await _shop.WritesNoteAsync("o-1");
        await using var live = await LiveSocket.OpenAsync(_server, "/ws/orders/o-1/tracking?since=earliest", Anna);
        var first = await live.NextAsync();
        await live.SendAsync($$"""{"type":"ack","cursor":"{{first!.Cursor}}"}""");

        var log = _server.Get<IStreamLog>();
        var stream = StreamName.Order(TestServer.Tenant, "o-1");
        using var deadline = new CancellationTokenSource(Deadline.Default);
        while (await log.AcknowledgedAsync(stream, deadline.Token) == 0)
        {
            await Task.Yield();
        }

        (await log.AcknowledgedAsync(stream, deadline.Token)).ShouldBe(1);
    }

    [Fact]
    public async Task Renewed_credentials_of_the_same_caller_are_accepted()
    {
        await using var live = await LiveSocket.OpenAsync(_server, "/ws/notifications", TestServer.TokenFor(TestServer.Tenant, "anna", TimeSpan.FromSeconds(50)));
        await live.UntilAsync(FrameTypes.TokenExpiring);
        await live.SendAsync($$"""{"type":"token","token":"{{Anna}}"}""");
        (await live.UntilAsync(FrameTypes.TokenAccepted)).ExpiresAt.ShouldNotBeNull().ShouldBeGreaterThan(TimeProvider.System.GetUtcNow().AddMinutes(50));
        await live.SendAsync("""{"type":"token","token":"rubbish"}""");
        (await live.UntilAsync(FrameTypes.Error)).Code.ShouldBe("unauthorized");
    }

    [Theory]
    [InlineData("bert", new string[0])]
    [InlineData("anna", new[] { "operator" })]
    public async Task A_token_of_somebody_else_is_4002(string subject, string[] scopes)
    {
        await using var live = await LiveSocket.OpenAsync(_server, "/ws/notifications", Anna);
        await live.SendAsync($$"""{"type":"token","token":"{{TestServer.Token(subject, scopes)}}"}""");
        (await live.CloseCodeAsync()).ShouldBe(4002);
    }

    [Fact]
    public async Task A_connection_ends_with_its_token()
    {
        await using var live = await LiveSocket.OpenAsync(_server, "/ws/notifications", TestServer.TokenFor(TestServer.Tenant, "anna", TimeSpan.FromSeconds(3)));
        (await live.CloseCodeAsync()).ShouldBe(4101);
    }

    [Fact]
    public async Task Ten_mistakes_are_4001()
    {
        await using var live = await LiveSocket.OpenAsync(_server, "/ws/notifications", Anna);
        await live.NextAsync(FrameTypes.Ready);
        string[] mistakes =
        [
            "rubbish", "[]", "null", "{}", """{"type":"dance"}""", """{"type":"ack","cursor":"x"}""", """{"type":"subscribe"}""",
            """{"type":"subscribe","streams":["notifications"],"since":"x"}""", """{"type":"subscribe","streams":[null]}""",
        ];
        string[] codes =
        [
            "malformed_frame", "malformed_frame", "malformed_frame", "malformed_frame", "unknown_frame_type", "invalid_cursor", "missing_field",
            "invalid_cursor", "missing_field",
        ];
        for (var index = 0; index < mistakes.Length; index++)
        {
            await live.SendAsync(mistakes[index]);
            (await live.NextAsync(FrameTypes.Error)).Code.ShouldBe(codes[index], mistakes[index]);
        }

        live.Socket.State.ShouldBe(WebSocketState.Open);
        await live.SendAsync("one more");
        (await live.CloseCodeAsync()).ShouldBe(4001);
    }

    [Fact]
    public async Task A_flood_of_frames_is_4103()
    {
        await using var live = await LiveSocket.OpenAsync(_server, "/ws/notifications", Anna);
        for (var index = 0; index < 205; index++)
        {
            await live.SendAsync("""{"type":"visible"}""");
        }

        (await live.CloseCodeAsync()).ShouldBe(4103);
    }

    [Fact]
    public async Task Too_many_streams_are_refused()
    {
        await using var live = await LiveSocket.OpenAsync(_server, "/ws", Anna);
        var names = string.Join(',', Enumerable.Range(0, 51).Select(index => $"\"order:{index}\""));
        await live.SendAsync($$"""{"type":"subscribe","streams":[{{names}}]}""");
        (await live.NextAsync(FrameTypes.Error)).Code.ShouldBe("too_many_streams");
    }

    [Fact]
    public async Task One_cursor_resumes_on_every_transport()
    {
        const string streams = "notifications,order:o-1";
        await _shop.PlacesAsync("o-1", "anna");
        var seen = new List<(string, long)>();
        await using (var live = await LiveSocket.OpenAsync(_server, $"/ws?streams={streams}&since=earliest", Anna))
        {
            var first = await live.NextAsync();
            seen.Add((first!.Stream!, first.Offset!.Value));
            await _shop.WritesNotesAsync("o-1", 3);
            var cursor = first.Cursor!;
            using var http = _server.Http(Anna);
            await using (var events = await EventSource.OpenAsync(http, $"/api/v1/sse?streams={streams}", cursor))
            {
                for (var index = 0; index < 3; index++)
                {
                    cursor = Note(seen, (await events.NextAsync()).Frame) ?? cursor;
                }
            }

            var reply = (await http.GetFromJsonAsync($"/api/v1/poll?streams={streams}&since={cursor}", ProtocolJson.Default.PollReply, TestContext.Current.CancellationToken).Soon())!;
            foreach (var frame in reply.Frames)
            {
                Note(seen, frame);
            }

            await _shop.WritesNotesAsync("o-1", 2);
            await using var again = await LiveSocket.OpenAsync(_server, $"/ws?streams={streams}&since={reply.Cursor}", Anna);
            ServerFrame next;
            while ((next = (await again.NextAsync())!).Type != FrameTypes.Ready)
            {
                Note(seen, next);
            }
        }

        seen.Where(entry => entry.Item1 == "order:o-1").Select(entry => entry.Item2).ShouldBe([1, 2, 3, 4, 5, 6]);
        seen.Where(entry => entry.Item1 == "notifications").Select(entry => entry.Item2).ShouldBe([1, 2, 3, 4, 5, 6]);

        static string? Note(List<(string, long)> seen, ServerFrame frame)
        {
            if (frame.Offset is { } offset)
            {
                seen.Add((frame.Stream!, offset));
            }

            return frame.Cursor;
        }
    }

    [Fact]
    public async Task Events_carry_the_cursor_as_their_id_and_a_ticket_opens_once()
    {
        await _shop.PlacesAsync("o-1", "anna");
        using var http = _server.Http(Anna);
        var reply = await http.PostAsync("/api/v1/acme/realtime/tickets", null, TestContext.Current.CancellationToken).Soon();
        var ticket = (await reply.Content.ReadFromJsonAsync(ProtocolJson.Default.TicketReply, TestContext.Current.CancellationToken).Soon())!.Ticket;
        using var anonymous = _server.Http(null);
        await using (var events = await EventSource.OpenAsync(anonymous, $"/api/v1/sse?streams=order:o-1&since=earliest&ticket={ticket}", null))
        {
            var (id, frame) = await events.NextAsync();
            (frame.Type, frame.Offset, frame.Cursor).ShouldBe((FrameTypes.OrderStatusChanged, 1, id));
        }

        var second = await anonymous.GetAsync($"/api/v1/sse?streams=order:o-1&ticket={ticket}", TestContext.Current.CancellationToken).Soon();
        ((int)second.StatusCode).ShouldBe(401);
        (await second.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("\"invalid_ticket\"");
    }

    [Fact]
    public async Task A_poll_without_since_tells_the_position_and_with_it_waits_for_news()
    {
        await _shop.PlacesAsync("o-1", "anna");
        using var http = _server.Http(Anna);
        var position = await PollAsync("");
        position.Frames.Select(frame => frame.Type).ShouldBe([FrameTypes.Ready]);
        var waiting = PollAsync($"&since={position.Cursor}");
        while (_server.Get<SessionRegistry>().Count == 0)
        {
            await Task.Yield();
        }

        waiting.IsCompleted.ShouldBeFalse();
        await _shop.WritesNoteAsync("o-1");
        (await waiting).Frames.First().Offset.ShouldBe(2);

        async Task<PollReply> PollAsync(string since) =>
            (await http.GetFromJsonAsync($"/api/v1/poll?streams=order:o-1{since}", ProtocolJson.Default.PollReply, TestContext.Current.CancellationToken).Soon())!;
    }

    [Fact]
    public async Task A_poll_without_news_answers_in_time_with_no_frames()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Gateway.PollSeconds = 1);
        using var http = server.Http(Anna);
        var position = (await http.GetFromJsonAsync("/api/v1/poll?streams=notifications", ProtocolJson.Default.PollReply, TestContext.Current.CancellationToken).Soon())!;
        var reply = (await http.GetFromJsonAsync($"/api/v1/poll?streams=notifications&since={position.Cursor}", ProtocolJson.Default.PollReply, TestContext.Current.CancellationToken).Soon())!;
        (reply.Frames.Count, reply.Cursor).ShouldBe((0, position.Cursor));
        server.Get<SessionRegistry>().Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_poll_answers_at_most_500_entries()
    {
        await _shop.PlacesAsync("o-1", "anna");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _shop.WritesNotesAsync("o-1", 70)));
        using var http = _server.Http(Anna);
        var first = (await http.GetFromJsonAsync("/api/v1/poll?streams=order:o-1&since=earliest", ProtocolJson.Default.PollReply, TestContext.Current.CancellationToken).Soon())!;
        var second = (await http.GetFromJsonAsync($"/api/v1/poll?streams=order:o-1&since={first.Cursor}", ProtocolJson.Default.PollReply, TestContext.Current.CancellationToken).Soon())!;
        first.Frames.Count.ShouldBe(500);
        first.Frames.Concat(second.Frames).Where(frame => frame.Offset is not null).Select(frame => frame.Offset!.Value).ShouldBe(Enumerable.Range(1, 561).Select(offset => (long)offset));
    }

    [Fact]
    public async Task Stopping_the_server_sends_everybody_away_within_seconds()
    {
        await using var live = await LiveSocket.OpenAsync(_server, "/ws/notifications", Anna);
        var ready = await live.NextAsync(FrameTypes.Ready);
        using var http = _server.Http(Anna);
        await using var events = await EventSource.OpenAsync(http, "/api/v1/sse?streams=notifications", null);
        await events.NextAsync();
        var stopping = _server.App.StopAsync(TestContext.Current.CancellationToken);

        var reconnect = await live.NextAsync(FrameTypes.Reconnect);
        reconnect.Cursor.ShouldBe(ready.Cursor);
        reconnect.AfterMs.ShouldNotBeNull().ShouldBeInRange(0, 5000);
        (await live.CloseCodeAsync()).ShouldBe(4100);
        (await events.NextAsync()).Frame.Type.ShouldBe(FrameTypes.Reconnect);
        await stopping.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }
}
