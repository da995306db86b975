using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;

namespace Milepost.Browser.Tests;

/// <summary>The page behind a share link, in a real Chromium against the demo. Screenshots are left in artifacts/screenshots.</summary>
[Collection(nameof(World))]
public sealed class GuestPageTests(World world)
{
    private static readonly JsonSerializerOptions Absent = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    [Fact]
    public async Task A_guest_follows_an_order_live_and_the_page_ends_with_the_link()
    {
        using var amira = await CustomerAsync();
        var order = await ActiveOrderAsync(amira);
        var link = (await PostAsync(amira, $"api/v1/demo/orders/{order}/share")).GetProperty("url").GetString()!;
        var requests = new List<IRequest>();
        var page = await world.OpenAsync(new Uri(link), 390, 844, page =>
        {
            page.Request += (_, request) => requests.Add(request);
            return Task.CompletedTask;
        });
        await Assertions.Expect(page.Locator("#steps li[aria-current=step]")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#main")).ToHaveAttributeAsync("data-live", "true");
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(390);

        // Live: a further step comes by itself.
        var steps = await page.Locator("#steps li").CountAsync();
        await Assertions.Expect(page.Locator("#steps li").Nth(steps)).ToBeVisibleAsync(new() { Timeout = 60_000 });
        (await page.Locator("#announce").TextContentAsync()).ShouldNotBeNullOrEmpty();
        await world.ScreenshotAsync(page, "guest");

        // The secret is in the page's own address and in credentials, in no other address and in no referrer.
        var token = link.Split('/')[^1];
        foreach (var request in requests.Where(request => request.Url != link))
        {
            request.Url.ShouldNotContain(token);
            (await request.HeaderValueAsync("referer")).ShouldBeNull(request.Url);
        }

        var shares = await amira.GetFromJsonAsync<JsonElement>($"api/v1/demo/orders/{order}/shares");
        foreach (var share in shares.GetProperty("items").EnumerateArray())
        {
            (await amira.DeleteAsync($"api/v1/demo/orders/{order}/shares/{share.GetProperty("id").GetString()}")).EnsureSuccessStatusCode();
        }

        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("This link has ended");
        await Assertions.Expect(page.Locator("#history")).ToBeHiddenAsync();
        await world.ScreenshotAsync(page, "guest-ended");
    }

    [Fact]
    public async Task A_link_that_never_was_says_so()
    {
        var page = await world.OpenAsync(new Uri(world.Address, "t/mpl_AAAAAAAAAAAAAAAAAAAAAA"), 390, 844);
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("This link does not work");
        await Assertions.Expect(page.Locator("#seen")).ToBeHiddenAsync();
    }

    /// <summary>What the server may answer, drawn: the way, its end, the driver and what is said of them.</summary>
    [Fact]
    public async Task The_way_and_the_driver_are_drawn_and_said_in_words()
    {
        var now = await NowAsync();
        var page = await world.OpenAsync(new Uri(await LinkAsync()), 390, 844, page => AnswerAsync(page, now, "en", () => now));
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Ana is on the way");
        await Assertions.Expect(page.Locator("#eta")).ToContainTextAsync("About 12 min");
        await Assertions.Expect(page.Locator("#detail")).ToHaveTextAsync("Ana brings it by bicycle");
        await Assertions.Expect(page.Locator("#map-words")).ToContainTextAsync("Ana was seen here");
        await Assertions.Expect(page.Locator("#driver")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#door")).ToBeVisibleAsync();
        await world.ScreenshotAsync(page, "guest-map");
    }

    /// <summary>The reader's browser asks for one language, the customer reads another: the customer's counts, once it is known.</summary>
    [Theory]
    [InlineData(390, 844, "fr-CA", "de", "Ana ist unterwegs", "Etwa 12 Min. \u00b7 ", "Ana bringt sie mit dem Fahrrad", "Ana war gerade eben hier.", "Was bisher geschah")]
    [InlineData(1280, 900, "de-AT", "de", "Ana ist unterwegs", "Etwa 12 Min. \u00b7 ", "Ana bringt sie mit dem Fahrrad", "Ana war gerade eben hier.", "Was bisher geschah")]
    [InlineData(390, 844, "en-US", "es", "Ana está en camino", "En unos 12 min \u00b7 ", "Ana lo trae en bicicleta", "Ana estaba aquí ahora mismo.", "Qué ha pasado")]
    [InlineData(1280, 900, "es-MX", "fr", "Ana est en route", "Environ 12 min \u00b7 ", "Ana l’apporte à vélo", "Ana était ici à l’instant.", "Les étapes")]
    public async Task The_page_speaks_the_customers_language(int width, int height, string browser, string language, string headline, string eta, string driver, string seen, string history)
    {
        var now = await NowAsync();
        var page = await world.OpenAsync(new Uri(await LinkAsync()), width, height, page => AnswerAsync(page, now, language, () => now), browser);
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", language);
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync(headline);
        await Assertions.Expect(page.Locator("#eta")).ToContainTextAsync(eta);
        await Assertions.Expect(page.Locator("#detail")).ToHaveTextAsync(driver);
        await Assertions.Expect(page.Locator("#map-words")).ToHaveTextAsync(seen);
        await Assertions.Expect(page.Locator("#steps-title")).ToHaveTextAsync(history);
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width);
        (await page.EvaluateAsync<string[]>("[...document.querySelectorAll('body *')].filter(it => it.children.length === 0 && /{|}|undefined|NaN/.test(it.textContent)).map(it => it.textContent)")).ShouldBeEmpty();
        await world.ScreenshotAsync(page, $"guest-{language}-{width}");
        world.FailuresOf(page).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_link_that_does_not_work_says_so_in_the_readers_language()
    {
        var page = await world.OpenAsync(new Uri(world.Address, "t/mpl_AAAAAAAAAAAAAAAAAAAAAA"), 390, 844, null, "fr-FR");
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "fr");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Ce lien ne fonctionne pas");
        (await page.TitleAsync()).ShouldBe("Ce lien ne fonctionne pas");
    }

    /// <summary>Every place at which the marker was drawn, frame by frame, from before it is seen on.</summary>
    private const string WatchMarker = """
        () => {
          window.drawn = [];
          const look = () => {
            const driver = document.querySelector('#driver');
            if (driver !== null && !driver.hasAttribute('hidden')) {
              const matrix = new DOMMatrix(getComputedStyle(driver).transform);
              window.drawn.push([matrix.e, matrix.f]);
            }
            requestAnimationFrame(look);
          };
          requestAnimationFrame(look);
        }
        """;

    [Fact]
    public async Task The_marker_is_at_the_drivers_first_place_at_once_and_moves_to_the_next()
    {
        var now = await NowAsync();
        var isSeen = false;
        var page = await world.OpenAsync(new Uri(await LinkAsync()), 390, 844, async page =>
        {
            await page.AddInitScriptAsync($"({WatchMarker})()");
            await AnswerAsync(page, now, "en", () => isSeen ? now : null);
        });
        await Assertions.Expect(page.Locator("#map")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#driver")).ToBeHiddenAsync();
        isSeen = true;

        // A further event of the order: the page reads again, and sees the driver for the first time.
        await Assertions.Expect(page.Locator("#driver")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await page.WaitForFunctionAsync("window.drawn.length > 30");
        var drawn = await page.EvaluateAsync<double[][]>("window.drawn");
        var (x, y) = (drawn[^1][0], drawn[^1][1]);
        drawn.ShouldAllBe(at => Math.Abs(at[0] - x) < 0.5 && Math.Abs(at[1] - y) < 0.5, "it does not slide in from a corner");
        (x > 48 && y > 48).ShouldBeTrue("it is on the way, not in a corner");
        world.FailuresOf(page).ShouldBeEmpty();
    }

    private async Task<string> LinkAsync()
    {
        using var amira = await CustomerAsync();
        return (await PostAsync(amira, $"api/v1/demo/orders/{await ActiveOrderAsync(amira)}/share")).GetProperty("url").GetString()!;
    }

    private async Task<DateTimeOffset> NowAsync()
    {
        using var http = new HttpClient { BaseAddress = world.Address };
        return (await http.GetAsync("healthz/live")).Headers.Date!.Value;
    }

    /// <summary>What the server may answer, in the place of what it does.</summary>
    private static Task AnswerAsync(IPage page, DateTimeOffset now, string language, Func<DateTimeOffset?> seenAt) => page.RouteAsync("**/guest/tracking*", async route =>
    {
        var answer = await route.FetchAsync();
        var stream = JsonDocument.Parse(await answer.TextAsync()).RootElement.GetProperty("stream");
        await route.FulfillAsync(new RouteFulfillOptions
        {
            ContentType = "application/json",
            Body = JsonSerializer.Serialize(new
            {
                status = "out_for_delivery",
                active = true,
                eta = new { at = now.AddMinutes(12) },
                timeline = new[] { new { status = "placed", time = now.AddDays(-1) }, new { status = "picked_up", time = now.AddMinutes(-9) }, new { status = "out_for_delivery", time = now.AddMinutes(-6) } },
                brand = new { name = "Luigi's", color = "#b4451f" },
                driver = new { firstName = "Ana", vehicle = "bicycle" },
                location = seenAt() is { } at ? new { lat = 52.512, lon = 13.404, time = at } : null,
                route = new { points = new[] { new { lat = 52.510, lon = 13.400 }, new { lat = 52.512, lon = 13.404 }, new { lat = 52.516, lon = 13.405 }, new { lat = 52.518, lon = 13.412 } } },
                language,
                stream,
            }, Absent),
        });
    });

    private static async Task<JsonElement> PostAsync(HttpClient http, string path)
    {
        using var answer = await http.PostAsync(path, null);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task<HttpClient> CustomerAsync()
    {
        var http = new HttpClient { BaseAddress = world.Address };
        using var answer = await http.PostAsJsonAsync("demo/token", new { customer = "amira" });
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString());
        return http;
    }

    /// <summary>The newest one under way: it has its way before it.</summary>
    private static async Task<string> ActiveOrderAsync(HttpClient amira)
    {
        while (true)
        {
            var page = await amira.GetFromJsonAsync<JsonElement>("api/v1/demo/orders?active=true&limit=1");
            if (page.GetProperty("items").EnumerateArray().Select(order => order.GetProperty("id").GetString()).FirstOrDefault() is { } id)
            {
                return id;
            }
        }
    }
}
