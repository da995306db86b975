using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Core.Templates;
using Milepost.Core.Tenants;
using Milepost.Protocol.Preferences;
using Milepost.Server.Templates;

namespace Milepost.Channels.Tests.Templates;

public sealed class TextsTests
{
    private const string Type = "order.delivered";

    [Theory]
    [InlineData("pt-BR", null, "pt-BR", "pt", "de", "en", "pt-BR")]
    [InlineData("pt-BR", null, "pt", "de", "en", null, "pt")]
    [InlineData("pt-br", null, "pt", "de", "en", null, "pt")]
    [InlineData("pt-BR", "de-AT", "de", "en", null, null, "de")]
    [InlineData("pt-BR", "de-AT", "fr", "en", null, null, "en")]
    [InlineData("zh-Hant-TW", null, "zh-Hant", "zh", "en", null, "zh-Hant")]
    public void A_tenants_template_is_found_by_language(string asked, string? tenantLocale, string one, string? two, string? three, string? four, string expected)
    {
        string?[] locales = [one, two, three, four];
        var versions = locales.Where(locale => locale is not null)
            .Select((locale, index) => Some.Version(index + 1, Some.Name(Type, NotificationChannel.Push, locale!), new TemplateSource { Title = "own", Text = locale })).ToArray();
        var texts = Some.Texts(tenantLocale: tenantLocale, versions: versions);
        var key = new TemplateKey("acme", Type, NotificationChannel.Push, asked);
        var text = texts.Render(key, null, Some.Model());
        (text.Title, text.Text, text.Locale).ShouldBe(("own", expected, expected));
        texts.VersionOf(key).ShouldBe(text.Version);
    }

    [Theory]
    [InlineData("de-AT", null, "de")]
    [InlineData("pl", null, "en")]
    [InlineData("pl", "fr-CA", "fr")]
    [InlineData("", null, "en")]
    [InlineData("no sense at all", null, "en")]
    public void Ours_are_found_by_language_too(string asked, string? tenantLocale, string expected)
    {
        var key = new TemplateKey("acme", Type, NotificationChannel.Push, asked);
        var texts = Some.Texts(tenantLocale: tenantLocale);
        texts.Render(key, null, Some.Model()).Locale.ShouldBe(expected);
        texts.VersionOf(key).ShouldBe(ITexts.BuiltIn);
    }

    [Fact]
    public void Another_tenants_templates_are_not_used()
    {
        var texts = Some.Texts(versions: Some.Version(1, Some.Name(Type, NotificationChannel.Push, "en"), new TemplateSource { Title = "own", Text = "own" }));
        texts.Render(new TemplateKey("globex", Type, NotificationChannel.Push, "en"), null, Some.Model()).Title.ShouldBe("Delivered");
        texts.Render(new TemplateKey("globex", Type, NotificationChannel.Push, "en"), 1, Some.Model()).Title.ShouldBe("Delivered");
    }

    [Fact]
    public void A_pinned_version_keeps_its_words_after_another_is_published()
    {
        var name = Some.Name(Type, NotificationChannel.Push, "en");
        var old = Some.Version(1, name, new TemplateSource { Title = "old", Text = "old words" });
        var catalog = new TemplateCatalog(Some.BuiltIn);
        catalog.Learn([old], Some.Now);
        var texts = new Texts(Some.BuiltIn, catalog, new DefaultTenants(), NullLogger<Texts>.Instance);
        var key = new TemplateKey("acme", Type, NotificationChannel.Push, "en");
        var pinned = texts.VersionOf(key);
        catalog.Learn([Some.Version(2, name, new TemplateSource { Title = "new", Text = "new words" }, Some.Now.AddHours(1))], Some.Now.AddHours(1));
        texts.Render(key, pinned, Some.Model()).Title.ShouldBe("old");
        texts.Render(key, null, Some.Model()).Title.ShouldBe("new");
        texts.Render(key, ITexts.BuiltIn, Some.Model()).Title.ShouldBe("Delivered");
        texts.Render(key, 77, Some.Model()).Title.ShouldBe("new", "a version that nobody knows any more");
        texts.VersionOf(key).ShouldBe(2);
    }

    [Fact]
    public void News_that_come_late_or_twice_change_nothing()
    {
        var name = Some.Name(Type, NotificationChannel.Push, "en");
        var published = Some.Version(1, name, new TemplateSource { Title = "own", Text = "own" });
        var retired = published with { RetiredAt = Some.Now.AddHours(1) };
        var catalog = new TemplateCatalog(Some.BuiltIn);
        catalog.Learn([retired], Some.Now.AddHours(1));
        var set = catalog.Of("acme");
        catalog.Learn([published], Some.Now.AddHours(1));
        catalog.Learn([retired], Some.Now.AddHours(1));
        catalog.Of("acme").ShouldBeSameAs(set);
        set.Find(name).ShouldBeNull();
        set.Find(1).ShouldBe(retired);
    }

