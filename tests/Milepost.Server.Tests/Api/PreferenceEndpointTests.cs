using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Milepost.Client;
using Milepost.Core.Customers;
using Milepost.Protocol;
using Milepost.Protocol.Preferences;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Gateway;
using Milepost.Testing;

namespace Milepost.Server.Tests.Api;

public sealed class PreferenceEndpointTests : IAsyncLifetime
{
    private const string Path = "/api/v1/acme/notification-preferences";
    private const string MergePatch = "application/merge-patch+json";
    private TestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Who_has_chosen_nothing_sees_the_defaults()
    {
        var view = await ReadAsync();
        (view.Version, view.TimeZone, view.Locale, view.QuietHours).ShouldBe((0, "UTC", "en", null));
        view.Types["order.delivered"].Channels[NotificationChannel.Email].ShouldBe(new Choice(Allowed: true, ChoiceSource.Default, Fixed: false));
        view.Types["order.delivered"].Channels[NotificationChannel.Sms].ShouldBe(new Choice(Allowed: false, ChoiceSource.Default, Fixed: false));
        view.Types["order.cancelled"].Channels[NotificationChannel.Sms].ShouldBe(new Choice(Allowed: true, ChoiceSource.Critical, Fixed: true));
        view.Categories.Count.ShouldBe(5);
        (await _server.Get<ICustomerStore>().FindAsync("acme", "anna", CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_merge_changes_what_it_names_and_null_takes_back()
    {
        await TakenAsync("PATCH", """{"channels":{"sms":true,"push":false},"timeZone":"Europe/Berlin","types":{"order.placed":{"email":false}}}""");
        var view = await TakenAsync("PATCH", """{"channels":{"push":null},"types":{"order.paid":{"email":false}}}""");
        (view.Version, view.TimeZone).ShouldBe((2, "Europe/Berlin"));
        Own(view).ShouldBe("""{"channels":{"sms":true},"types":{"order.placed":{"email":false},"order.paid":{"email":false}},"timeZone":"Europe/Berlin"}""");
        view.Types["order.placed"].Channels[NotificationChannel.Email].ShouldBe(new Choice(Allowed: false, ChoiceSource.CustomerType, Fixed: false));
        view.Types["order.placed"].Channels[NotificationChannel.Sms].ShouldBe(new Choice(Allowed: true, ChoiceSource.CustomerChannel, Fixed: false));
        Own(await TakenAsync("PATCH", """{"types":null,"channels":null,"timeZone":null}""")).ShouldBe("{}");
    }

    [Fact]
    public async Task A_replacement_leaves_nothing_of_before()
    {
        await TakenAsync("PATCH", """{"channels":{"sms":true},"locale":"de"}""");
        Own(await TakenAsync("PUT", """{"timeZone":"Asia/Kolkata"}""")).ShouldBe("""{"timeZone":"Asia/Kolkata"}""");
        Own(await ReadAsync()).ShouldBe("""{"timeZone":"Asia/Kolkata"}""");
    }

    [Fact]
    public async Task What_changes_nothing_counts_no_version_and_tells_nobody()
    {
        await TakenAsync("PATCH", """{"channels":{"sms":true}}""");
        (await TakenAsync("PATCH", """{"channels":{"sms":true},"fax":null}""")).Version.ShouldBe(1);
        (await TakenAsync("PUT", """{"channels":{"sms":true}}""")).Version.ShouldBe(1);
    }

    [Fact]
    public async Task With_a_stale_version_nothing_changes()
    {
        using var first = await SendAsync("PATCH", """{"channels":{"sms":true}}""");
        var tag = first.Headers.ETag.ShouldNotBeNull();
        tag.ToString().ShouldBe("\"1\"");
        (await SendAsync("PATCH", """{"channels":{"push":false}}""", ifMatch: "\"0\", \"1\"")).StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var stale in (string[])["\"1\"", "W/\"2\"", "\"x\"", "garbage", "\"22\""])
        {
            using var answer = await SendAsync("PUT", "{}", ifMatch: stale);
            (answer.StatusCode, (await answer.ProblemAsync()).Code).ShouldBe((HttpStatusCode.PreconditionFailed, "precondition_failed"), stale);
        }

        (await SendAsync("PUT", """{"locale":"de"}""", ifMatch: "*")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ReadAsync()).Version.ShouldBe(3);
    }

    [Theory]
    [InlineData("""{"fax":true}""", "invalid_field", "fax")]
    [InlineData("""{"channels":{"fax":true}}""", "invalid_field", "channels.fax")]
    [InlineData("""{"channels":{"Email":true}}""", "invalid_field", "channels.Email")]
    [InlineData("""{"channels":{"email":1}}""", "invalid_field", "channels.email")]
    [InlineData("""{"channels":[]}""", "invalid_field", "channels")]
    [InlineData("""{"categories":{"orders":{"email":true}}}""", "invalid_field", "categories.orders")]
    [InlineData("""{"types":{"Order Placed":{"email":true}}}""", "invalid_field", "types.Order Placed")]
    [InlineData("""{"types":{"order.placed":true}}""", "invalid_field", "types.order.placed")]
    [InlineData("""{"timeZone":"Berlin"}""", "invalid_field", "timeZone")]
    [InlineData("""{"timeZone":"UTC+3"}""", "invalid_field", "timeZone")]
    [InlineData("""{"locale":"d"}""", "invalid_field", "locale")]
    [InlineData("""{"locale":"de_DE"}""", "invalid_field", "locale")]
    [InlineData("""{"quietHours":{}}""", "missing_field", "quietHours.enabled")]
    [InlineData("""{"quietHours":{"enabled":"yes"}}""", "invalid_field", "quietHours.enabled")]
    [InlineData("""{"quietHours":{"enabled":true,"days":{"Monday":[]}}}""", "invalid_field", "quietHours.days.Monday")]
    [InlineData("""{"quietHours":{"enabled":true,"days":{"monday":[{"from":"22:00","to":"22:00"}]}}}""", "invalid_field", "quietHours.days.monday[0]")]
    [InlineData("""{"quietHours":{"enabled":true,"days":{"monday":[{"from":"22:00","to":"24:00"}]}}}""", "invalid_field", "quietHours.days.monday[0].to")]
    [InlineData("""{"quietHours":{"enabled":true,"days":{"monday":[{"from":"9:00","to":"10:00"}]}}}""", "invalid_field", "quietHours.days.monday[0].from")]
    [InlineData("""{"quietHours":{"enabled":true,"days":{"monday":[{"to":"10:00"}]}}}""", "missing_field", "quietHours.days.monday[0].from")]
    [InlineData("""{"quietHours":{"enabled":true,"channels":["in_app"]}}""", "invalid_field", "quietHours.channels[0]")]
    [InlineData("""{"quietHours":{"enabled":true,"types":{"order.placed":"later"}}}""", "invalid_field", "quietHours.types.order.placed")]
    [InlineData("""{"types":{"order.cancelled":{"email":false}}}""", "fixed_choice", "types.order.cancelled.email")]
    [InlineData("""{"categories":{"security":{"push":false}}}""", "fixed_choice", "categories.security.push")]
    [InlineData("""{"quietHours":{"enabled":true,"types":{"order.cancelled":"drop"}}}""", "fixed_choice", "quietHours.types.order.cancelled")]
    [InlineData("[]", "invalid_field", null)]
    [InlineData("{", "malformed_json", null)]
    [InlineData("""{"channels":{},"channels":{}}""", "duplicate_key", null)]
    public async Task What_cannot_be_taken_is_named_and_nothing_changes(string body, string code, string? field)
    {
        await TakenAsync("PUT", """{"channels":{"sms":true}}""");
        foreach (var method in (string[])["PUT", "PATCH"])
        {
            using var answer = await SendAsync(method, body);
            var problem = await answer.ProblemAsync();
            (problem.Code, problem.Field).ShouldBe((code, field), method);
        }

        Own(await ReadAsync()).ShouldBe("""{"channels":{"sms":true}}""");
    }

    [Fact]
    public async Task Numbers_of_windows_and_types_have_an_end()
    {
        await TakenAsync("PUT", Windows(4));
        await RefusedAsync(Windows(5), "quietHours.days.monday");
        await TakenAsync("PUT", Types(200));
        await RefusedAsync(Types(201), "types");

        static string Windows(int count) =>
            """{"quietHours":{"enabled":true,"days":{"monday":[""" + string.Join(',', Enumerable.Repeat("""{"from":"01:00","to":"02:00"}""", count)) + "]}}}";

        static string Types(int count) =>
            """{"types":{""" + string.Join(',', Enumerable.Range(0, count).Select(index => "\"our.type-" + index + "\":{\"email\":false}")) + "}}";
    }

    [Fact]
    public async Task A_body_has_a_type_and_a_size()
    {
        (await SendAsync("PATCH", "{}", mediaType: "text/plain")).StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await SendAsync("PUT", "{}", mediaType: MergePatch)).StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        using var long1 = await SendAsync("PUT", new string(' ', (64 * 1024) - 1) + "{}");
        (await long1.ProblemAsync()).Code.ShouldBe("body_too_large");
        (await SendAsync("PUT", new string(' ', (64 * 1024) - 2) + "{}")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Staff_reads_and_admins_choose_for_the_customer_they_name()
    {
        await TakenAsync("PATCH", """{"locale":"de"}""");
        (await ReadAsync(TestServer.Token("op", "operator"), "?customer=anna")).Locale.ShouldBe("de");
        using (var nobody = await SendAsync("GET", null, TestServer.Token("op", "operator")))
        {
            (await nobody.ProblemAsync()).Field.ShouldBe("customer");
        }

        (await SendAsync("PATCH", "{}", TestServer.Token("op", "operator"), "?customer=anna")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await SendAsync("PATCH", """{"locale":"fr"}""", TestServer.Token("root", "admin"), "?customer=anna")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ReadAsync()).Locale.ShouldBe("fr");
        (await SendAsync("GET", null, TestServer.Token("bob"), "?customer=anna")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await ReadAsync(TestServer.Token("anna"), "?customer=anna")).Locale.ShouldBe("fr");
        (await ReadAsync(TestServer.TokenFor("globex", "anna", TimeSpan.FromHours(1)), path: "/api/v1/globex/notification-preferences")).Version.ShouldBe(0);
    }

    [Fact]
    public async Task The_zone_and_locale_are_the_chosen_ones_else_the_told_ones()
    {
        using var shop = _server.Http(TestServer.Token("shop", "events:write"));
        using var told = new StringContent(
            """{"specversion":"1.0","id":"e-1","source":"/s","type":"customer.updated","subject":"anna","data":{"id":"anna","timeZone":"Europe/Paris","locale":"fr"}}""",
            Encoding.UTF8, new MediaTypeHeaderValue("application/cloudevents+json"));
        (await shop.PostAsync("/api/v1/acme/events", told)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var view = await ReadAsync();
        (view.TimeZone, view.Locale).ShouldBe(("Europe/Paris", "fr"));
        view = await TakenAsync("PATCH", """{"timeZone":"Asia/Kolkata","locale":"hi"}""");
        (view.TimeZone, view.Locale).ShouldBe(("Asia/Kolkata", "hi"));
    }

    [Fact]
    public async Task The_erased_choose_nothing()
    {
        await _server.Get<ICustomerStore>().ChangeAsync(
            "acme", "anna", state => new CustomerChange { Customer = state.Customer with { ErasedAt = DateTimeOffset.UnixEpoch } }, CancellationToken.None);
        using var answer = await SendAsync("PATCH", """{"locale":"de"}""");
        (await answer.ProblemAsync()).Code.ShouldBe("customer_erased");
    }

    [Fact]
    public async Task Every_device_hears_of_a_change_and_counts_stay()
    {
        using var shop = new Shop(_server);
        await shop.PlacesAsync("o-1", "anna");
        await using var socket = await LiveSocket.OpenAsync(_server, "/ws/notifications?since=earliest", TestServer.Token("anna"));
        await socket.UntilAsync("ready");
        var view = await TakenAsync("PATCH", """{"quietHours":{"enabled":true,"days":{"monday":[{"from":"22:00","to":"07:00"}]}}}""");
        var frame = await socket.UntilAsync("preferences.changed");
        frame.Offset.ShouldBe(2);
        JsonNode.DeepEquals(
            JsonSerializer.SerializeToNode(frame.Data.Deserialize(ProtocolJson.Default.PreferencesView), ProtocolJson.Default.PreferencesView!),
            JsonSerializer.SerializeToNode(view, ProtocolJson.Default.PreferencesView)).ShouldBeTrue();

        // The same entry on the other transports, from the log.
        using var http = _server.Http(TestServer.Token("anna"));
        (await http.GetStringAsync("/api/v1/poll?streams=notifications&since=earliest")).ShouldContain("\"preferences.changed\"");
        using var stream = new StreamReader(await http.GetStreamAsync("/api/v1/sse?streams=notifications&since=earliest").Soon());
        while (!((await stream.ReadLineAsync().Soon()).ShouldNotBeNull().Contains("\"preferences.changed\"", StringComparison.Ordinal)))
        {
        }

        (await (await http.GetAsync("/api/v1/acme/notifications")).JsonAsync<Protocol.Notifications.NotificationPage>())!.Unread.ShouldBe(1);
    }

    [Fact]
    public async Task The_client_reads_merges_and_replaces()
    {
        await using var client = _server.Client("anna");
        (await client.Preferences.MergeAsync(new JsonObject { ["channels"] = new JsonObject { ["sms"] = true } })).Version.ShouldBe(1);
        (await client.Preferences.ReplaceAsync(new NotificationPreferences { Locale = "de" }, version: 1)).Own.Channels.ShouldBeNull();
        (await client.Preferences.GetAsync()).Own.Locale.ShouldBe("de");
        (await Should.ThrowAsync<MilepostException>(() => client.Preferences.MergeAsync([], version: 1))).Code.ShouldBe("precondition_failed");
    }

    private static string Own(PreferencesView view) => JsonSerializer.Serialize(view.Own, ProtocolJson.Default.NotificationPreferences);

    private async Task<PreferencesView> ReadAsync(string? token = null, string query = "", string path = Path)
    {
        using var http = _server.Http(token ?? TestServer.Token("anna"));
        using var answer = await http.GetAsync(path + query);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return (await answer.JsonAsync<PreferencesView>())!;
    }

    private async Task<PreferencesView> TakenAsync(string method, string body)
    {
        using var answer = await SendAsync(method, body);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return (await answer.JsonAsync<PreferencesView>())!;
    }

    private async Task RefusedAsync(string body, string field)
    {
        using var answer = await SendAsync("PUT", body);
        (await answer.ProblemAsync()).Field.ShouldBe(field);
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string? body, string? token = null, string query = "", string? ifMatch = null, string? mediaType = null)
    {
        using var http = _server.Http(token ?? TestServer.Token("anna"));
        using var request = new HttpRequestMessage(new HttpMethod(method), Path + query);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, mediaType ?? (method == "PATCH" ? MergePatch : "application/json"));
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return await http.SendAsync(request).Soon();
    }
}
