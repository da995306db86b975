using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Milepost.Core.Tenants;
using Milepost.Server.Testing;

namespace Milepost.Channels.Tests.Tenants;

public sealed class SettingsEndpointTests : IAsyncLifetime
{
    private const string Path = "/api/v1/acme/admin/settings";

    private const string Full = """
        {"brand":{"name":"Acme","logoUrl":"https://cdn.acme.example/l.png","color":"#0A7C5B","supportEmail":"help@acme.example","fromEmail":"news@acme.example",
          "orderUrl":"https://acme.example/o/{order}","locale":"pt-BR"},
         "preferences":{"channels":{"sms":true},"timeZone":"Europe/Berlin"},
         "limits":{"customerPerHour":5,"customerPerDay":0,"tenantPerSecond":3,"smsSegmentsPerMonth":1000,"smsCountries":["49","-1242"]},
         "routes":{"order.delivered":[{"channel":"push"},{"channel":"sms","afterSeconds":600,"unlessAcknowledged":true}]},
         "retentionDays":30}
        """;

    private TestServer _server = null!;
    private HttpClient _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _admin = _server.Http(TestServer.Token("root", "admin"));
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task What_was_never_set_is_version_0()
    {
        using var answer = await _admin.GetAsync(Path);
        (answer.StatusCode, answer.Headers.ETag!.Tag).ShouldBe((HttpStatusCode.OK, "\"0\""));
    }

