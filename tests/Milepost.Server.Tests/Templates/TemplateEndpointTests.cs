using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Milepost.Core.Templates;
using Milepost.Protocol;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Preferences;
using Milepost.Protocol.Templates;
using Milepost.Server.Templates;
using Milepost.Server.Testing;

namespace Milepost.Server.Tests.Templates;

public sealed class TemplateEndpointTests
{
    private const string Root = "/api/v1/acme/admin/templates";
    private const string One = Root + "/order.delivered/push/de-AT";

    [Fact]
    public async Task A_template_is_written_published_and_taken_back()
    {
        await using var server = await TestServer.StartAsync();
        using var admin = server.Http(TestServer.Token("root", "admin"));
        var texts = server.Get<ITexts>();
        var key = new TemplateKey("acme", "order.delivered", NotificationChannel.Push, "de-AT");
        var model = SampleModels.Full("order.delivered", new(), TimeProvider.System.GetUtcNow());

        var first = await SendAsync<TemplateStored>(admin, HttpMethod.Put, One, """{"title":"Da!","text":"{{order.id}} ist da."}""", HttpStatusCode.Created);
        first.Version.Version.ShouldBe(1);
        first.Version.CreatedBy.ShouldBe("root");
        first.Version.PublishedAt.ShouldBeNull();
        texts.Render(key, null, model).Title.ShouldBe("Zugestellt", "a draft is not used");

        (await SendAsync<TemplateVersionView>(admin, HttpMethod.Post, One + "/publish", """{"version":1}""", HttpStatusCode.OK)).PublishedBy.ShouldBe("root");
        texts.Render(key, null, model).Text.ShouldBe("A-1001 ist da.");

        await SendAsync<TemplateStored>(admin, HttpMethod.Put, One, """{"title":"Hier!","text":"{{order.id}} ist hier."}""", HttpStatusCode.Created);
        await SendAsync<TemplateVersionView>(admin, HttpMethod.Post, One + "/publish", """{"version":2}""", HttpStatusCode.OK);
        texts.Render(key, null, model).Text.ShouldBe("A-1001 ist hier.");
        texts.Render(key, 1, model).Text.ShouldBe("A-1001 ist da.", "what was planned with it keeps its words");

        var view = await SendAsync<TemplateView>(admin, HttpMethod.Get, One, null, HttpStatusCode.OK);
        view.Published.ShouldBe(2);
        view.Versions.Select(version => (version.Version, version.RetiredAt is null)).ShouldBe([(2, true), (1, false)]);
        view.BuiltIn.ShouldBeNull("ours is for de");

        var list = await SendAsync<TemplateList>(admin, HttpMethod.Get, Root, null, HttpStatusCode.OK);
        list.Items.Single(item => item is { Type: "order.delivered", Channel: NotificationChannel.Push, Locale: "de-AT" }).Published.ShouldBe(2);
        list.Items.Count(item => item.BuiltIn).ShouldBe(list.Items.Count - 1);

        using (var reverted = await admin.PostAsync(One + "/revert", null))
        {
            reverted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        texts.Render(key, null, model).Title.ShouldBe("Zugestellt");
        using var again = await admin.PostAsync(One + "/revert", null);
        again.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_one_node_publishes_another_uses_within_a_pass()
    {
        await using var one = await TestServer.StartAsync();
        await using var two = await TestServer.StartAsync(dataDirectory: one.DataDirectory);
        using var admin = one.Http(TestServer.Token("root", "admin"));
        await SendAsync<TemplateStored>(admin, HttpMethod.Put, One, """{"title":"Da!","text":"x"}""", HttpStatusCode.Created);
        await SendAsync<TemplateVersionView>(admin, HttpMethod.Post, One + "/publish", """{"version":1}""", HttpStatusCode.OK);
        var loop = two.App.Services.GetServices<IHostedService>().OfType<TemplateLoop>().Single();
        await loop.RunOnceAsync(CancellationToken.None);
        two.Get<ITexts>().VersionOf(new TemplateKey("acme", "order.delivered", NotificationChannel.Push, "de-AT")).ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"title":"a","text":"\n{{order.nope}}"}""", 422, "invalid_template", "order.nope", "text, line 2: there is no 'order.nope'")]
    [InlineData("""{"title":"a","text":"{{#if order}}"}""", 422, "invalid_template", "text", "block")]
    [InlineData("""{"title":"a"}""", 422, "invalid_template", "text", "missing")]
    [InlineData("""{"title":"a","text":"b","html":"c"}""", 422, "invalid_template", "html", "not used")]
    [InlineData("""{"title":"a","text":""", 400, "malformed_json", null, null)]
    [InlineData("null", 400, "malformed_json", null, null)]
    public async Task What_cannot_be_rendered_is_not_stored(string body, int status, string code, string? field, string? words)
    {
        await using var server = await TestServer.StartAsync();
        using var admin = server.Http(TestServer.Token("root", "admin"));
        var problem = await SendAsync<Problem>(admin, HttpMethod.Put, One, body, (HttpStatusCode)status);
        problem.Code.ShouldBe(code);
        problem.Field.ShouldBe(field);
        (problem.Detail ?? "").ShouldContain(words ?? "");
        (await SendAsync<Problem>(admin, HttpMethod.Get, One, null, HttpStatusCode.NotFound)).Code.ShouldBe("not_found");
    }

    [Theory]
    [InlineData("Order.Delivered/push/de")]
    [InlineData("order.delivered/fax/de")]
    [InlineData("order.delivered/push/deutsch-und-so-weiter-und-so-fort")]
    [InlineData("partial:/email/de")]
    public async Task A_name_that_is_none_is_refused(string name)
    {
        await using var server = await TestServer.StartAsync();
        using var admin = server.Http(TestServer.Token("root", "admin"));
        (await SendAsync<Problem>(admin, HttpMethod.Put, $"{Root}/{name}", """{"title":"a","text":"b"}""", HttpStatusCode.BadRequest)).Code.ShouldBe("invalid_parameter");
    }

    [Fact]
    public async Task A_preview_shows_the_words_and_what_their_author_should_know()
    {
        await using var server = await TestServer.StartAsync();
        using var admin = server.Http(TestServer.Token("root", "admin"));
        var sms = await SendAsync<TemplatePreview>(
            admin, HttpMethod.Post, Root + "/preview", """{"type":"order.delivered","channel":"sms","locale":"es","source":{"text":"Está aquí, {{order.driver.name}}"}}""", HttpStatusCode.OK);
        sms.Text.ShouldBe("Está aquí, Grace Hopper");
        sms.Segments.ShouldBe(1);
        sms.Warnings.Count.ShouldBe(2);
        sms.Warnings[0].ShouldContain("order.driver.name");
        sms.Warnings[1].ShouldContain("GSM");

        var ours = await SendAsync<TemplatePreview>(
            admin, HttpMethod.Post, Root + "/preview", """{"type":"order.delivered","channel":"email","locale":"de","sample":{"customerName":"<b>Zoë</b> X"}}""", HttpStatusCode.OK);
        ours.Title.ShouldBe("Ihre Bestellung A-1001 wurde zugestellt");
        ours.Html!.ShouldContain("&lt;b&gt;Zoë&lt;/b&gt;");
        ours.Warnings.ShouldBeEmpty();

        var custom = await SendAsync<TemplatePreview>(
            admin, HttpMethod.Post, Root + "/preview", """{"type":"shop.sale","channel":"push","locale":"en","source":{"title":"Sale","text":"{{number data.percent}} % off"},"sample":{"data":{"percent":20}}}""", HttpStatusCode.OK);
        custom.Text.ShouldBe("20 % off");
        (await SendAsync<Problem>(admin, HttpMethod.Post, Root + "/preview", """{"type":"x","channel":"push","locale":"en","version":9}""", HttpStatusCode.NotFound)).Code.ShouldBe("not_found");
    }

    [Fact]
    public async Task A_partial_of_the_tenant_is_part_of_its_mails()
    {
        await using var server = await TestServer.StartAsync();
        using var admin = server.Http(TestServer.Token("root", "admin"));
        var ours = await SendAsync<TemplateView>(admin, HttpMethod.Get, Root + "/partial:button/email/en", null, HttpStatusCode.OK);
        ours.BuiltIn!.Html!.ShouldContain("{{label}}");
        await SendAsync<TemplateStored>(admin, HttpMethod.Put, Root + "/partial:sign/email/en", """{"html":"<i>{{brand.name}}</i>"}""", HttpStatusCode.Created);
        const string mail = """{"type":"order.placed","channel":"email","locale":"en","source":{"title":"a","html":"{{> sign}}"}}""";
        (await SendAsync<Problem>(admin, HttpMethod.Post, Root + "/preview", mail, HttpStatusCode.UnprocessableEntity)).Detail!.ShouldContain("sign");
        await SendAsync<TemplateVersionView>(admin, HttpMethod.Post, Root + "/partial:sign/email/en/publish", """{"version":1}""", HttpStatusCode.OK);
        (await SendAsync<TemplatePreview>(admin, HttpMethod.Post, Root + "/preview", mail, HttpStatusCode.OK)).Html.ShouldBe("<i>Corner Shop</i>");
    }

    [Fact]
    public async Task A_test_message_needs_a_channel_with_addresses()
    {
        await using var server = await TestServer.StartAsync();
        using var admin = server.Http(TestServer.Token("root", "admin"));
        (await SendAsync<Problem>(admin, HttpMethod.Post, One + "/test", """{"to":"x"}""", HttpStatusCode.BadRequest)).Field.ShouldBe("channel");
        (await SendAsync<Problem>(admin, HttpMethod.Post, Root + "/order.placed/email/en/test", "{}", HttpStatusCode.BadRequest)).Field.ShouldBe("to");
    }

    private static async Task<T> SendAsync<T>(HttpClient http, HttpMethod method, string address, string? body, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(method, address);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(status, text);
        return (T)JsonSerializer.Deserialize(text, ProtocolJson.Default.GetTypeInfo(typeof(T))!)!;
    }
}
