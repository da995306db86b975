using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Milepost.Core.Customers;
using Milepost.Protocol.Devices;
using Milepost.Server.Testing;
using Milepost.Testing;

namespace Milepost.Server.Tests.Api;

public sealed class DeviceEndpointTests : IAsyncLifetime
{
    private const string Subscriptions = "/api/v1/acme/push-subscriptions";
    private const string Endpoint = "https://push.example.com/wpush/v2/secret-part";
    private static readonly string Point = NewPoint();
    private static readonly string Auth = Base64Url.EncodeToString(Enumerable.Range(1, 16).Select(value => (byte)value).ToArray());
    private TestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_browser_registers_is_listed_masked_and_goes()
    {
        using var first = await SendAsync("anna", "PUT", Subscriptions, Subscription(extra: ""","expirationTime":null,"timeZone":"Europe/Berlin","locale":"de","other":1"""));
        first.StatusCode.ShouldBe(HttpStatusCode.Created, await first.Content.ReadAsStringAsync());
        (await SendAsync("anna", "PUT", Subscriptions, Subscription())).StatusCode.ShouldBe(HttpStatusCode.OK);
        var text = await ListTextAsync("anna");
        text.ShouldNotContain("secret-part");
        text.ShouldNotContain(Auth);
        var listed = (await ListAsync("anna")).ShouldHaveSingleItem();
        (listed.Kind, listed.Address, listed.Id).ShouldBe(("web_push", "https://push.example.com/***", DeviceList.WebPushId(Endpoint)));
        var kept = (await _server.Get<ICustomerStore>().FindAsync("acme", "anna", CancellationToken.None))!.Devices.ShouldHaveSingleItem();
        (kept.Address, kept.PublicKey, kept.Secret).ShouldBe((Endpoint, Point, Auth));
        for (var time = 0; time < 2; time++)
        {
            (await SendAsync("anna", "DELETE", Subscriptions, $$"""{"endpoint":"{{Endpoint}}"}""")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        (await ListAsync("anna")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_browser_belongs_to_whoever_is_logged_in()
    {
        await SendAsync("anna", "PUT", Subscriptions, Subscription());
        await SendAsync("anna", "PUT", "/api/v1/acme/devices/phone", """{"kind":"fcm","token":"t-1"}""");
        (await SendAsync("bob", "PUT", Subscriptions, Subscription())).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await ListAsync("anna")).Select(device => device.Id).ShouldBe(["phone"]);
        (await ListAsync("bob")).Select(device => device.Kind).ShouldBe(["web_push"]);
    }

    [Fact]
    public async Task Phones_register_under_their_own_names()
    {
        (await SendAsync("anna", "PUT", "/api/v1/acme/devices/one", """{"kind":"fcm","token":"abc:DEF_9","timeZone":"Asia/Tokyo"}""")).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await SendAsync("anna", "PUT", "/api/v1/acme/devices/two", $$"""{"kind":"apns","token":"{{new string('A', 64)}}"}""")).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await SendAsync("anna", "PUT", "/api/v1/acme/devices/one", """{"kind":"fcm","token":"new"}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ListAsync("anna")).Select(device => (device.Id, device.Kind, device.Address)).ShouldBe([("two", "apns", "***aa"), ("one", "fcm", "***ew")]);
        (await SendAsync("anna", "DELETE", "/api/v1/acme/devices/one", null)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await ListAsync("anna")).Select(device => device.Id).ShouldBe(["two"]);
    }

    [Theory]
    [InlineData("http://push.example.com/a")]
    [InlineData("https://127.0.0.1/a")]
    [InlineData("https://localhost/a")]
    [InlineData("https://[::1]/a")]
    [InlineData("https://user@push.example.com/a")]
    [InlineData("push.example.com")]
    public async Task An_endpoint_that_leads_elsewhere_is_refused(string endpoint) =>
        (await ProblemFieldAsync(Subscriptions, Subscription(endpoint))).ShouldBe("endpoint");

    [Fact]
    public async Task Where_the_operator_allows_a_network_an_endpoint_may_lead_there()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Outgoing.AllowPrivate = ["127.0.0.0/8"]);
        using var http = server.Http(TestServer.Token("anna"));
        using var body = new StringContent(Subscription("https://127.0.0.1/a"), Encoding.UTF8, "application/json");
        (await http.PutAsync(Subscriptions, body)).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("p256dh", "", "keys.p256dh")]
    [InlineData("p256dh", "AAAA", "keys.p256dh")]
    [InlineData("p256dh", "compressed", "keys.p256dh")]
    [InlineData("p256dh", "off the curve", "keys.p256dh")]
    [InlineData("auth", "AAAA", "keys.auth")]
    [InlineData("auth", "!!!!", "keys.auth")]
    public async Task Keys_that_no_browser_makes_are_refused(string key, string value, string field)
    {
        var point = Base64Url.DecodeFromChars(Point);
        var text = value switch
        {
            "compressed" => Base64Url.EncodeToString([2, .. point[1..33]]),
            "off the curve" => Base64Url.EncodeToString([.. point[..64], (byte)(point[64] ^ 1)]),
            _ => value,
        };
        (await ProblemFieldAsync(Subscriptions, Subscription().Replace(key == "auth" ? Auth : Point, text, StringComparison.Ordinal))).ShouldBe(field);
    }

    [Theory]
    [InlineData("""{"kind":"web_push","token":"t"}""", "kind")]
    [InlineData("""{"token":"t"}""", "kind")]
    [InlineData("""{"kind":"fcm"}""", "token")]
    [InlineData("""{"kind":"fcm","token":"a b"}""", "token")]
    [InlineData("""{"kind":"apns","token":"zz"}""", "token")]
    [InlineData("""{"kind":"fcm","token":"t","timeZone":"Nowhere"}""", "timeZone")]
    [InlineData("""{"kind":"fcm","token":"t","locale":"x"}""", "locale")]
    [InlineData("[]", "kind")]
    public async Task A_phone_that_cannot_be_reached_is_refused(string body, string field) => (await ProblemFieldAsync("/api/v1/acme/devices/one", body)).ShouldBe(field);

    [Fact]
    public async Task Padding_in_keys_is_taken_off()
    {
        (await SendAsync("anna", "PUT", Subscriptions, Subscription().Replace(Auth, Auth + "==", StringComparison.Ordinal))).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await _server.Get<ICustomerStore>().FindAsync("acme", "anna", CancellationToken.None))!.Devices[0].Secret.ShouldBe(Auth);
    }

    [Fact]
    public async Task Staff_sees_the_devices_of_the_customer_it_names()
    {
        await SendAsync("anna", "PUT", Subscriptions, Subscription());
        using var staff = _server.Http(TestServer.Token("op", "operator"));
        (await (await staff.GetAsync("/api/v1/acme/devices?customer=anna")).JsonAsync<DevicePage>())!.Items.Count.ShouldBe(1);
        (await staff.GetAsync("/api/v1/acme/devices")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await staff.PutAsync(Subscriptions, new StringContent(Subscription(), Encoding.UTF8, "application/json"))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    private static string NewPoint()
    {
        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return Base64Url.EncodeToString([4, .. point.X!, .. point.Y!]);
    }

    private static string Subscription(string endpoint = Endpoint, string extra = "") =>
        $$"""{"endpoint":"{{endpoint}}","keys":{"p256dh":"{{Point}}","auth":"{{Auth}}"}{{extra}}}""";

    private async Task<HttpResponseMessage> SendAsync(string customer, string method, string path, string? body)
    {
        using var http = _server.Http(TestServer.Token(customer));
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        return await http.SendAsync(request).Soon();
    }

    private async Task<string?> ProblemFieldAsync(string path, string body)
    {
        using var answer = await SendAsync("anna", "PUT", path, body);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await ListAsync("anna")).ShouldBeEmpty();
        return (await answer.ProblemAsync()).Field;
    }

    private async Task<string> ListTextAsync(string customer)
    {
        using var http = _server.Http(TestServer.Token(customer));
        return await http.GetStringAsync("/api/v1/acme/devices");
    }

    private async Task<IReadOnlyList<DeviceView>> ListAsync(string customer)
    {
        using var http = _server.Http(TestServer.Token(customer));
        using var answer = await http.GetAsync("/api/v1/acme/devices");
        return (await answer.JsonAsync<DevicePage>())!.Items;
    }
}
