using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
using Milepost.Channels.Tests.Outgoing;
using Milepost.Server.Channels.WebPush;
using Milepost.Testing;

namespace Milepost.Channels.Tests.WebPush;

/// <summary>A real Chromium with a page that has subscribed to our pushes, and its service worker.</summary>
public sealed class SubscribedBrowser : IAsyncLifetime
{
    private const string Worker = """
        addEventListener('install', () => skipWaiting());
        addEventListener('push', (event) => event.waitUntil(show(event.data)));

        async function show(data) {
          const { title, body, collapseKey } = data?.json() ?? {};
          await registration.showNotification(title ?? 'A push without data', { body, tag: collapseKey });
          for (const page of await clients.matchAll({ includeUncontrolled: true })) page.postMessage(data?.text() ?? null);
        }
        """;

    private const string Subscribe = """
        async (applicationServerKey) => {
          navigator.serviceWorker.addEventListener('message', (event) => pushed(event.data));
          await navigator.serviceWorker.register('worker.js');
          const registration = await navigator.serviceWorker.ready;
          return JSON.stringify(await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }));
        }
        """;

    private readonly Channel<string?> _pushes = Channel.CreateUnbounded<string?>();
    private GcmServer? _service;
    private PlainServer? _site;
    private IPlaywright? _playwright;
    private IBrowserContext? _browser;
    private IPage? _page;

    internal GcmServer Service => _service!;

    /// <summary>The keys that the page has subscribed with.</summary>
    internal VapidKeys Keys { get; } = VapidKeys.Parse(VapidKeys.Make())!;

    internal Subscription Subscription { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await GcmServer.StartAsync();
        _site = await PlainServer.StartAsync(async context =>
        {
            var worker = context.Request.Path == "/worker.js";
            context.Response.ContentType = worker ? "text/javascript" : "text/html";
            await context.Response.WriteAsync(worker ? Worker : "<!doctype html><title>Shop</title>");
        });
        _playwright = await Playwright.CreateAsync();

        // A profile on disk, for a temporary one: a window without it is incognito, which has no pushes.
        _browser = await _playwright.Chromium.LaunchPersistentContextAsync("", new BrowserTypeLaunchPersistentContextOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update", "--disable-sync", .. _service.Switches],
            Permissions = ["notifications"],
        });
        _page = await _browser.NewPageAsync();
        await _page.ExposeFunctionAsync("pushed", (string? text) => { _pushes.Writer.TryWrite(text); });

        // As localhost, a secure context without a certificate.
        await _page.GotoAsync($"http://127.0.0.1:{_site.Port}/");
        var subscription = await _page.EvaluateAsync<string>(Subscribe, Keys.PublicKey);
        Subscription = JsonSerializer.Deserialize<Subscription>(subscription, JsonSerializerOptions.Web)!;
    }

    /// <summary>What the service worker read of the next push, in order. Null: it had no data.</summary>
    internal Task<string?> NextAsync() => _pushes.Reader.ReadAsync().Soon();

    /// <summary>What the customer sees: title and text of each notification.</summary>
    internal Task<string[]> NotificationsAsync() => _page!.EvaluateAsync<string[]>(
        "async () => (await (await navigator.serviceWorker.ready).getNotifications()).map((it) => `${it.title}: ${it.body}`)");

    /// <summary>Chromium's own account of its pushes, from now on.</summary>
    internal async Task<IPage> InternalsAsync()
    {
        var internals = await _browser!.NewPageAsync();
        await internals.GotoAsync("chrome://gcm-internals");
        await Assertions.Expect(internals.Locator("#gcm-client-state")).ToHaveTextAsync("READY");
        return internals;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_site is not null)
        {
            await _site.DisposeAsync();
        }

        if (_service is not null)
        {
            await _service.DisposeAsync();
        }
    }
}
