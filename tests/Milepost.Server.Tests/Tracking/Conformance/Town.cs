using Milepost.Core.Tracking;
using Milepost.LogisticsSimulator;
using Milepost.LogisticsSimulator.Faults;
using Milepost.LogisticsSimulator.Fleet;
using Milepost.LogisticsSimulator.Streets;
using Milepost.Server.Testing;
using Milepost.Testing;

namespace Milepost.Server.Tests.Tracking.Conformance;

/// <summary>
/// The simulated logistics service of two tenants: ours, with one driver who rides to a door at least a kilometre away, and a neighbour with a driver of
/// its own, and with one who has the same id as ours.
/// </summary>
internal sealed class Town : IAsyncDisposable
{
    public const string Driver = "d-1";
    public const string Neighbour = "globex";
    public const string NeighboursDriver = "g-1";
    public const string CardName = "Ana Lopez";

    public static readonly TimeSpan FixInterval = TimeSpan.FromMilliseconds(100);

    private const double BicycleMetersPerSecond = 6.5;

    private Town(Simulator simulator, double speed, Place start, Place door) =>
        (Simulator, TopSpeed, Start, Door) = (simulator, BicycleMetersPerSecond * speed, start, door);

    public Simulator Simulator { get; }

    public FaultSet Faults => Simulator.World.Faults;

    /// <summary>How fast our driver is at most, in metres per second of a clock on the wall.</summary>
    public double TopSpeed { get; }

    public Place Start { get; }

    public Place Door { get; }

    /// <param name="speed">How many seconds pass in the town in one second.</param>
    /// <param name="meters">How far it is to the door, at least; a third more at most.</param>
    public static async Task<Town> StartAsync(double speed, double meters)
    {
        var simulator = await Simulator.StartAsync(
            new SimulatorOptions
            {
                Tenants = [TestServer.Tenant, Neighbour],
                Drivers = 0,
                Speed = speed,
                FixInterval = FixInterval,
                HeartbeatInterval = TimeSpan.FromMilliseconds(300),
            },
            CancellationToken.None);
        var world = simulator.World;
        var start = world.City.Door(1);
        var door = Doors(world.City).First(door => door.MetersTo(start) is var way && way >= meters && way <= meters * 4 / 3);
        var elsewhere = Doors(world.City).Where(door => door.MetersTo(start) > 1_000).Take(2).ToArray();
        world.AddDriver(TestServer.Tenant, new DriverProfile(Driver, CardName, new Vehicle("bicycle", "red bicycle"), 4.8, "+493012345678"), start);
        world.AddDriver(Neighbour, new DriverProfile(NeighboursDriver, "Gus Foreign", new Vehicle("car", "black car"), 4.1, "+493087654321"), elsewhere[0]);
        world.AddDriver(Neighbour, new DriverProfile(Driver, "Dora Foreign", new Vehicle("car", "white car")), elsewhere[1]);
        return new Town(simulator, speed, start, door);
    }

    /// <summary>Our driver sets out at once to bring an order to the door: what is picked up is there already, so that the whole way leads to it.</summary>
    public void Ride(string order)
    {
        Simulator.World.Assign(TestServer.Tenant, order, Driver, Door, Door);
        Simulator.World.Depart(TestServer.Tenant, order);
    }

    /// <summary>Ends when our driver has come so far with an order.</summary>
    public Task ReachesAsync(string order, OrderPhase phase) => Simulator.World.ReachesAsync(TestServer.Tenant, order, phase, CancellationToken.None).Soon();

    /// <summary>How far from a place, measured at a time, a driver truly is, beyond what can have been ridden since.</summary>
    public double MetersOff(string tenant, string driver, GeoPoint at, DateTimeOffset measured)
    {
        var now = Simulator.Clock.GetUtcNow();
        var truth = Simulator.World.WhereaboutsOf(tenant, driver).Place;
        var since = tenant == TestServer.Tenant && measured < now ? (now - measured).TotalSeconds * TopSpeed : 0;
        return Math.Max(0, Geodesy.Distance(at, Point(truth)) - since);
    }

    public static GeoPoint Point(Place place) => new(place.Lat, place.Lon);

    public ValueTask DisposeAsync() => Simulator.DisposeAsync();

    private static IEnumerable<Place> Doors(City city) => Enumerable.Range(2, 5_000).Select(city.Door);
}
