using System.Net;
using System.Net.Http.Json;
using Milepost.Server.Sharing;
using Milepost.Server.Testing;

namespace Milepost.Server.Tests.Sharing;

public sealed class ShareEndpointTests : IAsyncLifetime
{
    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(settings => settings.Gateway.PublicUrl = "https://track.shop.example/live/");
        await Guests.PlaceAsync(_server, "o-1", "ada");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_link_is_made_listed_and_revoked_and_its_secret_is_shown_once()
    {
        var made = await Guests.ShareAsync(_server, "o-1", "ada", new { expiresInHours = 48, name = "Grandma" });
        made.Token.ShouldMatch("^mpl_[A-Za-z0-9_-]{22}$");
        made.Url.ShouldBe($"https://track.shop.example/live/t/{made.Token}");
        made.ExpiresAt.ShouldBeInRange(Guests.Now.AddHours(47.9), Guests.Now.AddHours(48));
        var listed = (await Guests.ListAsync(_server, "o-1", "ada")).Items.ShouldHaveSingleItem();
        (listed.Id, listed.Name, listed.CreatedBy, listed.Open, listed.Uses, listed.RevokedAt).ShouldBe((made.Id, "Grandma", "ada", true, 0, null));
        using var raw = await Guests.GetAsync(_server, "/api/v1/acme/orders/o-1/shares", TestServer.Token("ada"));
        (await raw.Content.ReadAsStringAsync()).ShouldNotContain("mpl_");

        using var http = _server.Http(TestServer.Token("ada"));
        (await http.DeleteAsync($"/api/v1/acme/orders/o-1/shares/{made.Id}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var first = (await Guests.ListAsync(_server, "o-1", "ada")).Items[0];
        (await http.DeleteAsync($"/api/v1/acme/orders/o-1/shares/{made.Id}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var again = (await Guests.ListAsync(_server, "o-1", "ada")).Items[0];
        (first.Open, first.RevokedAt is null, again.RevokedAt).ShouldBe((false, false, first.RevokedAt));
    }

    [Fact]
    public async Task Without_a_body_a_link_is_good_for_seven_days() =>
        (await Guests.ShareAsync(_server, "o-1", "ada")).ExpiresAt.ShouldBeInRange(Guests.Now.AddDays(6.99), Guests.Now.AddDays(7));

    [Theory]
    [InlineData("""{"expiresInHours":0}""", "expiresInHours")]
    [InlineData("""{"expiresInHours":721}""", "expiresInHours")]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"name":"a\nb"}""", "name")]
    public async Task What_cannot_be_is_refused_with_the_field(string body, string field)
    {
        using var http = _server.Http(TestServer.Token("ada"));
        using var answer = await http.PostAsync("/api/v1/acme/orders/o-1/share", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain($"\"field\":\"{field}\"");
    }

    [Fact]
    public async Task Nobody_makes_lists_or_revokes_links_of_somebody_elses_order()
    {
        var made = await Guests.ShareAsync(_server, "o-1", "ada");
        using var http = _server.Http(TestServer.Token("eve"));
        (await http.PostAsync("/api/v1/acme/orders/o-1/share", null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await http.GetAsync("/api/v1/acme/orders/o-1/shares")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await http.DeleteAsync($"/api/v1/acme/orders/o-1/shares/{made.Id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await Guests.PlaceAsync(_server, "o-2", "eve");
        (await http.DeleteAsync($"/api/v1/acme/orders/o-2/shares/{made.Id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await Guests.TrackAsync(_server, made.Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_order_has_at_most_twenty_links_at_a_time_and_a_revoked_one_makes_room()
    {
        var links = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Guests.ShareAsync(_server, "o-1", "ada")));
        using var http = _server.Http(TestServer.Token("ada"));
        using var refused = await http.PostAsync("/api/v1/acme/orders/o-1/share", null);
        (refused.StatusCode, await Guests.CodeAsync(refused)).ShouldBe((HttpStatusCode.Conflict, "too_many_shares"));
        await http.DeleteAsync($"/api/v1/acme/orders/o-1/shares/{links[3].Id}");
        (await http.PostAsync("/api/v1/acme/orders/o-1/share", null)).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task An_order_that_has_long_ended_is_not_shared()
    {
        await Guests.StatusAsync(_server, "o-1", "delivered", Guests.Now.AddHours(-2.1));
        using var http = _server.Http(TestServer.Token("ada"));
        using var refused = await http.PostAsync("/api/v1/acme/orders/o-1/share", null);
        (refused.StatusCode, await Guests.CodeAsync(refused)).ShouldBe((HttpStatusCode.Conflict, "order_ended"));
    }

    [Fact]
    public async Task A_link_of_an_order_that_has_just_ended_says_when_it_closes()
    {
        var ended = Guests.Now.AddHours(-1);
        await Guests.StatusAsync(_server, "o-1", "delivered", ended);
        (await Guests.ShareAsync(_server, "o-1", "ada")).ExpiresAt.ShouldBe(ended.AddHours(2), TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task Openings_are_counted_and_reading_again_is_not_an_opening()
    {
        var made = await Guests.ShareAsync(_server, "o-1", "ada");
        await Guests.TrackAsync(_server, made.Token);
        await Guests.TrackAsync(_server, made.Token);
        await Guests.GetAsync(_server, "/api/v1/guest/tracking?refresh=true", made.Token);
        await _server.Get<LinkUseLoop>().RunOnceAsync(CancellationToken.None);
        var listed = (await Guests.ListAsync(_server, "o-1", "ada")).Items[0];
        listed.Uses.ShouldBe(2);
        listed.LastUsedAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task Links_go_with_the_customer_who_is_erased_and_none_can_be_made()
    {
        var made = await Guests.ShareAsync(_server, "o-1", "ada", new { name = "Grandma" });
        await Guests.TellAsync(_server, "ada", "customer.erased", new { });
        using var gone = await Guests.TrackAsync(_server, made.Token);
        (gone.StatusCode, await Guests.CodeAsync(gone)).ShouldBe((HttpStatusCode.NotFound, "not_found"));
        (await Guests.ListAsync(_server, "o-1", "ada")).Items.ShouldBeEmpty();
        using var http = _server.Http(TestServer.Token("ada"));
        using var refused = await http.PostAsJsonAsync("/api/v1/acme/orders/o-1/share", new { });
        (refused.StatusCode, await Guests.CodeAsync(refused)).ShouldBe((HttpStatusCode.Gone, "customer_erased"));
    }
}
