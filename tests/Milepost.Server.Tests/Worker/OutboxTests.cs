using System.Net;
using System.Text;
using Milepost.Core.Deliveries;
using Milepost.Protocol.Deliveries;
using Milepost.Protocol.Notifications;
using Milepost.Server.Settings;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Api;
using Milepost.Testing;

namespace Milepost.Server.Tests.Worker;

public sealed class OutboxTests
{
    private const string Placed = """{"specversion":"1.0","id":"e-1","source":"/s","type":"order.placed","subject":"o-1","data":{"customer":{"id":"c-1","email":"ada@example.org"}}}""";
    private const string Paid = """{"specversion":"1.0","id":"e-2","source":"/s","type":"order.paid","subject":"o-1","data":{}}""";

    [Fact]
    public async Task A_paid_order_is_one_mail_however_often_it_is_posted()
    {
        await using var server = await TestServer.StartAsync();
        using var shop = server.Http(TestServer.Token("shop", "events:write"));
        for (var round = 0; round < 3; round++)
        {
            await PostAsync(shop, Placed, Paid);
        }

        var items = await MailsAsync(server, 2);
        items.Select(item => (item.Title, item.Address, item.Channel, item.Attempt))
            .ShouldBe([("We have received your order o-1", "ada@example.org", "email", 1), ("Payment received for your order o-1", "ada@example.org", "email", 1)], ignoreOrder: true);

        // Nothing else is on its way either: both deliveries are done and the queue is empty.
        var inbox = await InboxAsync(server);
        foreach (var notification in inbox.Items)
        {
            var kept = (await server.Get<IDeliveryQueue>().FindAsync("acme", Delivery.IdOf(notification.Id, DeliveryChannel.Email), CancellationToken.None))!;
            kept.Attempts.Count.ShouldBe(1);
        }

        (await server.Get<IDeliveryQueue>().DepthAsync(TimeProvider.System.GetUtcNow(), CancellationToken.None)).Queued.ShouldBe(0);
        (await PageAsync(server, "")).Items.Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_is_queued_while_no_worker_runs_is_sent_when_one_does()
    {
        var directory = Directory.CreateTempSubdirectory("milepost-test-").FullName;
        try
        {
            await using (var server = await TestServer.StartAsync(dataDirectory: directory, roles: Roles.Api))
            {
                using var shop = server.Http(TestServer.Token("shop", "events:write"));
                await PostAsync(shop, Placed);
                (await server.Get<IDeliveryQueue>().DepthAsync(TimeProvider.System.GetUtcNow(), CancellationToken.None)).Queued.ShouldBe(1);
            }

            await using var again = await TestServer.StartAsync(dataDirectory: directory);
            (await MailsAsync(again, 1)).Single().Title.ShouldBe("We have received your order o-1");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task The_outbox_is_paged_newest_first_and_another_tenant_s_is_not_in_it()
    {
        await using var server = await TestServer.StartAsync();
        var outbox = server.Get<IOutbox>();
        for (var index = 0; index < 5; index++)
        {
            await outbox.AddAsync(new OutboxMessage("acme", $"d-{index}", 1, DeliveryChannel.Sms, "+49 1", "Title", "Body", TimeProvider.System.GetUtcNow()), CancellationToken.None);
            await outbox.AddAsync(new OutboxMessage("globex", $"g-{index}", 1, DeliveryChannel.Email, "a@b.c", "Title", "Body", TimeProvider.System.GetUtcNow()), CancellationToken.None);
        }

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await PageAsync(server, $"?limit=2{(cursor is null ? "" : "&cursor=" + cursor)}");
            seen.AddRange(page.Items.Select(item => item.DeliveryId));
            cursor = page.Next;
        }
        while (cursor is not null);
        seen.ShouldBe(["d-4", "d-3", "d-2", "d-1", "d-0"]);
        using var http = server.Http(TestServer.Token("op", "operator"));
        (await (await http.GetAsync("/api/v1/acme/admin/outbox?limit=0")).ProblemAsync()).Code.ShouldBe("invalid_parameter");
        (await (await http.GetAsync("/api/v1/acme/admin/outbox?cursor=x")).ProblemAsync()).Code.ShouldBe("invalid_cursor");
    }

    private static async Task PostAsync(HttpClient http, params string[] events)
    {
        using var content = new StringContent($"[{string.Join(',', events)}]", Encoding.UTF8, "application/cloudevents-batch+json");
        using var answer = await http.PostAsync("/api/v1/acme/events", content);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<IReadOnlyList<OutboxItem>> MailsAsync(TestServer server, int count)
    {
        using var deadline = new CancellationTokenSource(Deadline.Default);
        while (true)
        {
            deadline.Token.ThrowIfCancellationRequested();
            var queue = server.Get<IDeliveryQueue>();
            var page = await PageAsync(server, "");
            var done = await Task.WhenAll(page.Items.Select(item => queue.FindAsync("acme", item.DeliveryId, CancellationToken.None)));
            if (page.Items.Count >= count && done.All(kept => kept!.Row.Progress.State == DeliveryState.Sent))
            {
                return page.Items;
            }
        }
    }

    private static async Task<OutboxPage> PageAsync(TestServer server, string query)
    {
        using var http = server.Http(TestServer.Token("op", "operator"));
        return (await (await http.GetAsync("/api/v1/acme/admin/outbox" + query)).JsonAsync<OutboxPage>())!;
    }

    private static async Task<NotificationPage> InboxAsync(TestServer server)
    {
        using var http = server.Http(TestServer.Token("c-1"));
        return (await (await http.GetAsync("/api/v1/acme/notifications")).JsonAsync<NotificationPage>())!;
    }
}
