using System.Globalization;
using System.Net;
using System.Text.Json;
using Milepost.Server.Proofs;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Sharing;
using Milepost.Testing;

namespace Milepost.Server.Tests.Proofs;

public sealed class ProofPhotoTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private PhotoHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(settings =>
        {
            settings.Outgoing.AllowHttp = true;
            settings.Outgoing.AllowPrivate = ["127.0.0.1"];
            settings.Outgoing.Ports = ["*"];
        });
        _host = new PhotoHost(AnswerAsync);
        await Guests.PlaceAsync(_server, "o-1", "ada");
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_customer_sees_the_proof_and_the_photo_by_a_signed_address()
    {
        await DeliverAsync(_host.Address("/jpeg"));
        var proof = await ProofAsync();
        (proof.GetProperty("receivedBy").GetString(), proof.GetProperty("leftAt").GetString()).ShouldBe(("Bob", "the porch"));
        var address = proof.GetProperty("photoUrl").GetString()!;
        address.ShouldStartWith("/api/v1/acme/orders/o-1/proof/photo?expires=");
        using var photo = await Guests.GetAsync(_server, address, null);
        photo.StatusCode.ShouldBe(HttpStatusCode.OK);
        photo.Content.Headers.ContentType!.MediaType.ShouldBe("image/jpeg");
        photo.Headers.CacheControl!.NoStore.ShouldBeTrue();
        photo.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        (await photo.Content.ReadAsByteArrayAsync()).ShouldBe(PhotoHost.Jpeg);
        using var tracking = await Guests.GetAsync(_server, "/api/v1/acme/orders/o-1/tracking", TestServer.Token("ada"));
        var text = await tracking.Content.ReadAsStringAsync();
        text.ShouldContain("proof/photo?expires=");
        text.ShouldNotContain("127.0.0.1");
    }

    [Fact]
    public async Task A_guest_sees_the_photo_with_the_link_and_not_who_took_it()
    {
        await DeliverAsync(_host.Address("/png"));
        var link = await Guests.ShareAsync(_server, "o-1", "ada");
        using var answer = await Guests.TrackAsync(_server, link.Token);
        var text = await answer.Content.ReadAsStringAsync();
        text.ShouldContain("\"photoUrl\":\"/api/v1/guest/proof/photo\"");
        text.ShouldNotContain("Bob");
        using var photo = await Guests.GetAsync(_server, "/api/v1/guest/proof/photo", link.Token);
        (photo.StatusCode, photo.Content.Headers.ContentType!.MediaType).ShouldBe((HttpStatusCode.OK, "image/png"));
        (await Guests.GetAsync(_server, "/api/v1/guest/proof/photo", null)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("/webp", "image/webp")]
    [InlineData("/avif", "image/avif")]
    [InlineData("/jpeg-called-html", "image/jpeg")]
    public async Task What_a_picture_is_its_bytes_say(string path, string type)
    {
        using var photo = await PhotoAsync(path);
        (photo.StatusCode, photo.Content.Headers.ContentType!.MediaType).ShouldBe((HttpStatusCode.OK, type));
    }

    [Theory]
    [InlineData("/html-called-jpeg")]
    [InlineData("/svg")]
    [InlineData("/empty")]
    [InlineData("/missing")]
    [InlineData("/too-large-and-says-so")]
    [InlineData("/redirect-to-private")]
    [InlineData("/redirect-to-photo")]
    [InlineData("/cut-at-once")]
    public async Task What_is_no_photo_is_not_passed_on(string path)
    {
        using var photo = await PhotoAsync(path);
        (photo.StatusCode, await Guests.CodeAsync(photo)).ShouldBe((HttpStatusCode.BadGateway, "photo_unavailable"));
        (await photo.Content.ReadAsStringAsync()).ShouldNotContain("127.0.0.1");

        // Where redirects lead is not asked. A connection that ends before any answer is tried again on another one.
        if (path != "/cut-at-once")
        {
            _host.Requests.ShouldBe(1);
        }
    }

    [Theory]
    [InlineData("/too-large-and-silent")]
    [InlineData("/cut-later")]
    public async Task An_answer_that_has_begun_and_cannot_be_ended_well_is_cut(string path) =>
        await Should.ThrowAsync<Exception>(async () =>
        {
            using var photo = await PhotoAsync(path);
            await photo.Content.ReadAsByteArrayAsync();
        });

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://10.0.0.1/photo.jpg")]
    [InlineData("http://[::1]/photo.jpg")]
    public async Task Addresses_of_inner_networks_are_not_called(string address)
    {
        await DeliverAsync(address);
        using var photo = await Guests.GetAsync(_server, (await ProofAsync()).GetProperty("photoUrl").GetString()!, null);
        photo.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("file:///etc/passwd")]
    [InlineData("photo.jpg")]
    public async Task What_is_no_address_is_refused_when_it_is_told(string address)
    {
        using var http = _server.Http(TestServer.Token("shop", "events:write"));
        var told = JsonSerializer.Serialize(new { specversion = "1.0", id = "p", source = "/test", type = "order.proof.added", subject = "o-1", data = new { proof = new { photoUrl = address } } });
        using var answer = await http.PostAsync("/api/v1/acme/events", new StringContent(told, System.Text.Encoding.UTF8, "application/cloudevents+json"));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("data.proof.photoUrl");
    }

    [Fact]
    public async Task A_signature_is_good_for_its_order_tenant_and_time_only()
    {
        await DeliverAsync(_host.Address("/jpeg"));
        await Guests.PlaceAsync(_server, "o-2", "ada");
        var address = (await ProofAsync()).GetProperty("photoUrl").GetString()!;
        var expires = long.Parse(address.Split("expires=")[1].Split('&')[0], CultureInfo.InvariantCulture);
        foreach (var forged in new[]
        {
            address.Replace("o-1", "o-2", StringComparison.Ordinal), address.Replace("acme", "globex", StringComparison.Ordinal), address[..^1], address.Split("&signature")[0],
            address.Replace(expires.ToString(CultureInfo.InvariantCulture), (expires + 600).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal),
        })
        {
            using var answer = await Guests.GetAsync(_server, forged, null);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, forged);
        }
    }

    [Fact]
    public void An_address_ends_after_ten_minutes()
    {
        var clock = new FakeClock();
        var links = new PhotoLinks("https://track.example/", () => "secret", clock);
        var address = new Uri(links.For("acme", "o|1"));
        address.AbsoluteUri.ShouldStartWith("https://track.example/api/v1/acme/orders/o%7C1/proof/photo?");
        var query = System.Web.HttpUtility.ParseQueryString(address.Query);
        links.Check("acme", "o|1", query["expires"], query["signature"]).ShouldBe(PhotoLink.Good);
        new PhotoLinks("", () => "other", clock).Check("acme", "o|1", query["expires"], query["signature"]).ShouldBe(PhotoLink.Wrong);
        clock.Advance(TimeSpan.FromMinutes(10));
        links.Check("acme", "o|1", query["expires"], query["signature"]).ShouldBe(PhotoLink.Expired);
    }

    private static async Task AnswerAsync(string path, System.Net.Sockets.NetworkStream stream, CancellationToken cancellationToken)
    {
        static string Ok(int length, string type = "image/jpeg") => string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nContent-Length: {length}");
        var (head, body) = path switch
        {
            "/jpeg" or "/cut-later" => (Ok(PhotoHost.Jpeg.Length), PhotoHost.Jpeg),
            "/png" => (Ok(PhotoHost.Png.Length, "image/png"), PhotoHost.Png),
            "/webp" => (Ok(PhotoHost.WebP.Length, "image/webp"), PhotoHost.WebP),
            "/avif" => (Ok(PhotoHost.Avif.Length, "image/avif"), PhotoHost.Avif),
            "/jpeg-called-html" => (Ok(PhotoHost.Jpeg.Length, "text/html"), PhotoHost.Jpeg),
            "/html-called-jpeg" => (Ok(40), "<!doctype html><script>alert(1)</script>"u8.ToArray()),
            "/svg" => (Ok(62, "image/svg+xml"), "<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg"u8.ToArray()[..62]),
            "/empty" => (Ok(0), []),
            "/too-large-and-says-so" => (Ok(ProofPhotos.MaxBytes + 1), PhotoHost.Jpeg),
            "/too-large-and-silent" => ("HTTP/1.1 200 OK\r\nContent-Type: image/jpeg", [.. PhotoHost.Jpeg, .. new byte[ProofPhotos.MaxBytes]]),
            "/redirect-to-private" => ("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0", Array.Empty<byte>()),
            "/redirect-to-photo" => ("HTTP/1.1 302 Found\r\nLocation: /jpeg\r\nContent-Length: 0", Array.Empty<byte>()),
            "/cut-at-once" => ("", Array.Empty<byte>()),
            _ => ("HTTP/1.1 404 Not Found\r\nContent-Length: 0", Array.Empty<byte>()),
        };
        if (head.Length > 0)
        {
            await PhotoHost.SendAsync(stream, head, path == "/cut-later" ? body.AsMemory(0, 200) : body, cancellationToken);
        }
    }

    private Task DeliverAsync(string photo) => Guests.TellAsync(
        _server, "o-1", "order.status.changed", new { status = "delivered", proof = new { photoUrl = photo, receivedBy = "Bob", leftAt = "the porch" } });

    private async Task<HttpResponseMessage> PhotoAsync(string path)
    {
        await DeliverAsync(_host.Address(path));
        return await Guests.GetAsync(_server, (await ProofAsync()).GetProperty("photoUrl").GetString()!, null);
    }

    private async Task<JsonElement> ProofAsync()
    {
        using var answer = await Guests.GetAsync(_server, "/api/v1/acme/orders/o-1", TestServer.Token("ada"));
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("proof");
    }
}