    [Fact]
    public async Task What_is_set_is_in_force_at_once_and_read_as_it_was_written()
    {
        using var put = await PutAsync(Full);
        (put.StatusCode, put.Headers.ETag!.Tag).ShouldBe((HttpStatusCode.OK, "\"1\""));
        var settings = _server.Get<ITenantCatalog>().Of("acme");
        (settings.Version, settings.Brand.Name, settings.Limits.CustomerPerHour, settings.RetentionDays).ShouldBe((1L, "Acme", 5, 30));
        settings.Routes["order.delivered"][1].After.ShouldBe(TimeSpan.FromMinutes(10));
        _server.Get<ITenantCatalog>().Of("globex").Version.ShouldBe(0);

        // What was read can be written as it is.
        var read = await _admin.GetStringAsync(Path);
        using var again = await PutAsync(read);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await again.Content.ReadAsStringAsync()).ShouldBe(read.Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nobody_overwrites_what_they_have_not_seen()
    {
        (await StatusAsync("{}", "\"0\"")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync("{}", "\"0\"")).ShouldBe(HttpStatusCode.PreconditionFailed);
        (await StatusAsync("{}", "W/\"1\"")).ShouldBe(HttpStatusCode.PreconditionFailed);
        (await StatusAsync("{}", "\"nonsense\"")).ShouldBe(HttpStatusCode.PreconditionFailed);
        (await StatusAsync("""{"version":0}""", null)).ShouldBe(HttpStatusCode.PreconditionFailed);
        (await StatusAsync("{}", "\"7\", \"1\"")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync("{}", "*")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync("{}", null)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_is_set_survives_a_restart()
    {
        var directory = Directory.CreateTempSubdirectory("milepost-test-");
        await using (var first = await TestServer.StartAsync(dataDirectory: directory.FullName))
        {
            using var admin = first.Http(TestServer.Token("root", "admin"));
            using var put = await admin.PutAsync(Path, new StringContent(Full, new MediaTypeHeaderValue("application/json")));
            put.EnsureSuccessStatusCode();
        }

        await using (var second = await TestServer.StartAsync(dataDirectory: directory.FullName))
        {
            second.Get<ITenantCatalog>().Of("acme").Brand.Name.ShouldBe("Acme");
        }

        directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData("""{"brand":{"name":""}}""", "brand.name")]
    [InlineData("""{"brand":{"name":"a\nb"}}""", "brand.name")]
    [InlineData("""{"brand":{"logoUrl":"http://x.example/"}}""", "brand.logoUrl")]
    [InlineData("""{"brand":{"logoUrl":"https://u:p@x.example/"}}""", "brand.logoUrl")]
    [InlineData("""{"brand":{"logoUrl":"javascript:alert(1)"}}""", "brand.logoUrl")]
    [InlineData("""{"brand":{"color":"red"}}""", "brand.color")]
    [InlineData("""{"brand":{"color":"#12345"}}""", "brand.color")]
    [InlineData("""{"brand":{"supportEmail":"nobody"}}""", "brand.supportEmail")]
    [InlineData("""{"brand":{"fromEmail":"a@b\r\nBcc: c@d"}}""", "brand.fromEmail")]
    [InlineData("""{"brand":{"orderUrl":"https://acme.example/o"}}""", "brand.orderUrl")]
    [InlineData("""{"brand":{"orderUrl":"https://{order}.acme.example/"}}""", "brand.orderUrl")]
    [InlineData("""{"brand":{"orderUrl":"https://acme{order}"}}""", "brand.orderUrl")]
    [InlineData("""{"brand":{"locale":"deutsch!"}}""", "brand.locale")]
    [InlineData("""{"brand":{"colour":"#123456"}}""", "brand.colour")]
    [InlineData("""{"preferences":{"timeZone":"Mars/Base"}}""", "preferences.timeZone")]
    [InlineData("""{"preferences":{"channels":{"fax":true}}}""", "preferences.channels.fax")]
    [InlineData("""{"limits":{"customerPerHour":-1}}""", "limits.customerPerHour")]
    [InlineData("""{"limits":{"smsSegmentsPerMonth":-1}}""", "limits.smsSegmentsPerMonth")]
    [InlineData("""{"limits":{"tenantPerSecond":1.5}}""", "limits.tenantPerSecond")]
    [InlineData("""{"limits":{"smsCountries":["49","DE"]}}""", "limits.smsCountries[1]")]
    [InlineData("""{"limits":{"smsCountries":[null]}}""", "limits.smsCountries[0]")]
    [InlineData("""{"routes":{"Order Delivered":[]}}""", "routes.Order Delivered")]
    [InlineData("""{"routes":{"order.delivered":[{"channel":"in_app"}]}}""", "routes.order.delivered[0].channel")]
    [InlineData("""{"routes":{"order.delivered":[{"channel":"email","afterSeconds":86401}]}}""", "routes.order.delivered[0].afterSeconds")]
    [InlineData("""{"routes":{"order.delivered":[{"channel":"email","afterSeconds":-1}]}}""", "routes.order.delivered[0].afterSeconds")]
    [InlineData("""{"retentionDays":0}""", "retentionDays")]
    [InlineData("""{"retentionDays":31}""", "retentionDays")]
    public async Task What_is_wrong_is_named(string document, string field)
    {
        using var answer = await PutAsync(document);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        (answer.StatusCode, problem.GetProperty("code").GetString(), problem.GetProperty("field").GetString()).ShouldBe((HttpStatusCode.BadRequest, "invalid_field", field));
        _server.Get<ITenantCatalog>().Of("acme").Version.ShouldBe(0);
    }

    [Theory]
    [InlineData("""{"routes":{"order.delivered":null}}""")]
    [InlineData("""{"routes":{"order.delivered":[null]}}""")]
    [InlineData("""{"routes":{"order.delivered":[{}]}}""")]
    [InlineData("""{"routes":{"order.delivered":[{"channel":"pigeon"}]}}""")]
    [InlineData("""{"routes":{"order.delivered":[{"channel":17}]}}""")]
    [InlineData("""{"webhooks":[]}""")]
    [InlineData("""{"brand":[]}""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("""{"brand":{},"brand":{}}""")]
    public async Task A_document_of_another_shape_is_refused(string document)
    {
        using var answer = await PutAsync(document);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    private Task<HttpResponseMessage> PutAsync(string document) => _admin.PutAsync(Path, new StringContent(document, new MediaTypeHeaderValue("application/json")));

    private async Task<HttpStatusCode> StatusAsync(string document, string? match)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, Path) { Content = new StringContent(document, new MediaTypeHeaderValue("application/json")) };
        if (match is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", match);
        }

        using var answer = await _admin.SendAsync(request);
        return answer.StatusCode;
    }
}
