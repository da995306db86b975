using System.Diagnostics;
using System.Net.Http.Headers;
using Milepost.Server.Hosting;
using Milepost.Server.Settings;
using Spectre.Console;

namespace Milepost.Server.Demo;

/// <summary>How the demo was asked for. No directory: a temporary one, so that a seed always starts from nothing.</summary>
internal sealed record DemoRequest(int Seed, double Speed, double OrdersPerMinute, string Urls, string? DataDirectory);

/// <summary>The demo: the real server in this process, a shop that uses it over HTTP, and a fleet that it reads from over HTTP.</summary>
internal sealed class DemoRun(DemoRequest request, IAnsiConsole console, TimeProvider time)
{
    private const int DriversPerOrder = 6;
    private const int LeastDrivers = 24;
    private const int MostDrivers = 3000;

    private readonly DemoTally _tally = new();

    /// <summary>Reads the settings of a demo. Neither the file nor the environment counts: the demo must never write into somebody's data.</summary>
    /// <param name="urls">Where it listens.</param>
    /// <param name="dataDirectory">Where its data is.</param>
    /// <param name="fleet">Its drivers; null: there are none.</param>
    public static SettingsResult LoadSettings(string urls, string dataDirectory, DemoFleet? fleet) =>
        SettingsLoader.Load(new SettingsSources(
            dataDirectory,
            new Dictionary<string, string>(StringComparer.Ordinal),
            [$"--Urls={urls}", $"--Storage:DataDirectory={dataDirectory}", "--Logging:LogLevel:Default=Warning", .. fleet?.Settings ?? []]));

    /// <summary>Enough drivers that as a rule one is free near the shop.</summary>
    public int Drivers => Math.Clamp((int)(request.OrdersPerMinute * DriversPerOrder), LeastDrivers, MostDrivers);

    /// <summary>Runs until <paramref name="cancellationToken"/> or the host ends it.</summary>
    public async Task RunAsync(ServerSettings settings, DemoFleet fleet, CancellationToken cancellationToken)
    {
        var keys = KeySource.Of(settings);
        var minter = new TokenMinter(keys.SigningSecret ?? throw new UnreachableException(), settings.Auth.Audience, time);
        await using var app = MilepostServer.Build(settings, it => it.MapDemo(minter, fleet.City));
        await app.StartAsync(cancellationToken);
        try
        {
            var address = AddressToOpen(app.Urls.First());
            var screen = new DemoConsole(console, _tally, time);
            screen.Open(address, settings.Storage.DataDirectory, isTemporary: request.DataDirectory is null, request.Seed);
            using var http = Shop(address, minter);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, app.Lifetime.ApplicationStopping);
            var start = time.GetUtcNow();
            var script = ShopScript.Generate(new ScriptOptions(request.Seed, start, request.Speed, request.OrdersPerMinute));
            var shop = PlayAsync();
            var display = screen.FollowAsync(ending.Token);
            await Task.WhenAny(shop, display);
            await ending.CancelAsync();
            try
            {
                await Task.WhenAll(shop, display);
            }
            catch (OperationCanceledException)
            {
                // Ctrl-C is how a demo ends.
            }

            async Task PlayAsync()
            {
                await DemoPhones.RegisterAsync(address, minter, ending.Token);
                await DemoRules.SetAsync(address, minter, request.Speed, ending.Token);
                var player = new ShopPlayer(http, _tally, screen.Tell, time);
                var rides = new RidePlayer(fleet, player, time).RunAsync(player.RidesAsync(ending.Token), ending.Token);
                await await Task.WhenAny(player.RunAsync(script, start, ending.Token), rides);
            }
        }
        finally
        {
            await app.StopAsync(CancellationToken.None);
        }
    }

    /// <summary>A client with what a shop needs: the address and a token to write events.</summary>
    public static HttpClient Shop(string address, TokenMinter minter)
    {
        var http = new HttpClient { BaseAddress = new Uri($"{address}/api/v1/{Cast.Tenant}/"), Timeout = TimeSpan.FromSeconds(30) };
        var token = minter.Mint(new TokenRequest(Cast.Tenant, "demo-shop", ["events:write"], TimeSpan.FromDays(365)));
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    // An address to listen on (0.0.0.0, [::], +) is not always one to go to.
    private static string AddressToOpen(string url)
    {
        var address = BindingAddress.Parse(url);
        var host = address.Host is "127.0.0.1" or "0.0.0.0" or "[::]" or "[::1]" or "*" or "+" ? "localhost" : address.Host;
        return $"{address.Scheme}://{host}:{address.Port}";
    }
}
