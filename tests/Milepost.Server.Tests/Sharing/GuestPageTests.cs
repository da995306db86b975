using System.Net;
using Milepost.Server.Sharing;
using Milepost.Server.Testing;

namespace Milepost.Server.Tests.Sharing;

public sealed class GuestPageTests : IAsyncLifetime
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
    public async Task Its_files_are_there(string file, string type)
    {
        using var answer = await PreviewAsync($"/t/page/{file}");
        (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType).ShouldBe((HttpStatusCode.OK, type));
        (await PreviewAsync("/t/page/none.js")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static string Headers(HttpResponseMessage answer) =>
        string.Join('\n', answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key != "Date").Select(header => $"{header.Key}: {string.Join(", ", header.Value)}").Order(StringComparer.Ordinal));

    private async Task<HttpResponseMessage> PreviewAsync(string path)
    {
        using var http = _server.Http(null);
        http.DefaultRequestHeaders.UserAgent.ParseAdd("WhatsApp/2.23.20.0");
        return await http.GetAsync(path);
    }
}
