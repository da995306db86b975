using Milepost.Core.Notifications;
using Milepost.Core.Templates;
using Milepost.Core.Tenants;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Preferences;
using Milepost.Server.Channels.Sms;
using Milepost.Server.Templates;
using Milepost.Server.Templates.Engine;

namespace Milepost.Channels.Tests.Templates;

public sealed class BuiltInTextsTests
{
    private static readonly string[] Languages = ["en", "de", "fr", "es"];

    public static TheoryData<string, string> TypesAndLanguages()
    {
        var rows = new TheoryData<string, string>();
        foreach (var type in Types())
        {
            foreach (var language in Languages)
            {
                rows.Add(type, language);
            }
        }

        return rows;
    }

    [Fact]
    public void There_are_words_for_every_type_language_and_channel() =>
        Some.BuiltIn.Names.ShouldBe(
            from type in Types() from language in Languages from channel in Enum.GetValues<NotificationChannel>() select new TemplateName(type, channel, language),
            ignoreOrder: true);

    [Fact]
    public void Every_language_has_the_same_words()
    {
        var english = Some.BuiltIn.WordsOf("en").Keys.ToList();
        foreach (var language in Languages)
        {
            Some.BuiltIn.WordsOf(language).Language.ShouldBe(language);
            Some.BuiltIn.WordsOf(language).Keys.ShouldBe(english, ignoreOrder: true);
        }

        foreach (var status in OrderStatusNames.All)
        {
            english.ShouldContain("status." + status);
        }
    }

    [Theory]
    [MemberData(nameof(TypesAndLanguages))]
    public void Words_come_out_whole_whatever_is_known(string type, string language)
    {
        var texts = Some.Texts();
        TextModel[] models =
        [
            SampleModels.Full(type, new TenantBrand(), Some.Now),
            SampleModels.Full(type, new TenantBrand { Name = "Bäckerei <Müller> & Söhne", LogoUrl = "https://shop.example/logo.png", Color = "#ffcc00" }, Some.Now),
            SampleModels.Bare(type, Some.Now),
            new TextModel { Now = Some.Now },
        ];
        foreach (var model in models)
        {
            foreach (var channel in Enum.GetValues<NotificationChannel>())
            {
                var text = texts.Render(new TemplateKey("acme", type, channel, language), null, model);
                var all = $"{text.Title}\n{text.Text}\n{text.Html}";
                text.Locale.ShouldBe(language);
                text.Version.ShouldBe(ITexts.BuiltIn);
                text.Text.ShouldNotBeNullOrWhiteSpace();
                (text.Title.Length > 0).ShouldBe(channel != NotificationChannel.Sms);
                (text.Html is not null).ShouldBe(channel == NotificationChannel.Email);
                all.ShouldNotContain("{{");
                (text.Html is null ? all : text.Title + text.Text).ShouldNotContain("  ");
                foreach (var odd in (string[])[" .", "..", " ,", "()", "  ", ": \n", "undefined", "<Müller>"])
                {
                    $"{text.Title}\n{text.Text}".Replace("Bäckerei <Müller> & Söhne", "Shop", StringComparison.Ordinal).ShouldNotContain(odd);
                }

                text.Html?.ShouldNotContain("<Müller>");
            }
        }
    }

    [Theory]
    [MemberData(nameof(TypesAndLanguages))]
    public void A_text_message_is_one_message(string type, string language)
    {
        // A link and a brand of usual length, an arrival time, no note: notes are as long as shops write them.
        var model = SampleModels.Full(type, new TenantBrand { Name = "Corner Shop" }, Some.Now) with { Note = null, Link = "https://s.example/o/A-1001" };
        var text = Some.Texts().Render(new TemplateKey("acme", type, NotificationChannel.Sms, language), null, model).Text;
        SmsSegments.IsGsm(text).ShouldBeTrue(text);
        SmsSegments.Count(text).ShouldBe(1, text);
    }

    [Fact]
    public void English_words_in_the_inbox_are_those_of_the_rules()
    {
        var texts = Some.Texts();
        foreach (var rule in NotificationRules.ByStatus.Values.Concat(NotificationRules.Beside))
        {
            foreach (var (note, driver) in new (string?, string?)[] { (null, null), ("Ring twice.", "Grace") })
            {
                var order = Some.Order() with { Driver = driver is null ? null : new Driver("d-1", driver, null) };
                var key = new TemplateKey("acme", rule.Type, NotificationChannel.InApp, "en");
                var model = new TextModel { Now = Some.Now, Order = order, Note = note };
                texts.Render(key, null, model).ShouldBe(new RuleTexts().Render(key, null, model));
            }
        }
    }

    [Theory]
    [InlineData("order.gift_wrapped", "News about your order", "There is news about your order A-1001.")]
    [InlineData("shop.closing", "News about your order", "There is news about your order A-1001.")]
    public void A_type_without_words_has_those_of_the_default(string type, string title, string body)
    {
        var text = Some.Texts().Render(new TemplateKey("acme", type, NotificationChannel.Push, "en"), null, new TextModel { Now = Some.Now, Order = Some.Order() });
        (text.Title, text.Text).ShouldBe((title, body));
    }

    [Fact]
    public void The_callers_own_title_and_text_are_the_defaults_words()
    {
        var text = Some.Texts().Render(new TemplateKey("acme", "shop.closing", NotificationChannel.Push, "en"), null, Some.WithData("""{"title":"We close early","text":"Today at six."}"""));
        (text.Title, text.Text).ShouldBe(("We close early", "Today at six."));
    }

    [Fact]
    public void A_digest_tells_each_of_its_lines()
    {
        var texts = Some.Texts();
        var model = Some.Model("digest");
        texts.Render(new TemplateKey("acme", "digest", NotificationChannel.Push, "de"), null, model).Title.ShouldBe("2 Neuigkeiten für Sie");
        texts.Render(new TemplateKey("acme", "digest", NotificationChannel.InApp, "en"), null, model).Text
            .ShouldBe("- In preparation: Your order A-1001 is being prepared.\n- On its way: Your order A-1001 is on its way to you.");
    }

    private static IEnumerable<string> Types() =>
        NotificationRules.ByStatus.Values.Select(rule => rule.Type).Concat([EventTypes.OrderNoteAdded, EventTypes.CustomerUpdated, "order.nearby", "order.delayed", "digest", BuiltInTexts.DefaultType]);
}
