using System.Net;
using System.Text;
using Milepost.Core.Customers;
using Milepost.Core.Preferences;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Preferences;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Gateway;
using Milepost.Server.Unsubscribe;
using Milepost.Testing;

namespace Milepost.Server.Tests.Unsubscribe;

public sealed class UnsubscribeTests : IAsyncLifetime
{
    private const string Public = "https://track.shop.example/live/";
    private const string Customer = "ada@example.org";
    private TestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(settings => settings.Gateway.PublicUrl = Public);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task One_click_ends_e_mails_of_a_type_and_of_no_other()
    {
        var path = PathOf(LinkOf("order.delivered"));
        await using var socket = await LiveSocket.OpenAsync(_server, "/ws/notifications", TestServer.Token(Customer));
        await socket.NextAsync("ready");
        using var answer = await PostAsync(path, "List-Unsubscribe=One-Click");
        (answer.StatusCode, answer.Headers.Contains("Set-Cookie"), answer.Headers.Location).ShouldBe((HttpStatusCode.OK, false, null));
        (await answer.Content.ReadAsStringAsync()).ShouldContain("Delivered");
        await socket.UntilAsync("preferences.changed");
        var own = await OwnAsync();
        own!.Types!.ShouldHaveSingleItem().Key.ShouldBe("order.delivered");
        own.Types["order.delivered"].ShouldBe(new Dictionary<NotificationChannel, bool> { [NotificationChannel.Email] = false });

        // A mail program may repeat itself.
        (await PostAsync(path, "")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _server.Get<ICustomerStore>().FindAsync("acme", Customer, CancellationToken.None))!.PreferencesVersion.ShouldBe(1);
    }

    [Fact]
    public async Task Looking_at_the_link_changes_nothing()
    {
        var path = PathOf(LinkOf("order.delivered"));
        using var http = _server.Http(null);
        using var answer = await http.GetAsync(path);
        var page = await answer.Content.ReadAsStringAsync();
        (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType).ShouldBe((HttpStatusCode.OK, "text/html"));
        page.ShouldContain("<form method=\"post\">");
        page.ShouldNotContain("ada");
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
        answer.Headers.GetValues("Referrer-Policy").Single().ShouldBe("same-origin");
        (await OwnAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task The_button_of_the_page_may_be_pressed_in_a_browser_and_pages_of_others_may_not_press_it()
    {
        var path = PathOf(LinkOf("order.delivered"));
        (await PostAsync(path, "List-Unsubscribe=One-Click", "https://evil.example")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await OwnAsync()).ShouldBeNull();
        (await PostAsync(path, "List-Unsubscribe=One-Click", "https://track.shop.example")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await OwnAsync()).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_category_ends_as_a_whole_with_the_types_that_were_switched_on_one_by_one()
    {
        using var http = _server.Http(TestServer.Token(Customer));
        (await http.PutAsync(
            "/api/v1/acme/notification-preferences",
            new StringContent("""{"types":{"order.placed":{"email":true,"sms":true},"order.note.added":{"email":true}}}""", Encoding.UTF8, "application/json"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        await PostAsync(PathOf(Links.For("acme", Customer, NotificationCategory.Order)), "");
        var own = (await OwnAsync())!;
        own.Categories![NotificationCategory.Order][NotificationChannel.Email].ShouldBeFalse();
        own.Types!["order.placed"].ShouldBe(new Dictionary<NotificationChannel, bool> { [NotificationChannel.Email] = false, [NotificationChannel.Sms] = true });
        own.Types["order.note.added"][NotificationChannel.Email].ShouldBeTrue();
    }

    [Fact]
    public void What_is_critical_has_no_link_and_without_an_address_nothing_has()
    {
        LinkOf("order.cancelled").ShouldBeNull();
        Links.For("acme", Customer, NotificationCategory.Security).ShouldBeNull();
        LinkOf("our.own").ShouldNotBeNull();
        LinkOf("our.own", priority: NotificationPriority.Critical).ShouldBeNull();
        LinkOf("our.own", NotificationCategory.Security).ShouldBeNull();
        new UnsubscribeLinks("", () => "secret").For("acme", Customer, Type("order.placed")).ShouldBeNull();
    }

    [Fact]
    public async Task A_link_for_what_became_critical_changes_nothing()
    {
        var token = new UnsubscribeToken("k").Write(new UnsubscribeTarget.OfType("acme", Customer, "order.cancelled"));
        new UnsubscribeToken("k").Read(token).ShouldNotBeNull().IsCritical.ShouldBeTrue();
        var real = PathOf(LinkOf("order.placed"))[UnsubscribeLinks.Path.Length..];
        Links.Read(real).ShouldBe(new UnsubscribeTarget.OfType("acme", Customer, "order.placed"));
        Links.Read(token).ShouldBeNull();
        (await PostAsync(UnsubscribeLinks.Path + token, "")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await OwnAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Nothing_of_a_link_can_be_changed_and_nothing_read()
    {
        var link = LinkOf("order.placed").ShouldNotBeNull();
        link.ShouldStartWith("https://track.shop.example/live/u/");
        link.ShouldBe(LinkOf("order.placed"));
        var token = link[(link.LastIndexOf('/') + 1)..];
        Encoding.Latin1.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(token)).ShouldNotContain("ada");
        for (var index = 0; index < token.Length; index++)
        {
            var changed = token.Remove(index, 1).Insert(index, token[index] == 'A' ? "B" : "A");
            Links.Read(changed).ShouldBeNull(changed);
        }

        foreach (var broken in (string[])["x", "AAAA", token[..^4], token + "AAAA", new string('A', 601), "%20", "a.b"])
        {
            using var answer = await PostAsync(UnsubscribeLinks.Path + broken, "");
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, broken);
        }
    }

    [Fact]
    public async Task A_link_outlives_a_restart_and_another_signing_key()
    {
        var link = LinkOf("order.placed").ShouldNotBeNull();
        await _server.App.StopAsync();
        await using var again = await TestServer.StartAsync(
            settings =>
            {
                settings.Auth.SigningKey = new string('n', 40);
                settings.Gateway.PublicUrl = Public;
            },
            _server.DataDirectory);
        again.Get<UnsubscribeLinks>().For("acme", Customer, Type("order.placed")).ShouldBe(link);
        await using var other = await TestServer.StartAsync(settings => settings.Gateway.PublicUrl = Public);
        other.Get<UnsubscribeLinks>().For("acme", Customer, Type("order.placed")).ShouldNotBe(link);
    }

    private UnsubscribeLinks Links => _server.Get<UnsubscribeLinks>();

    private static NotificationType Type(string name, NotificationCategory category = NotificationCategory.Social, NotificationPriority priority = NotificationPriority.Normal) =>
        NotificationTypes.Of(name, category, priority);

    private string? LinkOf(string type, NotificationCategory category = NotificationCategory.Social, NotificationPriority priority = NotificationPriority.Normal) =>
        Links.For("acme", Customer, Type(type, category, priority));

    private static string PathOf(string? link) => link.ShouldNotBeNull()[(Public.Length - 1)..];

    private async Task<NotificationPreferences?> OwnAsync() =>
        (await _server.Get<ICustomerStore>().FindAsync("acme", Customer, CancellationToken.None))?.Preferences;

    private async Task<HttpResponseMessage> PostAsync(string path, string body, string? origin = null)
    {
        using var http = _server.Http(null);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded") };
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        return await http.SendAsync(request).Soon();
    }
}
