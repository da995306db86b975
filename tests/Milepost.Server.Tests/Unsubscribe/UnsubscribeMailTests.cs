using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Milepost.Core.Deliveries;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Protocol.Deliveries;
using Milepost.Protocol.Events;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Preferences;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Api;
using Milepost.Testing;

namespace Milepost.Server.Tests.Unsubscribe;

/// <summary>From the mail that went out to the next one that does not: what a link ends is what the next message is checked by.</summary>
public sealed partial class UnsubscribeMailTests : IAsyncLifetime
{
    private const string Public = "https://track.shop.example";
    private const string Address = "ada@example.org";
    private const string Customer = "c-1";
    private TestServer _server = null!;
    private int _requests;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(settings => settings.Gateway.PublicUrl = Public);
        await RecordAsync(Event(EventTypes.CustomerUpdated, "known") with { Customer = new() { Id = Customer, Email = Address } });
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task One_click_in_a_digest_ends_digests_of_its_type()
    {
        await RecordAsync(Offer(), Offer());
        await PressAsync(LinkOf(await MailAsync("2 updates for you")).ShouldNotBeNull());
        await RecordAsync(Offer());
        var email = (await DecisionsAsync())[0].Channels.Single(way => way.Channel == NotificationChannel.Email);
        (email.Code, email.Text, email.Delivery).ShouldBe((ClearanceCode.Preference, "By e-mail: no; the customer chose so for this type.", null));
    }

    [Fact]
    public async Task A_digest_that_waits_already_does_not_go_out_behind_the_click()
    {
        await RecordAsync(Offer(), Offer());
        var link = LinkOf(await MailAsync("2 updates for you")).ShouldNotBeNull();
        await RecordAsync(Offer(TimeSpan.FromHours(24)));
        await PressAsync(link);
        var waiting = (await DecisionsAsync())[0].Channels.Single(way => way.Channel == NotificationChannel.Email).Delivery.ShouldNotBeNull();
        var kept = (await _server.Get<IDeliveryQueue>().FindAsync("acme", waiting.Id, CancellationToken.None))!.Row;
        var facts = new ClearanceFacts { Customer = await _server.Get<Core.Customers.ICustomerStore>().FindAsync("acme", Customer, CancellationToken.None) };
        ClearanceRules.Decide(new ClearanceCase(kept, facts, new(), kept.Delivery.Due))
            .ShouldBe(new Clearance.Stop(DeliveryState.Suppressed, ClearanceCode.Preference, "By e-mail: no; the customer chose so for this type."));
    }

    [Theory]
    [InlineData("normal", "social", true)]
    [InlineData("normal", "order", true)]
    [InlineData("critical", "social", false)]
    [InlineData("low", "security", false)]
    public async Task A_mail_of_a_tenant_s_own_type_has_a_link_unless_it_is_critical(string priority, string category, bool linked)
    {
        using var shop = _server.Http(TestServer.Token("shop", "notifications:write"));
        using var answer = await shop.PostAsync("/api/v1/acme/notifications", new StringContent(
            $$"""{"id":"r-1","type":"recall","category":"{{category}}","priority":"{{priority}}","customers":["{{Customer}}"],"channels":["email"]}""",
            Encoding.UTF8, "application/json"));
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        (LinkOf(await MailAsync("")) is not null).ShouldBe(linked);
    }

    [GeneratedRegex(@"https://track\.shop\.example(?<path>/u/[A-Za-z0-9_-]+)", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Link();

    private static string? LinkOf(OutboxMessage mail) => Link().Match(mail.Body) is { Success: true } found ? found.Groups["path"].Value : null;

    // The window's end is what the clock of the server says: a second is the shortest that a request can wait without one of our own.
    private RecordedEvent Offer(TimeSpan? window = null)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"offer-{++_requests}");
        return Event(EventTypes.NotificationRequested, id) with
        {
            Message = new MessageRequest
            {
                RequestId = id,
                Type = "offers2",
                Category = NotificationCategory.Social,
                Priority = NotificationPriority.Normal,
                Title = "Half the price",
                Body = "Today only.",
                Channels = [NotificationChannel.Email],
                DigestWindow = window ?? TimeSpan.FromSeconds(1),
            },
        };
    }

    private static RecordedEvent Event(string type, string id) => new()
    {
        Tenant = "acme",
        Source = "/shop",
        Id = id,
        Type = type,
        Subject = Customer,
        Time = TimeProvider.System.GetUtcNow(),
        ReceivedAt = TimeProvider.System.GetUtcNow(),
    };

    private async Task RecordAsync(params RecordedEvent[] events) =>
        (await _server.Get<EventRecorder>().RecordAsync(events, CancellationToken.None).Soon()).ShouldBeOfType<RecordResult.Recorded>().Outcomes.ShouldAllBe(outcome => outcome is RecordOutcome.Accepted);

    private async Task<OutboxMessage> MailAsync(string title)
    {
        using var deadline = new CancellationTokenSource(Deadline.Default);
        while (true)
        {
            deadline.Token.ThrowIfCancellationRequested();
            var mails = await _server.Get<IOutbox>().ListAsync("acme", before: null, 10, deadline.Token);
            if (mails.FirstOrDefault(mail => mail.Message.Title.Contains(title, StringComparison.Ordinal)) is { } found)
            {
                return found.Message;
            }

            await Task.Yield();
        }
    }

    private async Task PressAsync(string path)
    {
        using var http = _server.Http(null);
        using var answer = await http.PostAsync(path, new StringContent("List-Unsubscribe=One-Click", Encoding.UTF8, "application/x-www-form-urlencoded"));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private async Task<IReadOnlyList<Decision>> DecisionsAsync()
    {
        using var http = _server.Http(TestServer.Token("op", "operator"));
        return (await (await http.GetAsync($"/api/v1/acme/admin/decisions?customer={Customer}")).JsonAsync<DecisionPage>())!.Items;
    }
}
