using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Milepost.Core.Customers;
using Milepost.Core.Preferences;
using Milepost.Core.Templates;
using Milepost.Core.Tenants;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Preferences;
using Milepost.Server.Templates;
using Milepost.Server.Tenants;
using Milepost.Server.Testing;
using Milepost.Server.Unsubscribe;
using Milepost.Testing;

namespace Milepost.Server.Tests.Unsubscribe;

/// <summary>What the page behind a link says, and in which language.</summary>
public sealed partial class UnsubscribePageTests : IAsyncLifetime
{
    private const string Public = "https://track.shop.example";
    private const string Customer = "c-1";
    private TestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(settings => settings.Gateway.PublicUrl = Public);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("de", "Weniger E-Mails", "E-Mails der Art „Zugestellt“ werden", "Erledigt")]
    [InlineData("en-GB", "Fewer e-mails", "E-mails of the kind “Delivered” will", "Done")]
    [InlineData("es-419", "Menos correos", "correos del tipo «Entregado»", "Hecho")]
    [InlineData("fr-CA", "Moins d’e-mails", "e-mails du type «\u00a0Livrée\u00a0»", "C’est fait")]
    public async Task The_customer_s_language_goes_before_that_of_the_browser(string locale, string title, string kind, string done)
    {
        await KnowAsync(profile: locale, chosen: null);
        var (language, question) = await PageAsync("order.delivered", "it,es;q=0.5,de;q=0.4");
        (language, question.Contains($"<h1>{title}</h1>", StringComparison.Ordinal), Plain(question).Contains(kind, StringComparison.Ordinal)).ShouldBe((locale[..2], true, true), question);
        (await PageAsync("order.delivered", "de", post: true)).Page.ShouldContain($"<h1>{done}</h1>");
    }

    [Theory]
    [InlineData("fr", "de", null, null, "fr")]
    [InlineData("tlh", "de", "es", null, "de")]
    [InlineData(null, null, "it,fr-CA;q=0.7,en;q=0.3", "de", "fr")]
    [InlineData(null, "tlh", "tlh", "de-AT", "de")]
    [InlineData(null, null, null, "es", "es")]
    [InlineData(null, "tlh", "tlh", "tlh", "en")]
    [InlineData(null, null, "not a language, ;;;", null, "en")]
    public async Task The_first_language_that_is_spoken_here_counts(string? chosen, string? profile, string? accepted, string? tenant, string expected)
    {
        await KnowAsync(profile, chosen);
        await SetAsync(new TenantBrand { Locale = tenant });
        (await PageAsync("order.delivered", accepted)).Language.ShouldBe(expected);
    }

    [Fact]
    public async Task A_link_that_is_nobody_s_is_answered_in_the_language_of_the_browser()
    {
        using var http = _server.Http(null);
        http.DefaultRequestHeaders.Add("Accept-Language", "de");
        using var answer = await http.GetAsync("/u/nonsense");
        (answer.StatusCode, answer.Headers.Vary.Single()).ShouldBe((HttpStatusCode.NotFound, "Accept-Language"));
        WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()).ShouldContain("Dieser Link ist nicht vollständig");
    }

    [Fact]
    public async Task A_tenant_s_own_type_stands_there_by_its_name_and_names_are_no_markup()
    {
        await KnowAsync("de", null);
        await SetAsync(new TenantBrand { Name = "Tom & <b>{kind}</b>" });
        var (_, page) = await PageAsync("digest", null);
        page.ShouldContain("<bdi>digest</bdi>");
        page.ShouldContain("<bdi>Tom &amp; &lt;b&gt;{kind}&lt;/b&gt;</bdi>");
        page.ShouldNotContain("<script");
    }

    [Fact]
    public async Task A_category_has_a_name_in_the_reader_s_language()
    {
        await KnowAsync("fr", null);
        using var http = _server.Http(null);
        var link = _server.Get<UnsubscribeLinks>().For("acme", Customer, NotificationCategory.Task).ShouldNotBeNull();
        Plain(await http.GetStringAsync(link[Public.Length..])).ShouldContain("la catégorie «\u00a0Tâches\u00a0»");
    }

    [Fact]
    public void Every_language_of_notifications_has_the_same_words_with_the_same_places()
    {
        UnsubscribeWords.All.Languages.ShouldBe(BuiltInTexts.Load().Languages, ignoreOrder: true);
        var english = UnsubscribeWords.All.Of("en");
        foreach (var words in UnsubscribeWords.All.Languages.Select(UnsubscribeWords.All.Of))
        {
            words.Keys.ShouldBe(english.Keys, ignoreOrder: true);
            words.ShouldAllBe(word => word.Value.Length > 0 && Places(word.Value).SequenceEqual(Places(english[word.Key])));
            words["dir"].ShouldBeOneOf("ltr", "rtl");
        }

        WireNames.Categories.Select(name => "category." + name).ShouldBeSubsetOf(english.Keys);
    }

    [Fact]
    public void Every_type_of_ours_has_a_title_in_every_language_that_holds_for_all_its_messages()
    {
        var texts = BuiltInTexts.Load();
        foreach (var language in UnsubscribeWords.All.Languages)
        {
            NotificationTypes.All.Select(type => texts.Find(new TemplateName(type.Type, NotificationChannel.InApp, language))?.Title)
                .ShouldAllBe(title => title != null && !title.Contains("{{", StringComparison.Ordinal));
        }
    }

    [GeneratedRegex("^<!doctype html>\n<html lang=\"(?<lang>[a-z]+)\" dir=\"ltr\">", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Head();

    private static IEnumerable<string> Places(string words) => words.Split('{').Skip(1).Select(part => part[..part.IndexOf('}', StringComparison.Ordinal)]).Order(StringComparer.Ordinal);

    private static string Plain(string html) => WebUtility.HtmlDecode(html.Replace("<bdi>", "", StringComparison.Ordinal).Replace("</bdi>", "", StringComparison.Ordinal));

    private Task KnowAsync(string? profile, string? chosen) => _server.Get<ICustomerStore>().ChangeAsync(
        "acme", Customer,
        state => new CustomerChange
        {
            Customer = state.Customer with { Profile = new() { Id = Customer, Locale = profile }, Preferences = state.Customer.Preferences with { Locale = chosen } },
        },
        CancellationToken.None);

    private async Task SetAsync(TenantBrand brand) =>
        (await _server.Get<TenantChanges>().ChangeAsync("acme", expected: null, settings => settings with { Brand = brand }, CancellationToken.None)).ShouldNotBeOfType<TenantChange.Stale>();

    private async Task<(string Language, string Page)> PageAsync(string type, string? accepted, bool post = false)
    {
        var link = _server.Get<UnsubscribeLinks>().For("acme", Customer, NotificationTypes.Of(type, NotificationCategory.Social, NotificationPriority.Normal)).ShouldNotBeNull();
        using var http = _server.Http(null);
        if (accepted is not null)
        {
            http.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Language", accepted);
        }

        using var form = new StringContent("List-Unsubscribe=One-Click", Encoding.UTF8, "application/x-www-form-urlencoded");
        using var answer = await (post ? http.PostAsync(link[Public.Length..], form) : http.GetAsync(link[Public.Length..])).Soon();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var page = await answer.Content.ReadAsStringAsync();
        return (Head().Match(page).Groups["lang"].Value, page);
    }
}
