using System.Net;
using System.Text;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;
using Milepost.Server.Testing;

namespace Milepost.Server.Tests.Api;

public sealed class OrdersAndInboxTests
{
    [Fact]
    public async Task Paging_shows_every_order_once_newest_first()
    {
        await using var server = await TestServer.StartAsync();
        await PostAsync(server, [.. Enumerable.Range(0, 23).Select(index => Placed($"o-{index:00}", "c-1"))]);
        using var http = server.Http(TestServer.Token("c-1"));
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await (await http.GetAsync($"/api/v1/acme/orders?limit=5{(cursor is null ? "" : "&cursor=" + cursor)}")).JsonAsync<OrderPage>())!;
            seen.AddRange(page.Items.Select(order => order.Id));
            cursor = page.Next;
        }
        while (cursor is not null);
        seen.ShouldBe(Enumerable.Range(0, 23).Reverse().Select(index => $"o-{index:00}"));
    }

    [Fact]
    public async Task A_customer_sees_own_orders_and_an_operator_all_by_every_filter()
    {
        await using var server = await TestServer.StartAsync();
        await PostAsync(server, Placed("o-1", "c-1"), Placed("o-2", "c-2"), Placed("o-3", "c-1"), Event("o-1", "order.cancelled", "{}"));
        (await ListAsync(server, TestServer.Token("c-1"), "")).ShouldBe(["o-3", "o-1"]);
        (await ListAsync(server, TestServer.Token("c-1"), "?customer=c-2")).ShouldBe(["o-3", "o-1"]);
        (await ListAsync(server, TestServer.Token("op", "operator"), "")).ShouldBe(["o-3", "o-2", "o-1"]);
        (await ListAsync(server, TestServer.Token("op", "operator"), "?customer=c-2")).ShouldBe(["o-2"]);
        (await ListAsync(server, TestServer.Token("op", "operator"), "?active=false")).ShouldBe(["o-1"]);
        (await ListAsync(server, TestServer.Token("op", "operator"), "?active=true&status=placed,paid")).ShouldBe(["o-3", "o-2"]);
    }

    [Fact]
    public async Task The_order_of_somebody_else_is_answered_like_one_that_does_not_exist()
    {
        await using var server = await TestServer.StartAsync();
        await PostAsync(server, Placed("o-1", "c-1"));
        using var http = server.Http(TestServer.Token("c-2"));
        foreach (var suffix in (string[])["", "/tracking"])
        {
            using var foreign = await http.GetAsync("/api/v1/acme/orders/o-1" + suffix);
            using var unknown = await http.GetAsync("/api/v1/acme/orders/o-9" + suffix);
            foreign.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await foreign.Content.ReadAsStringAsync()).ShouldBe(await unknown.Content.ReadAsStringAsync());
        }

        using var other = server.Http(TestServer.TokenFor("globex", "c-1", TimeSpan.FromHours(1)));
        (await (await other.GetAsync("/api/v1/acme/orders/o-1")).ProblemAsync()).Code.ShouldBe("wrong_tenant");
    }

    [Fact]
    public async Task The_cursor_of_a_snapshot_resumes_exactly_behind_it()
    {
        await using var server = await TestServer.StartAsync();
        await PostAsync(server, Placed("o-1", "c-1"), Event("o-1", "order.paid", "{}"));
        using var http = server.Http(TestServer.Token("c-1"));
        var tracking = (await (await http.GetAsync("/api/v1/acme/orders/o-1/tracking")).JsonAsync<OrderTracking>())!;
        (tracking.Stream.Stream, tracking.Stream.Offset, tracking.Timeline.Count).ShouldBe(("order:o-1", 2, 2));
        await PostAsync(server, Event("o-1", "order.status.changed", """{"status":"accepted"}"""), Event("o-1", "order.note.added", """{"note":"x"}"""));
        var poll = (await (await http.GetAsync($"/api/v1/poll?streams=order:o-1&since={tracking.Stream.Cursor}")).JsonAsync<PollReply>())!;
        poll.Frames.Where(frame => frame.Offset is not null).Select(frame => (frame.Offset, frame.Type)).ShouldBe([(3L, "order.status.changed"), (4L, "order.updated")]);
    }

    [Fact]
    public async Task What_one_device_does_is_an_entry_for_the_others()
    {
        await using var server = await TestServer.StartAsync();
        await PostAsync(server, Placed("o-1", "c-1"), Event("o-1", "order.paid", "{}"));
        using var http = server.Http(TestServer.Token("c-1"));
        var page = (await (await http.GetAsync("/api/v1/acme/notifications")).JsonAsync<NotificationPage>())!;
        (page.Unread, page.Total, page.Stream.Offset).ShouldBe((2, 2, 2));
        (await (await http.PutAsync($"/api/v1/acme/notifications/{page.Items[0].Id}/read", null)).JsonAsync<InboxCounts>()).ShouldBe(new InboxCounts(1, 2));
        (await (await http.PutAsync($"/api/v1/acme/notifications/{page.Items[1].Id}/archived", null)).JsonAsync<InboxCounts>()).ShouldBe(new InboxCounts(0, 1));
        (await (await http.DeleteAsync($"/api/v1/acme/notifications/{page.Items[1].Id}/archived")).JsonAsync<InboxCounts>()).ShouldBe(new InboxCounts(1, 2));
        (await (await http.PutAsync("/api/v1/acme/notifications/read-all", null)).JsonAsync<InboxCounts>()).ShouldBe(new InboxCounts(0, 2));
        (await (await http.PutAsync("/api/v1/acme/notifications/read-all", null)).JsonAsync<InboxCounts>()).ShouldBe(new InboxCounts(0, 2));
        var poll = (await (await http.GetAsync($"/api/v1/poll?streams=notifications&since={page.Stream.Cursor}")).JsonAsync<PollReply>())!;
        poll.Frames.Where(frame => frame.Offset is not null).Select(frame => (frame.Offset, frame.Type))
            .ShouldBe([(3L, "notification.updated"), (4L, "notification.updated"), (5L, "notification.updated"), (6L, "unread.changed")]);

        using var stranger = server.Http(TestServer.Token("c-2"));
        (await (await stranger.PutAsync($"/api/v1/acme/notifications/{page.Items[0].Id}/archived", null)).ProblemAsync()).Code.ShouldBe("not_found");
    }

    [Theory]
    [InlineData("GET", "/nowhere", 404, "not_found")]
    [InlineData("GET", "/api/v1/acme/nothing", 404, "not_found")]
    [InlineData("DELETE", "/api/v1/acme/orders", 405, "method_not_allowed")]
    [InlineData("HEAD", "/api/v1/acme/events", 405, null)]
    [InlineData("GET", "/api/v1/acme/orders?limit=0", 400, "invalid_parameter")]
    [InlineData("GET", "/api/v1/acme/orders?limit=201", 400, "invalid_parameter")]
    [InlineData("GET", "/api/v1/acme/orders?limit=1&limit=2", 400, "invalid_parameter")]
    [InlineData("GET", "/api/v1/acme/orders?active=1", 400, "invalid_parameter")]
    [InlineData("GET", "/api/v1/acme/orders?status=none", 400, "unknown_status")]
    [InlineData("GET", "/api/v1/acme/orders?cursor=abc", 400, "invalid_cursor")]
    [InlineData("GET", "/api/v1/acme/orders?cursor=___________", 400, "invalid_cursor")]
    [InlineData("GET", "/api/v1/acme/orders?cursor=%00%ff", 400, "invalid_cursor")]
    [InlineData("GET", "/api/v1/acme/notifications?unread=yes", 400, "invalid_parameter")]
    [InlineData("GET", "/api/v1/acme/notifications?category=Order", 400, "invalid_parameter")]
    [InlineData("GET", "/api/v1/acme/notifications?before=x", 400, "invalid_cursor")]
    [InlineData("PUT", "/api/v1/acme/notifications/none/read", 404, "not_found")]
    [InlineData("GET", "/api/v1/poll", 400, "missing_field")]
    [InlineData("GET", "/api/v1/poll?streams=order:none", 404, "not_found")]
    [InlineData("GET", "/api/v1/poll?streams=notifications&since=%21", 400, "invalid_cursor")]
    [InlineData("GET", "/ws", 426, "websocket_required")]
    public async Task Every_error_is_a_problem_with_a_code(string method, string path, int status, string? code)
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Http(TestServer.Token("c-1"));
        using var answer = await http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        ((int)answer.StatusCode).ShouldBe(status);
        if (code is not null)
        {
            (await answer.ProblemAsync()).Code.ShouldBe(code);
        }
    }

    private static async Task<IEnumerable<string>> ListAsync(TestServer server, string token, string query)
    {
        using var http = server.Http(token);
        return (await (await http.GetAsync("/api/v1/acme/orders" + query)).JsonAsync<OrderPage>())!.Items.Select(order => order.Id);
    }

    private static string Placed(string order, string customer) => Event(order, "order.placed", $$$"""{"customer":{"id":"{{{customer}}}"}}""");

    private static string Event(string order, string type, string data) =>
        $$"""{"specversion":"1.0","id":"{{Guid.NewGuid():N}}","source":"/s","type":"{{type}}","subject":"{{order}}","data":{{data}}}""";

    // One by one: what has no time of its own is taken in the order in which it comes.
    private static async Task PostAsync(TestServer server, params string[] events)
    {
        using var http = server.Http(TestServer.Token("shop", "events:write"));
        foreach (var one in events)
        {
            using var answer = await http.PostAsync("/api/v1/acme/events", new StringContent(one, Encoding.UTF8, "application/cloudevents+json"));
            answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        }
    }
}
