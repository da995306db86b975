using System.Runtime.CompilerServices;
using Microsoft.Playwright;

namespace Milepost.Browser.Tests;

/// <summary>One demo and one browser for all tests here.</summary>
[CollectionDefinition(nameof(World))]
public sealed class World : IAsyncLifetime, ICollectionFixture<World>
{
    private readonly ConditionalWeakTable<IPage, List<string>> _failures = [];
    private DemoProcess? _demo;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>What a page complained of.</summary>
    public IReadOnlyList<string> FailuresOf(IPage page) => _failures.GetOrCreateValue(page);

    public async ValueTask InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout(30_000);
        _demo = await DemoProcess.StartAsync();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public Uri Address => _demo!.Address;

    public Task<IPage> OpenAsync(int width = 1280, int height = 900, string customer = "amira", Func<IPage, Task>? prepare = null) =>
        OpenAsync(new Uri(_demo!.Address, "#" + customer), width, height, prepare);

    public async Task<IPage> OpenAsync(Uri address, int width, int height, Func<IPage, Task>? prepare = null, string? locale = null)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = height }, Locale = locale });
        var page = await context.NewPageAsync();
        var failures = _failures.GetOrCreateValue(page);
        page.PageError += (_, error) => failures.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                failures.Add(message.Text);
            }
        };
        if (prepare is not null)
        {
            await prepare(page);
        }

        await page.GotoAsync(address.ToString());
        return page;
    }

    public async Task ScreenshotAsync(IPage page, string name) => await page.ScreenshotAsync(new PageScreenshotOptions
    {
        Path = PathOf(name),
    });

    /// <summary>Where screenshots are left for whoever wants to look.</summary>
    public static string PathOf(string screenshot) => Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "screenshots", screenshot + ".png");

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_demo is not null)
        {
            await _demo.DisposeAsync();
        }
    }
}
