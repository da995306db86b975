using System.Globalization;
using Milepost.LogisticsSimulator;
using Milepost.LogisticsSimulator.Faults;
using Milepost.LogisticsSimulator.Fleet;
using Milepost.LogisticsSimulator.Streets;

namespace Milepost.Server.Demo;

/// <summary>
/// The demo's drivers: a simulated logistics service in this process, on a port of its own. The server reaches it as it would reach a real one, over HTTP and
/// a WebSocket.
/// </summary>
internal sealed class DemoFleet : IAsyncDisposable
{
    // At this pace a way across the small city takes a minute or two.
    private const double Pace = 3;
    private const double FastestPace = 30;
    private const double FastestVehicle = 16;
    private const int Blocks = 24;
    private const int CitySeed = 1;
    private static readonly TimeSpan FixInterval = TimeSpan.FromSeconds(1);

    private readonly Simulator _simulator;
    private readonly double _pace;
    private readonly HashSet<string> _busy = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    private DemoFleet(Simulator simulator, double pace) => (_simulator, _pace) = (simulator, pace);

    private World World => _simulator.World;

    public City City => World.City;

    /// <summary>The settings by which the server finds the service and believes in drivers who are faster than real ones.</summary>
    public IReadOnlyList<string> Settings =>
    [
        $"--Logistics:BaseUrl={_simulator.BaseUrl.GetLeftPart(UriPartial.Authority)}",
        $"--Logistics:Token={Simulator.TokenOf(Cast.Tenant)}",
        $"--Logistics:Tenants={Cast.Tenant}",
        "--Logistics:RequestsPerSecond=200",
        string.Create(CultureInfo.InvariantCulture, $"--Tracking:MaxMetersPerSecond={Math.Clamp((int)(FastestVehicle * _pace), 60, 500)}"),
        string.Create(CultureInfo.InvariantCulture, $"--Tracking:PublishMilliseconds={FixInterval.TotalMilliseconds}"),
    ];

    /// <param name="speed">1: a ride takes a minute or two. Drivers have their limits: beyond 10 they get no faster.</param>
    /// <param name="drivers">How many there are.</param>
    /// <param name="time">The time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<DemoFleet> StartAsync(double speed, int drivers, TimeProvider time, CancellationToken cancellationToken)
    {
        var pace = Math.Clamp(Pace * speed, Pace / 10, FastestPace);
        var options = new SimulatorOptions { Seed = CitySeed, Speed = pace, Tenants = [Cast.Tenant], Drivers = drivers, Blocks = Blocks, FixInterval = FixInterval, Clock = time };
        return new DemoFleet(await Simulator.StartAsync(options, cancellationToken), pace);
    }

    /// <summary>Gives an order to the nearest driver who has nothing to do; where all have, to the nearest.</summary>
    /// <returns>The driver, to be given back with <see cref="Release"/>.</returns>
    public DriverProfile Assign(RidePlan plan)
    {
        var pickup = new Place(plan.Shop.Lat, plan.Shop.Lon);
        lock (_lock)
        {
            var drivers = World.DriversOf(Cast.Tenant);
            var free = drivers.Where(driver => !_busy.Contains(driver)).ToList();
            var driver = (free.Count > 0 ? free : drivers).MinBy(driver => World.WhereaboutsOf(Cast.Tenant, driver).Place.MetersTo(pickup))!;
            _busy.Add(driver);
            World.Assign(Cast.Tenant, plan.OrderId, driver, pickup, Door(plan.Customer), plan.Before is { } before ? [Door(before)] : null);
            return World.ProfileOf(Cast.Tenant, driver);
        }
    }

    /// <summary>The driver comes back to the door, by way of the shop's.</summary>
    public void AssignAgain(RidePlan plan, string driver)
    {
        World.Assign(Cast.Tenant, plan.OrderId, driver, World.WhereaboutsOf(Cast.Tenant, driver).Place, Door(plan.Customer), [new Place(plan.Shop.Lat, plan.Shop.Lon)]);
        World.Depart(Cast.Tenant, plan.OrderId);
    }

    public void Release(string driver)
    {
        lock (_lock)
        {
            _busy.Remove(driver);
        }
    }

    /// <summary>The shop has the order ready.</summary>
    public void Depart(string orderId) => World.Depart(Cast.Tenant, orderId);

    /// <summary>Traffic around a driver; 1: as usual.</summary>
    public void Slow(string driver, double share) => World.Slow(Cast.Tenant, driver, share);

    /// <summary>The driver's phone has no network, or has it again.</summary>
    public void Silence(string driver, bool isSilent)
    {
        lock (_lock)
        {
            var others = World.Faults.Current.Where(fault => fault.DriverId != driver);
            World.Faults.Replace(isSilent ? [.. others, new Fault(FaultKind.Silence, Cast.Tenant, driver)] : [.. others]);
        }
    }

    public Task ReachesAsync(string orderId, OrderPhase phase, CancellationToken cancellationToken) => World.ReachesAsync(Cast.Tenant, orderId, phase, cancellationToken);

    public ValueTask DisposeAsync() => _simulator.DisposeAsync();

    private static Place Door(DemoCustomer customer) => new(customer.Lat, customer.Lon);
}
