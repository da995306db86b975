using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;

namespace Milepost.Browser.Tests;

/// <summary>The page behind a share link, in a real Chromium against the demo. Screenshots are left in artifacts/screenshots.</summary>
[Collection(nameof(World))]
public sealed class GuestPageTests(World world)
{
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
        using var amira = await CustomerAsync();
        var link = (await PostAsync(amira, $"api/v1/demo/orders/{await ActiveOrderAsync(amira)}/share")).GetProperty("url").GetString()!;
        var now = DateTimeOffset.Parse((await amira.GetAsync("healthz/live")).Headers.Date!.Value.ToString("O"), System.Globalization.CultureInfo.InvariantCulture);
        var page = await world.OpenAsync(new Uri(link), 390, 844, page => page.RouteAsync("**/guest/tracking*", async route =>
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
                    timeline = new[] { new { status = "placed", time = now.AddMinutes(-40) }, new { status = "out_for_delivery", time = now.AddMinutes(-6) } },
                    brand = new { name = "Luigi's", color = "#b4451f" },
                    driver = new { firstName = "Ana", vehicle = "bicycle" },
                    location = new { lat = 52.512, lon = 13.404, time = now },
                    route = new { points = new[] { new { lat = 52.510, lon = 13.400 }, new { lat = 52.512, lon = 13.404 }, new { lat = 52.516, lon = 13.405 }, new { lat = 52.518, lon = 13.412 } } },
                    stream,
                }),
            });
        }));
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Ana is on the way");
        await Assertions.Expect(page.Locator("#eta")).ToContainTextAsync("About 12 min");
        await Assertions.Expect(page.Locator("#detail")).ToHaveTextAsync("Ana brings it by bicycle");
        await Assertions.Expect(page.Locator("#map-words")).ToContainTextAsync("Ana was seen here");
        await Assertions.Expect(page.Locator("#driver")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#door")).ToBeVisibleAsync();
        await world.ScreenshotAsync(page, "guest-map");
    }

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
