using System.Text.Json;
using Milepost.Core.Tracking;
using Milepost.LogisticsSimulator;
using Milepost.LogisticsSimulator.Faults;
using Milepost.Server.Hosting;
using Milepost.Server.Settings;
using Milepost.Server.Testing;
using Milepost.Server.Tracking;
using Milepost.Testing;

namespace Milepost.Server.Tests.Tracking;

/// <summary>
/// The simulated logistics service, and beside it what the server must know of its drivers' stops: written down here, not read from either. The service tells no places,
/// and its drivers stand still.
/// </summary>
internal sealed class StopsService : IAsyncDisposable
{
    private static readonly Fault NoPlaces = new(FaultKind.Silence, TestServer.Tenant);
    private readonly List<(string Order, string Driver, int Stops)> _tours = [];
    private readonly Simulator _simulator;

    private StopsService(Simulator simulator) => _simulator = simulator;

    public static async Task<StopsService> StartAsync(int drivers) => new(await Simulator.StartAsync(
        new SimulatorOptions { Tenants = [TestServer.Tenant], Drivers = drivers, Faults = [NoPlaces] }, CancellationToken.None));

    public void Serve(ServerSettings settings)
    {
        settings.Logistics.BaseUrl = _simulator.BaseUrl.ToString();
        settings.Logistics.Tenants = [TestServer.Tenant];
        settings.Logistics.Token = Simulator.TokenOf(TestServer.Tenant);
        settings.Logistics.EtaSeconds = 0;
    }

    /// <summary>The driver has one more order to bring behind the others, and so many stops of which only the service knows on the way there.</summary>
    public void Assign(string order, string driver, int stops)
    {
        var city = _simulator.World.City;
        _simulator.World.Assign(TestServer.Tenant, order, driver, city.Door(1), city.Door(2), [.. Enumerable.Range(3, stops).Select(city.Door)]);
        _tours.Add((order, driver, stops));
    }

    /// <summary>The order is over: nobody goes there any more.</summary>
    public void Withdraw(string order)
    {
        _simulator.World.Withdraw(TestServer.Tenant, order);
        Forget(order);
    }

    /// <summary>What the service said of the order is not known any more.</summary>
    public void Forget(string order) => _tours.RemoveAll(tour => tour.Order == order);

    public void Fail() => _simulator.World.Faults.Replace([NoPlaces, new Fault(FaultKind.MalformedAnswer, TestServer.Tenant)]);

    public void Answer() => _simulator.World.Faults.Replace([NoPlaces]);

    /// <summary>How many doors the driver goes to before this order's; null: nobody was asked.</summary>
    public int? StopsBefore(string order)
    {
        var at = _tours.FindIndex(tour => tour.Order == order);
        return at < 0 ? null : _tours.Take(at).Where(tour => tour.Driver == _tours[at].Driver).Sum(tour => tour.Stops + 1) + _tours[at].Stops;
    }

    /// <summary>Ends when the server has heard what the service says of the order.</summary>
    public async Task AskedAsync(TestServer server, string order, string driver)
    {
        var inbox = server.Get<FixInbox>();
        using var deadline = new CancellationTokenSource(Deadline.Default);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (await KnownAsync(server, order) != (driver, StopsBefore(order)))
        {
            inbox.LookAt(new DriverKey(TestServer.Tenant, driver), TimeProvider.System.GetUtcNow());
            await again.WaitForNextTickAsync(deadline.Token);
        }
    }

    public ValueTask DisposeAsync() => _simulator.DisposeAsync();

    private static async Task<(string? Driver, int? Stops)> KnownAsync(TestServer server, string order)
    {
        using var staff = server.Http(TestServer.Token("olga", "operator"));
        using var answer = JsonDocument.Parse(await staff.GetStringAsync($"/api/v1/{TestServer.Tenant}/orders/{order}/tracking"));
        var root = answer.RootElement;
        return (root.TryGetProperty("driver", out var driver) ? driver.GetProperty("id").GetString() : null, root.TryGetProperty("stopsBefore", out var stops) ? stops.GetInt32() : null);
    }
}
