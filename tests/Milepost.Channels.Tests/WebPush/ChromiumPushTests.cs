using System.Text.Json;
using Microsoft.Playwright;
using Milepost.Server.Channels;
using Milepost.Server.Channels.WebPush;
using Milepost.Testing;

namespace Milepost.Channels.Tests.WebPush;

/// <summary>What we send, as a browser reads it that is not of our making.</summary>
public sealed class ChromiumPushTests(SubscribedBrowser browser) : IClassFixture<SubscribedBrowser>
{
    private readonly WebPushProvider _provider = browser.Service.Provider(browser.Keys);

    [Fact]
    public async Task A_service_worker_reads_what_was_sent()
    {
        await SendAsync(Message);
        (await browser.NextAsync()).ShouldBe(
            """
            {"title":"Delivered","body":"Grüße: your order is at the door \uD83D\uDEAA","link":"https://track.shop.example/o-1","type":"order.delivered","orderId":"o-1","notificationId":"n-1","collapseKey":"order:o-1","createdAt":"2026-11-21T18:00:00.000Z"}
            """);
        (await browser.NotificationsAsync()).ShouldBe([$"{Message.Title}: {Message.Text}"]);
    }

    [Fact]
    public async Task The_longest_body_that_is_sent_is_read()
    {
        var post = await SendAsync(Message with { Text = new string('x', PushEncryption.MaxBody) });
        post.Length.ShouldBe(PushEncryption.MaxBody);
        JsonElement.Parse((await browser.NextAsync())!).GetProperty("body").GetString()!.ShouldEndWith("xxx…");
    }

    [Fact]
    public async Task What_was_changed_on_the_way_is_not_read()
    {
        var internals = await browser.InternalsAsync();
        await browser.Service.DamageNextAsync();
        await SendAsync(Message with { Title = "Changed" });
        await SendAsync(Message with { Title = "Whole" });

        // In order: had the first been read, it would be the next one.
        JsonElement.Parse((await browser.NextAsync())!).GetProperty("title").GetString().ShouldBe("Whole");
        await Assertions.Expect(internals.Locator("#receive-info tr")).ToHaveCountAsync(2);
        await Assertions.Expect(internals.Locator("#decryption-failure-info tr")).ToHaveCountAsync(1);
        await Assertions.Expect(internals.Locator("#decryption-failure-info")).ToContainTextAsync("AES-GCM decryption failed");
    }

    /// <summary>Chromium tells its push service whose pushes it wants, by the key that the page was given.</summary>
    [Fact]
    public async Task A_subscription_is_bound_to_our_keys()
    {
        var others = browser.Service.Provider(VapidKeys.Parse(VapidKeys.Make())!);
        (await others.SendAsync(Message, CancellationToken.None).Soon()).ShouldBeOfType<SendAnswer.Down>();
        (await browser.Service.NextAsync()).Status.ShouldBe(403);
    }

    private OutgoingMessage Message => browser.Service.To(browser.Subscription);

    private async Task<GcmPost> SendAsync(OutgoingMessage message)
    {
        (await _provider.SendAsync(message, CancellationToken.None).Soon()).ShouldBeOfType<SendAnswer.Taken>();
        return await browser.Service.NextAsync();
    }
}
