using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Milepost.LogisticsSimulator.Api;
using Milepost.LogisticsSimulator.Fleet;

namespace Milepost.LogisticsSimulator;

/// <summary>
/// A logistics service that Milepost can be tried against: it keeps the contract in <c>docs/protocol/logistics.*</c>, with drivers who ride
/// through an invented city, and breaks it where it is told to. It listens on 127.0.0.1 only.
/// </summary>
public sealed class Simulator : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>Requests that are slow on purpose are not waited for.</summary>
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(3);

    private readonly WebApplication _app;
    private readonly ITimer _timer;

    private Simulator(WebApplication app, World world, TimeProvider clock)
    {
        (_app, World, Clock) = (app, world, clock);
        BaseUrl = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        _timer = clock.CreateTimer(_ => World.Advance(), state: null, Step, Step);
    }

    /// <summary>Where it listens.</summary>
    public Uri BaseUrl { get; }

    /// <summary>The time that its world goes by.</summary>
    public TimeProvider Clock { get; }

    /// <summary>Drivers, orders and what goes wrong.</summary>
    public World World { get; }

    /// <summary>The bearer token of a tenant.</summary>
    public static string TokenOf(string tenant) => $"sim-{Uri.EscapeDataString(tenant)}";

    /// <summary>Starts it.</summary>
    /// <exception cref="InvalidSettingException">An option is out of its range.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<Simulator> StartAsync(SimulatorOptions options, CancellationToken cancellation)
    {
        options.Check();
        var world = new World(options);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = LongestStop);
        // What keeps it from starting is thrown.
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, options.Port));
        var app = builder.Build();
        try
        {
            var tenant = app.MapGroup("/v1/{tenant}").AddEndpointFilter(new Gate(world, options.Clock));
            new DocumentEndpoints(world, options).Map(tenant, app);
            new StreamEndpoint(world, app.Lifetime).Map(tenant);
            AdminEndpoints.Map(app, world);
            await app.StartAsync(cancellation);
            return new Simulator(app, world, options.Clock);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends when it is told to stop, by a signal or by disposal.</summary>
    public Task WaitForStopAsync(CancellationToken cancellation) => _app.WaitForShutdownAsync(cancellation);

    /// <summary>Tells the streams that it restarts, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