    [Fact]
    public void What_is_long_out_of_use_is_forgotten()
    {
        var name = Some.Name(Type, NotificationChannel.Push, "en");
        var catalog = new TemplateCatalog(Some.BuiltIn);
        catalog.Learn([Some.Version(1, name, new TemplateSource { Title = "old", Text = "old" }, Some.Now.AddDays(-30), Some.Now.AddDays(-8))], Some.Now.AddDays(-8));
        catalog.Of("acme").Find(1).ShouldNotBeNull();
        catalog.Learn([Some.Version(2, name, new TemplateSource { Title = "new", Text = "new" }, Some.Now)], Some.Now);
        catalog.Of("acme").Find(1).ShouldBeNull();
        catalog.Of("acme").Find(2).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("{{order.driver.name}} came")]
    [InlineData("{{nope}}")]
    [InlineData("{{#if order}}")]
    [InlineData("{{> gone}}")]
    [InlineData("{{#if order.driver}}x{{/if}}")]
    public void A_broken_template_gives_way_to_ours_and_is_told_once(string text)
    {
        var log = new ListLogger();
        var texts = Some.Texts(log, versions: Some.Version(5, Some.Name(Type, NotificationChannel.Push, "en"), new TemplateSource { Title = "own", Text = text }));
        var key = new TemplateKey("acme", Type, NotificationChannel.Push, "en");
        for (var round = 0; round < 3; round++)
        {
            var rendered = texts.Render(key, 5, SampleModels.Bare(Type, Some.Now));
            (rendered.Title, rendered.Version).ShouldBe(("Delivered", ITexts.BuiltIn));
        }

        log.Lines.ShouldHaveSingleItem().ShouldContain("Template 5 of acme");
    }

    [Fact]
    public void A_tenants_partial_stands_in_its_own_templates_and_a_layout_around_them()
    {
        var texts = Some.Texts(versions:
        [
            Some.Version(1, Some.Name("partial:frame", NotificationChannel.Email, "en"), new TemplateSource { Html = "<div>{{> @partial-block}}</div><p>{{> sign}}</p>" }),
            Some.Version(2, Some.Name("partial:sign", NotificationChannel.Email, "de"), new TemplateSource { Html = "Ihr Team" }),
            Some.Version(3, Some.Name("partial:sign", NotificationChannel.Email, "en"), new TemplateSource { Html = "Your team" }),
            Some.Version(4, Some.Name(Type, NotificationChannel.Email, "de"), new TemplateSource { Title = "Da", Html = "<b>{{order.id}}</b>", Layout = "frame" }),
            Some.Version(5, Some.Name(Type, NotificationChannel.Email, "en"), new TemplateSource { Title = "There", Html = "<b>{{order.id}}</b>", Layout = "frame" }),
        ]);
        var german = texts.Render(new TemplateKey("acme", Type, NotificationChannel.Email, "de-CH"), null, Some.Model());
        german.Html.ShouldBe("<div><b>A-1001</b></div><p>Ihr Team</p>");
        german.Text.ShouldBe("A-1001\n\nIhr Team");
        texts.Render(new TemplateKey("acme", Type, NotificationChannel.Email, "en"), null, Some.Model()).Html.ShouldBe("<div><b>A-1001</b></div><p>Your team</p>");
    }

    [Fact]
    public void A_tenants_words_for_no_type_in_particular_do_not_hide_ours_for_a_type()
    {
        var texts = Some.Texts(versions: Some.Version(1, Some.Name("default", NotificationChannel.Push, "en"), new TemplateSource { Title = "own", Text = "own" }));
        texts.Render(new TemplateKey("acme", Type, NotificationChannel.Push, "en"), null, Some.Model()).Title.ShouldBe("Delivered");
        texts.Render(new TemplateKey("acme", "shop.closing", NotificationChannel.Push, "en"), null, Some.Model()).Title.ShouldBe("own");
    }

    [Fact]
    public void A_subject_is_one_line()
    {
        var texts = Some.Texts(versions: Some.Version(1, Some.Name(Type, NotificationChannel.Email, "en"), new TemplateSource { Title = "{{event.note}}", Html = "<p>x</p>" }));
        var text = texts.Render(new TemplateKey("acme", Type, NotificationChannel.Email, "en"), null, Some.Model() with { Note = "Hello\r\nBcc: all@example.org\n\n" + new string('x', 500) });
        text.Title.ShouldStartWith("Hello Bcc: all@example.org xxx");
        text.Title.Length.ShouldBe(250);
        text.Title.ShouldNotContain("\n");
    }

    [Fact]
    public void Amounts_follow_the_customers_region_where_the_words_are_of_that_language()
    {
        var texts = Some.Texts(versions: Some.Version(1, Some.Name(Type, NotificationChannel.Push, "de"), new TemplateSource { Title = "{{locale}}", Text = "{{money order.total}}" }));
        var key = new TemplateKey("acme", Type, NotificationChannel.Push, "de-AT");
        texts.Render(key, null, Some.Model()).Text.ShouldBe("\u20ac\u00a025,90");
        texts.Render(key with { Locale = "de" }, null, Some.Model()).Text.ShouldBe("25,90\u00a0\u20ac");
    }

    private sealed class ListLogger : ILogger<Texts>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
    }
}
