using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Milepost.Browser.Tests;

/// <summary>The map of an order under way, in a real Chromium, with the whole product behind it: simulated drivers, their service, the tracker, the page.</summary>
[Collection(nameof(World))]
public sealed partial class LiveMapTests(World world)
{
    // An order is on its way for half a minute at the demo's speed here, and machines may be slow.
    private static readonly LocatorAssertionsToBeVisibleOptions Patiently = new() { Timeout = 120_000 };

    private const int MatchMilliseconds = 1_000;

    /// <summary>Notes every moment at which the page shows where the driver is though the driver does not have the order.</summary>
    private const string WatchPrivacy = """
        () => {
          window.shown = [];
          new MutationObserver(() => {
            const title = document.querySelector('#detail-title')?.textContent ?? '';
            const driver = document.querySelector('.mark.driver');
            const isSeen = driver !== null && driver.getBoundingClientRect().width > 0;
            if (isSeen && !/Picked up|On the way to you|Almost there/.test(title)) {
              window.shown.push(title);
            }
          }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
        }
        """;

    [Fact]
    public async Task The_driver_moves_on_the_map_comes_near_and_is_not_to_be_seen_after_the_delivery()
    {
        var page = await world.OpenAsync(customer: "sofie");
        await page.EvaluateAsync(WatchPrivacy);
        await SelectAsync(page, "Courier on the way to the shop");

        var driver = page.Locator(".mark.driver");
        await Assertions.Expect(driver).ToBeVisibleAsync(new() { Timeout = 120_000 });
        await Assertions.Expect(page.Locator(".map figcaption strong")).ToContainTextAsync(Away());
        await Assertions.Expect(page.Locator(".map .way.left")).ToHaveAttributeAsync("points", Corners());
        await Assertions.Expect(page.Locator("#detail .eta strong")).ToHaveTextAsync(Expected());
        var place = (await driver.GetAttributeAsync("style"))!;
        await Assertions.Expect(driver).Not.ToHaveAttributeAsync("style", place);
        await world.ScreenshotAsync(page, "demo-map");

        await Assertions.Expect(page.Locator(".badges").GetByText("Nearby")).ToBeVisibleAsync(Patiently);
        await world.ScreenshotAsync(page, "demo-map-nearby");
        await Assertions.Expect(page.Locator("#detail-title")).ToHaveTextAsync("Delivered", new() { Timeout = 120_000 });

        await Assertions.Expect(driver).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator(".map")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator(".fact.driver")).ToBeHiddenAsync();
        (await page.EvaluateAsync<string[]>("window.shown")).ShouldBeEmpty();

        await page.GetByRole(AriaRole.Button, new() { Name = "5 stars" }).ClickAsync();
        await Assertions.Expect(page.Locator(".rating [role=status]")).ToHaveTextAsync("Thank you");
        await world.ScreenshotAsync(page, "demo-rating");
        world.FailuresOf(page).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_map_fits_a_phone()
    {
        var page = await world.OpenAsync(width: 390, height: 844, customer: "noor");
        await SelectAsync(page, "On the way to you");

        await Assertions.Expect(page.Locator(".mark.driver")).ToBeVisibleAsync(Patiently);
        await page.Locator(".map").EvaluateAsync("map => map.scrollIntoView({ block: 'center' })");
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(390);
        await world.ScreenshotAsync(page, "demo-map-phone");
    }

    [Fact]
    public async Task Who_has_the_link_follows_the_order_too()
    {
        var page = await world.OpenAsync(customer: "yuki");
        await SelectAsync(page, "Courier on the way to the shop");
        await page.GetByRole(AriaRole.Button, new() { Name = "Share" }).ClickAsync();
        var link = page.GetByRole(AriaRole.Link, new() { Name = "Open the page for guests" });
        await Assertions.Expect(link).ToBeVisibleAsync();

        var guest = await page.Context.RunAndWaitForPageAsync(() => link.ClickAsync());

        await Assertions.Expect(guest.Locator("#headline")).ToHaveTextAsync(OnTheWay(), new() { Timeout = 120_000 });
        await Assertions.Expect(guest.Locator("#driver")).ToBeVisibleAsync(Patiently);
        await guest.ScreenshotAsync(new() { Path = World.PathOf("demo-guest") });
        (await guest.ContentAsync()).ShouldNotContain("Karl-Marx-Allee");
    }

    // A meal: nobody else's order comes first.
    private static async Task SelectAsync(IPage page, string status) => await page.Locator("#active .card", new() { HasText = status })
        .Filter(new() { HasTextRegex = Meal() }).First.ClickAsync(new() { Timeout = 120_000 });

    [GeneratedRegex(@"r7-\d+", RegexOptions.None, MatchMilliseconds)]
    private static partial Regex Meal();

    [GeneratedRegex(@"^\w.* is (?:[\d.]+ (?:m|km) away|at your door)$", RegexOptions.None, MatchMilliseconds)]
    private static partial Regex Away();

    [GeneratedRegex(@"^-?[\d.]+,-?[\d.]+(?: -?[\d.]+,-?[\d.]+)+$", RegexOptions.None, MatchMilliseconds)]
    private static partial Regex Corners();

    [GeneratedRegex(@"^(?:In about \d+ min|In 1 to 2 min|Any minute now|Running late)$", RegexOptions.None, MatchMilliseconds)]
    private static partial Regex Expected();

    [GeneratedRegex(@"has it$|is on the way$|^Almost there$", RegexOptions.None, MatchMilliseconds)]
    private static partial Regex OnTheWay();
}
