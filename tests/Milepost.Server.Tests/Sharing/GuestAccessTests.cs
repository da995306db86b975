using System.Net;
using System.Net.Http.Json;
using Milepost.Core.Sharing;
using Milepost.Protocol;
using Milepost.Server.Sharing;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Gateway;

namespace Milepost.Server.Tests.Sharing;

public sealed class GuestAccessTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private string _token = null!;
    private string _share = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        await Guests.PlaceAsync(_server, "o-1", "ada");
        await Guests.PlaceAsync(_server, "o-2", "ada");
        var made = await Guests.ShareAsync(_server, "o-1", "ada");
        (_token, _share) = (made.Token, made.Id);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_link_shows_its_own_order_and_no_other()
    {
        (await Guests.TrackAsync(_server, _token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var own = await Guests.GetAsync(_server, "/api/v1/acme/orders/o-1/tracking", _token);
        own.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await own.Content.ReadAsStringAsync()).ShouldNotContain("o-1");
        (await Guests.GetAsync(_server, "/api/v1/acme/orders/o-2/tracking", _token)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await Guests.GetAsync(_server, "/api/v1/acme/orders/o-1", _token)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await Guests.GetAsync(_server, "/api/v1/globex/orders/o-1/tracking", _token)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData(null, null, "en")]
    [InlineData(null, "fr-CH, de;q=0.5", "fr")]
    [InlineData("de-AT", "fr", "de")]
    [InlineData("sv", "es", "es")]
    [InlineData("sv", "fi", "en")]
    public async Task Guests_are_told_in_the_customers_language_and_else_in_their_own(string? customers, string? accepted, string language)
    {
        await Guests.TellAsync(_server, "o-3", "order.placed", new { customer = new { id = "kim", locale = customers } });
        var made = await Guests.ShareAsync(_server, "o-3", "kim");
        using var http = _server.Http(made.Token);
        if (accepted is not null)
        {
            http.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Language", accepted);
        }

        var view = await http.GetFromJsonAsync("/api/v1/guest/tracking", ProtocolJson.Default.GuestTracking);
        view!.Language.ShouldBe(language, "the language alone: the customer's own tag is not shown");
    }

    [Fact]
    public async Task What_customers_have_chosen_goes_before_what_the_shop_told_of_them()
    {
        await Guests.TellAsync(_server, "o-3", "order.placed", new { customer = new { id = "kim", locale = "de" } });
        using (var kim = _server.Http(TestServer.Token("kim")))
        using (var answer = await kim.PatchAsync("/api/v1/acme/notification-preferences", new StringContent("""{"locale":"es-MX"}""", System.Text.Encoding.UTF8, "application/merge-patch+json")))
        {
            answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
        }

        using var guest = await Guests.TrackAsync(_server, (await Guests.ShareAsync(_server, "o-3", "kim")).Token);
        (await guest.Content.ReadFromJsonAsync(ProtocolJson.Default.GuestTracking))!.Language.ShouldBe("es");
    }

    [Theory]
    [InlineData("mpl_AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("mpl_")]
    [InlineData("mpl_short")]
    [InlineData("mpl_!!!!!!!!!!!!!!!!!!!!!!")]
    public async Task What_was_never_a_link_is_not_found(string guess)
    {
        using var answer = await Guests.TrackAsync(_server, guess);
        (answer.StatusCode, await Guests.CodeAsync(answer), answer.Headers.WwwAuthenticate.Count).ShouldBe((HttpStatusCode.NotFound, "not_found", 0));
    }

    [Fact]
    public async Task The_id_in_lists_opens_nothing()
    {
        (await Guests.TrackAsync(_server, _share)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await Guests.TrackAsync(_server, "mpl_" + _share)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_revoked_link_has_ended_at_once()
    {
        using var http = _server.Http(TestServer.Token("ada"));
        await http.DeleteAsync($"/api/v1/acme/orders/o-1/shares/{_share}");
        using var answer = await Guests.TrackAsync(_server, _token);
        (answer.StatusCode, await Guests.CodeAsync(answer)).ShouldBe((HttpStatusCode.Gone, "link_closed"));
    }

    [Fact]
    public async Task A_link_ends_some_time_behind_its_order_and_what_is_told_afterwards_does_not_open_it_again()
    {
        await Guests.StatusAsync(_server, "o-1", "delivered", Guests.Now.AddHours(-1.9));
        (await Guests.TrackAsync(_server, _token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await Guests.StatusAsync(_server, "o-2", "delivered", Guests.Now.AddHours(-2.1));
        var made = await ExpiredByOrderAsync();
        using var answer = await Guests.TrackAsync(_server, made);
        (answer.StatusCode, await Guests.CodeAsync(answer)).ShouldBe((HttpStatusCode.Gone, "link_closed"));
        await Guests.TellAsync(_server, "o-2", "order.note.added", new { note = "afterwards" });
        (await Guests.TrackAsync(_server, made)).StatusCode.ShouldBe(HttpStatusCode.Gone);
    }

    [Fact]
    public async Task A_link_ends_at_its_own_time()
    {
        var token = await AddAsync("o-1", Guests.Now.AddDays(-7), Guests.Now.AddMilliseconds(-1));
        using var answer = await Guests.TrackAsync(_server, token);
        (answer.StatusCode, await Guests.CodeAsync(answer)).ShouldBe((HttpStatusCode.Gone, "link_closed"));
    }

    [Fact]
    public async Task Guessing_is_limited_by_address_and_good_links_go_on()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.FailedAuthenticationsPerMinute = 5);
        await Guests.PlaceAsync(server, "o-1", "ada");
        var good = await Guests.ShareAsync(server, "o-1", "ada");
        var answers = new List<HttpStatusCode>();
        for (var guess = 0; guess < 8; guess++)
        {
            using var answer = await Guests.TrackAsync(server, ShareToken.New());
            answers.Add(answer.StatusCode);
        }

        answers.Distinct().ShouldBe([HttpStatusCode.NotFound, HttpStatusCode.TooManyRequests]);
        (await Guests.TrackAsync(server, good.Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_guest_follows_the_one_stream_of_the_link_and_nothing_else()
    {
        await using var socket = await LiveSocket.OpenAsync(_server, "/ws?streams=order", _token);
        (await socket.NextAsync("ready")).Streams!.ShouldHaveSingleItem().Stream.ShouldBe("order");
        foreach (var other in new[] { "order:o-1", "order:o-2", "notifications", "customer:ada" })
        {
            await socket.SendAsync($$"""{"type":"subscribe","streams":["{{other}}"]}""");
            var error = await socket.NextAsync("error");
            (error.Stream, error.Code).ShouldBe((other, "not_found"));
        }

        await Guests.TellAsync(_server, "o-1", "order.status.changed", new { status = "preparing", note = "SECRET", customer = new { id = "ada", name = "SECRET" } });
        var frame = await socket.UntilAsync("order.status.changed");
        (frame.Stream, frame.Id).ShouldBe(("order", null));
        frame.Data.GetRawText().ShouldNotContain("SECRET");
        frame.Data.EnumerateObject().Select(field => field.Name).ShouldBe(["status", "active", "time", "delayed", "locationStale"]);
        (await Guests.GetAsync(_server, "/api/v1/poll?streams=order:o-1", _token)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await Guests.GetAsync(_server, "/api/v1/poll?streams=order", TestServer.Token("ada"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await Guests.GetAsync(_server, "/api/v1/poll?streams=order", _token)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Revoking_closes_the_guests_connections_and_nobody_elses()
    {
        var other = await Guests.ShareAsync(_server, "o-1", "ada");
        await using var socket = await LiveSocket.OpenAsync(_server, "/ws?streams=order", _token);
        await using var goesOn = await LiveSocket.OpenAsync(_server, "/ws?streams=order", other.Token);
        await socket.NextAsync("ready");
        await goesOn.NextAsync("ready");
        using var http = _server.Http(TestServer.Token("ada"));
        await http.DeleteAsync($"/api/v1/acme/orders/o-1/shares/{_share}");
        (await socket.CloseCodeAsync()).ShouldBe(4003);
        await goesOn.SendAsync("""{"type":"ping"}""");
        await goesOn.NextAsync("pong");
    }

    /// <summary>Revoked on another node, or closed since the order is over: the watch finds it in the store.</summary>
    [Fact]
    public async Task The_watch_closes_what_ended_elsewhere()
    {
        await using var socket = await LiveSocket.OpenAsync(_server, "/ws?streams=order", _token);
        await socket.NextAsync("ready");
        var watch = _server.Get<GuestWatch>();
        (await watch.RunOnceAsync(CancellationToken.None)).ShouldBe(0);
        await _server.Get<IShareStore>().RevokeAsync("acme", "o-1", _share, Guests.Now, CancellationToken.None);
        await watch.RunOnceAsync(CancellationToken.None);
        (await socket.CloseCodeAsync()).ShouldBe(4003);

        var second = await Guests.ShareAsync(_server, "o-2", "ada");
        await using var late = await LiveSocket.OpenAsync(_server, "/ws?streams=order", second.Token);
        await late.NextAsync("ready");
        await Guests.StatusAsync(_server, "o-2", "delivered", Guests.Now.AddHours(-3));
        await watch.RunOnceAsync(CancellationToken.None);
        (await late.CloseCodeAsync()).ShouldBe(4003);
    }

    [Fact]
    public async Task A_ticket_of_a_guest_is_worth_no_more_than_the_link()
    {
        using var http = _server.Http(_token);
        (await Guests.GetAsync(_server, $"/api/v1/poll?streams=order&ticket={await TicketAsync(http)}", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Guests.GetAsync(_server, $"/api/v1/poll?streams=order:o-1&ticket={await TicketAsync(http)}", null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var ticket = await TicketAsync(http);
        using var owner = _server.Http(TestServer.Token("ada"));
        await owner.DeleteAsync($"/api/v1/acme/orders/o-1/shares/{_share}");
        (await Guests.GetAsync(_server, $"/api/v1/poll?streams=order&ticket={ticket}", null)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_connection_of_a_customer_cannot_be_taken_over_by_a_guest()
    {
        await using var socket = await LiveSocket.OpenAsync(_server, "/ws/notifications", TestServer.Token("ada"));
        await socket.NextAsync("ready");
        await socket.SendAsync($$"""{"type":"token","token":"{{_token}}"}""");
        (await socket.CloseCodeAsync()).ShouldBe(4002);
    }

    [Fact]
    public async Task A_link_in_the_query_of_an_address_is_refused() =>
        (await Guests.GetAsync(_server, $"/api/v1/guest/tracking?token={_token}", null)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

    private static async Task<string> TicketAsync(HttpClient http)
    {
        using var answer = await http.PostAsync("/api/v1/acme/realtime/tickets", null);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        return System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("ticket").GetString()!;
    }

    private Task<string> ExpiredByOrderAsync() => AddAsync("o-2", Guests.Now.AddHours(-5), Guests.Now.AddDays(1));

    private async Task<string> AddAsync(string order, DateTimeOffset created, DateTimeOffset expires)
    {
        var token = ShareToken.New();
        var share = new Share { Tenant = "acme", Id = Guid.NewGuid().ToString("N"), OrderId = order, CreatedAt = created, CreatedBy = "ada", ExpiresAt = expires };
        (await _server.Get<IShareStore>().AddAsync(share, ShareToken.HashOf(token)!, 20, CancellationToken.None)).ShouldBe(ShareAdded.Added);
        return token;
    }
}
