using System.Net;
using System.Text.RegularExpressions;
using Milepost.Core.Orders;
using Milepost.Protocol.Orders;
using Milepost.Server.Sharing;
using Milepost.Server.Templates;
using Milepost.Server.Testing;

namespace Milepost.Server.Tests.Sharing;

public sealed partial class GuestPageTests : IAsyncLifetime
{
    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        await Guests.PlaceAsync(_server, "o-1", "ada");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Everybody_gets_the_same_page_whatever_the_token_and_nothing_is_counted()
    {
        var made = await Guests.ShareAsync(_server, "o-1", "ada");
        using var good = await PreviewAsync($"/t/{made.Token}");
        using var bad = await PreviewAsync("/t/mpl_nonsense");
        good.StatusCode.ShouldBe(HttpStatusCode.OK);
        bad.StatusCode.ShouldBe(HttpStatusCode.OK);
        var html = await good.Content.ReadAsStringAsync();
        html.ShouldBe(await bad.Content.ReadAsStringAsync());
        html.ShouldNotContain("mpl_");
        Headers(good).ShouldBe(Headers(bad));
        await _server.Get<LinkUseLoop>().RunOnceAsync(CancellationToken.None);
        var listed = (await Guests.ListAsync(_server, "o-1", "ada")).Items[0];
        (listed.Uses, listed.LastUsedAt).ShouldBe((0, null));
    }

    [Fact]
    public async Task The_page_tells_nobody_where_it_is_and_runs_nothing_but_its_own_files()
    {
        using var answer = await PreviewAsync("/t/mpl_anything");
        var headers = answer.Headers;
        headers.GetValues("Referrer-Policy").ShouldBe(["no-referrer"]);
        headers.GetValues("X-Robots-Tag").ShouldBe(["noindex, nofollow"]);
        headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        headers.CacheControl!.NoStore.ShouldBeTrue();
        var policy = headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'none'");
        policy.ShouldContain("script-src 'self';");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldNotContain("unsafe");
        var html = await answer.Content.ReadAsStringAsync();
        html.Split("<script").Skip(1).ShouldAllBe(script => script.StartsWith(" type=\"module\" src=\"page/app.js\"></script>", StringComparison.Ordinal));
        html.ShouldNotContain("<style");
        html.ShouldNotContain(" style=");
        headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Theory]
    [InlineData("app.js", "text/javascript")]
    [InlineData("page.css", "text/css")]
    [InlineData("fr.json", "application/json")]
    public async Task Its_files_are_there(string file, string type)
    {
        using var answer = await PreviewAsync($"/t/page/{file}");
        (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType).ShouldBe((HttpStatusCode.OK, type));
        (await PreviewAsync("/t/page/none.js")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await PreviewAsync("/t/page/index.html")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData(null, "en", "Follow a delivery")]
    [InlineData("de-AT,de;q=0.9,en;q=0.8", "de", "Eine Lieferung verfolgen")]
    [InlineData("it,fr-CA;q=0.7,en;q=0.3", "fr", "Suivre une livraison")]
    [InlineData("en;q=0.3,es-419;q=0.9", "es", "Seguir una entrega")]
    [InlineData("de;q=0,es", "es", "Seguir una entrega")]
    [InlineData("tlh,*;q=0.5", "en", "Follow a delivery")]
    [InlineData("not a language, ;;;", "en", "Follow a delivery")]
    public async Task The_page_comes_in_the_language_that_the_browser_asks_for_whatever_the_token(string? accepted, string language, string title)
    {
        var made = await Guests.ShareAsync(_server, "o-1", "ada");
        using var good = await PreviewAsync($"/t/{made.Token}", accepted);
        using var bad = await PreviewAsync("/t/mpl_nonsense", accepted);
        var html = await good.Content.ReadAsStringAsync();
        html.ShouldBe(await bad.Content.ReadAsStringAsync());
        html.ShouldStartWith($"<!doctype html>\n<html lang=\"{language}\"");
        html.ShouldContain($"<title>{title}</title>");
        html.ShouldNotContain("{{");
        good.Headers.Vary.ShouldBe(["Accept-Language"]);
    }

    [Fact]
    public void Every_language_of_notifications_has_the_same_words_with_the_same_places()
    {
        GuestWords.All.Languages.ShouldBe(BuiltInTexts.Load().Languages, ignoreOrder: true);
        var english = GuestWords.All.Of("en");
        foreach (var words in GuestWords.All.Languages.Select(GuestWords.All.Of))
        {
            words.Keys.ShouldBe(english.Keys, ignoreOrder: true);
            words.ShouldAllBe(word => word.Value.Length > 0 && Places(word.Value).SequenceEqual(Places(english[word.Key])));
        }

        foreach (var status in Enum.GetValues<OrderStatus>())
        {
            english.Keys.ShouldContain($"headline.{status.Wire()}");
            english.Keys.ShouldContain($"step.{status.Wire()}");
        }
    }

    [Fact]
    public async Task Every_word_that_the_page_says_is_there()
    {
        var words = GuestWords.All.Of("en");
        foreach (var file in (string[])["app.js", "map.js", "words.js"])
        {
            using var answer = await PreviewAsync($"/t/page/{file}");
            var said = Said().Matches(await answer.Content.ReadAsStringAsync()).Select(match => match.Groups["word"].Value).ToList();
            said.ShouldNotBeEmpty();
            said.Except(words.Keys).ShouldBeEmpty();
        }
    }

    // Those that are put together have a table of their own.
    [GeneratedRegex(@"(?:say\(|(?<=\? |: ))'(?<word>(?:page|eta|map|ago|banner|headline)\.[a-z_]+|seen|left|driver)'", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Said();

    private static IEnumerable<string> Places(string words) => words.Split('{').Skip(1).Select(part => part[..part.IndexOf('}', StringComparison.Ordinal)]).Order(StringComparer.Ordinal);

    private static string Headers(HttpResponseMessage answer) =>
        string.Join('\n', answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key != "Date").Select(header => $"{header.Key}: {string.Join(", ", header.Value)}").Order(StringComparer.Ordinal));

    private async Task<HttpResponseMessage> PreviewAsync(string path, string? accepted = null)
    {
        using var http = _server.Http(null);
        if (accepted is not null)
        {
            http.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Language", accepted);
        }

        http.DefaultRequestHeaders.UserAgent.ParseAdd("WhatsApp/2.23.20.0");
        return await http.GetAsync(path);
    }
}
