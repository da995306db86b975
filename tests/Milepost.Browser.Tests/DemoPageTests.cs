using System.Text.Json;
using Microsoft.Playwright;

namespace Milepost.Browser.Tests;

/// <summary>The demo's page in a real Chromium. A screenshot is left in artifacts/screenshots for whoever wants to look.</summary>
[Collection(nameof(World))]
public sealed class DemoPageTests(World world)
{
    [Fact]
    public async Task Orders_move_and_notifications_arrive_without_a_reload()
    {
        var page = await world.OpenAsync();
        await Assertions.Expect(page.Locator("#state")).ToHaveAttributeAsync("data-state", "live");
        await Assertions.Expect(page.Locator("#active > li").First).ToBeVisibleAsync();
        var notes = page.Locator("#notes > li");
        await Assertions.Expect(notes.First).ToBeVisibleAsync();

        // Live: more than what was there when the page came.
        var before = await notes.CountAsync();
        await Assertions.Expect(notes.Nth(before)).ToBeVisibleAsync();
        await world.ScreenshotAsync(page, "demo");
        world.FailuresOf(page).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("sse")]
    [InlineData("poll")]
    [InlineData("websocket")]
    public async Task Every_transport_carries_the_news(string transport)
    {
        var page = await world.OpenAsync();
        await page.Locator($"#transport button[value={transport}]").ClickAsync();
        await Assertions.Expect(page.Locator($"#transport button[value={transport}]")).ToHaveAttributeAsync("aria-pressed", "true");
        await Assertions.Expect(page.Locator("#state")).ToHaveAttributeAsync("data-state", "live");
        var notes = page.Locator("#notes > li");
        var before = await notes.CountAsync();
        await Assertions.Expect(notes.Nth(before)).ToBeVisibleAsync();
        world.FailuresOf(page).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_read_in_one_tab_is_read_in_the_other()
    {
        var here = await world.OpenAsync();
        var there = await world.OpenAsync();
        await Assertions.Expect(there.Locator("#notes > li").First).ToBeVisibleAsync();

        var id = (await here.Locator("#notes > li.unread").First.GetAttributeAsync("data-id"))!;
        var unreadThere = there.Locator($"#notes > li.unread[data-id='{id}']");
        await Assertions.Expect(unreadThere).ToHaveCountAsync(1);
        await here.Locator($"#notes > li[data-id='{id}']").GetByText("Mark read").ClickAsync();
        await Assertions.Expect(unreadThere).ToHaveCountAsync(0);
    }

    /// <summary>A notification that comes while the inbox is being read is not in what was read; it must be on the page all the same.</summary>
    [Fact]
    public async Task What_comes_while_the_inbox_is_read_is_not_lost()
    {
        var received = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var page = await world.OpenAsync(prepare: async page =>
        {
            page.WebSocket += (_, socket) => socket.FrameReceived += (_, frame) =>
            {
                if (frame.Text is { } text && JsonDocument.Parse(text).RootElement is var root && root.GetProperty("type").ValueEquals("notification.new"))
                {
                    received.TrySetResult(root.GetProperty("data").GetProperty("notification").GetProperty("id").GetString()!);
                }
            };

            // The server has answered; the answer is on its way until the next notification has overtaken it.
            await page.RouteAsync("**/notifications?limit=*", async route =>
            {
                var answer = await route.FetchAsync();
                await received.Task;
                await route.FulfillAsync(new RouteFulfillOptions { Response = answer });
            });
        });
        var id = await received.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await Assertions.Expect(page.Locator($"#notes > li[data-id='{id}']")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("#notes > li").Nth(1)).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_page_fits_a_phone()
    {
        var page = await world.OpenAsync(width: 390, height: 844);
        await Assertions.Expect(page.Locator("#active > li").First).ToBeVisibleAsync();
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(390);
        await world.ScreenshotAsync(page, "demo-phone");
    }

    [Fact]
    public async Task A_mail_appears_among_the_messages_and_says_why_it_went_out()
    {
        var page = await world.OpenAsync();
        await page.Locator(".side > .switch button[value=messages]").ClickAsync();
        await Assertions.Expect(page.Locator("#notes")).ToBeHiddenAsync();
        var mail = page.Locator("#outbox > li[data-channel=email]").First;
        await Assertions.Expect(mail).ToBeVisibleAsync();
        await Assertions.Expect(mail).ToContainTextAsync("E-mail · amira@example.com");

        var title = await mail.Locator("strong").First.InnerTextAsync();
        await mail.Locator("button.open").ClickAsync();
        var unfolded = page.Locator("#outbox > li", new PageLocatorOptions { Has = page.Locator("button[aria-expanded=true]") });
        await Assertions.Expect(unfolded.Locator("button strong")).ToHaveTextAsync(title);
        var byMail = unfolded.Locator(".why li", new LocatorLocatorOptions { HasText = "E-mail" });
        await Assertions.Expect(byMail.Locator(".chip")).ToHaveTextAsync("Sent");
        await Assertions.Expect(unfolded.Locator(".why li", new LocatorLocatorOptions { HasText = "Inbox" }).Locator(".chip")).ToHaveTextAsync("Shown");
        await world.ScreenshotAsync(page, "demo-messages");
        world.FailuresOf(page).ShouldBeEmpty();
    }

    /// <summary>An open page confirms what it shows, and then no push is needed; a page that is offline confirms nothing.</summary>
    [Fact]
    public async Task A_push_goes_to_the_phone_of_somebody_whose_page_is_offline()
    {
        var page = await world.OpenAsync(customer: "kwame");
        await Assertions.Expect(page.Locator("#state")).ToHaveAttributeAsync("data-state", "live");
        await page.Locator("#pause").ClickAsync();
        await Assertions.Expect(page.Locator("#state")).ToHaveAttributeAsync("data-state", "offline");
        await page.Locator(".side > .switch button[value=messages]").ClickAsync();

        // The customer orders now and then, and a push waits ten seconds for a page to confirm.
        await Assertions.Expect(page.Locator("#outbox > li[data-channel=fcm]").First).ToContainTextAsync("Push · kwame-phone", new() { Timeout = 90_000 });
        await world.ScreenshotAsync(page, "demo-push");
    }

    [Fact]
    public async Task What_is_switched_off_in_one_tab_is_off_in_the_other()
    {
        var here = await world.OpenAsync(customer: "jonas");
        var there = await world.OpenAsync(customer: "jonas");
        var byMailThere = there.GetByRole(AriaRole.Switch, new PageGetByRoleOptions { Name = "E-mail" });
        await there.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Preferences" }).ClickAsync();
        await Assertions.Expect(byMailThere).ToBeEnabledAsync();
        await Assertions.Expect(byMailThere).ToBeCheckedAsync();

        await here.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Preferences" }).ClickAsync();
        await here.GetByRole(AriaRole.Switch, new PageGetByRoleOptions { Name = "E-mail" }).ClickAsync();
        await here.GetByRole(AriaRole.Switch, new PageGetByRoleOptions { Name = "Quiet hours" }).ClickAsync();

        await Assertions.Expect(byMailThere).Not.ToBeCheckedAsync();
        await Assertions.Expect(there.GetByRole(AriaRole.Switch, new PageGetByRoleOptions { Name = "Quiet hours" })).ToBeCheckedAsync();
        await Assertions.Expect(there.GetByRole(AriaRole.Switch, new PageGetByRoleOptions { Name = "Critical" })).ToBeDisabledAsync();
        await world.ScreenshotAsync(there, "demo-preferences");
        world.FailuresOf(there).ShouldBeEmpty();
    }

    [Fact]
    public async Task Messages_and_preferences_fit_a_phone()
    {
        var page = await world.OpenAsync(width: 390, height: 844);
        await page.Locator(".tabs button[value=messages]").ClickAsync();
        await page.Locator("#outbox > li button.open").First.ClickAsync();
        await Assertions.Expect(page.Locator("#outbox .why li").First).ToBeVisibleAsync();
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(390);
        await world.ScreenshotAsync(page, "demo-messages-phone");

        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Preferences" }).ClickAsync();
        await Assertions.Expect(page.Locator("#preferences input[name=sms]")).ToBeInViewportAsync();
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(390);
        await world.ScreenshotAsync(page, "demo-preferences-phone");
    }
}
