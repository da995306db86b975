using Milepost.LogisticsSimulator.Faults;
using Milepost.LogisticsSimulator.Live;
using Milepost.LogisticsSimulator.Streets;

namespace Milepost.LogisticsSimulator.Fleet;

/// <summary>What the simulated logistics service knows: a city, and each tenant's drivers and orders. Can be called from any thread.</summary>
public sealed class World
{
    private readonly Lock _gate = new();
    private readonly SimulatorOptions _options;
    private readonly Dictionary<string, TenantFleet> _fleets = new(StringComparer.Ordinal);

    internal World(SimulatorOptions options)
    {
        _options = options;
        Faults = new FaultSet(options.Tenants);
        City = CityGenerator.Generate(options.Seed, options.Centre, options.Blocks);
        foreach (var tenant in options.Tenants)
        {
            _fleets[tenant] = new TenantFleet(tenant, City, options, Faults, Publish);
            for (var n = 1; n <= options.Drivers; n++)
            {
                AddDriver(tenant, Names.Driver($"d-{n}", unchecked(options.Seed + (int)Noise.Of(tenant)), n));
            }
        }

        Faults.Changed = TellStreams;
        Faults.Replace(options.Faults);
    }

    /// <summary>The streets.</summary>
    public City City { get; }

    /// <summary>What goes wrong.</summary>
    public FaultSet Faults { get; }

    /// <summary>All tenants.</summary>
    public IReadOnlyCollection<string> Tenants => _fleets.Keys;

    /// <summary>The ids of a tenant's drivers.</summary>
    public IReadOnlyList<string> DriversOf(string tenant) => Locked(() => Fleet(tenant).Drivers.Select(driver => driver.Profile.Id).ToList());

    /// <summary>Adds a driver, who stands at an address until there is something to do.</summary>
    /// <exception cref="ArgumentException">There is no such tenant, the driver is there already, or the place is not in the city.</exception>
    public void AddDriver(string tenant, DriverProfile profile, Place? at = null)
    {
        var place = at ?? City.Door((int)(Noise.Unit(_options.Seed, Noise.Start, Noise.Of(profile.Id), Noise.Of(tenant)) * 100_000));
        var curb = City.CurbAt(place, nameof(at));
        Locked(() => Fleet(tenant).AddDriver(profile, curb, _options.Clock.GetUtcNow()));
    }

    /// <summary>What is told of a driver.</summary>
    /// <exception cref="ArgumentException">There is no such tenant or driver.</exception>
    public DriverProfile ProfileOf(string tenant, string driverId) => Locked(() => Fleet(tenant).Driver(driverId).Profile);

    /// <summary>Something of a driver changes; the document's ETag changes with it.</summary>
    /// <exception cref="ArgumentException">There is no such tenant or driver.</exception>
    public void Change(string tenant, DriverProfile profile) => Locked(() =>
    {
        var driver = Fleet(tenant).Driver(profile.Id);
        (driver.Profile, driver.UpdatedAt) = (profile, _options.Clock.GetUtcNow());
    });

    /// <summary>
    /// Gives an order to a driver, who rides to the pickup and waits there until <see cref="Depart"/>. An order that another driver has
    /// not delivered yet changes hands. Several orders of one driver are delivered in the order of their assignment.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="orderId">The order.</param>
    /// <param name="driverId">The driver.</param>
    /// <param name="pickup">Where the order is taken along.</param>
    /// <param name="destination">Its door.</param>
    /// <param name="stops">Other people's doors on the way there.</param>
    /// <exception cref="ArgumentException">There is no such tenant or driver, or a place is not in the city.</exception>
    public void Assign(string tenant, string orderId, string driverId, Place pickup, Place destination, IReadOnlyList<Place>? stops = null)
    {
        if (orderId.Length is 0 or > 128)
        {
            throw new ArgumentException("an order's id has 1 to 128 characters", nameof(orderId));
        }

        var curbs = (From: City.CurbAt(pickup, nameof(pickup)), To: City.CurbAt(destination, nameof(destination)), Between: (stops ?? []).Select(stop => City.CurbAt(stop, nameof(stops))).ToList());
        InTime(tenant, (fleet, now) => fleet.Assign(orderId, fleet.Driver(driverId), curbs.From, curbs.To, curbs.Between, ready: false, now));
    }

    /// <summary>The order is ready: its driver leaves the pickup with it, at once or when there.</summary>
    /// <exception cref="ArgumentException">There is no such tenant or order.</exception>
    /// <exception cref="InvalidOperationException">It has departed already.</exception>
    public void Depart(string tenant, string orderId) => InTime(tenant, (fleet, now) => fleet.Depart(fleet.Order(orderId), now));

    /// <summary>The order is not to be delivered any more; nothing happens where it is already.</summary>
    /// <exception cref="ArgumentException">There is no such tenant or order.</exception>
    public void Withdraw(string tenant, string orderId) => InTime(tenant, (fleet, now) => fleet.Withdraw(fleet.Order(orderId), now));

    /// <summary>Traffic around a driver from now on.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="driverId">The driver.</param>
    /// <param name="share">Share of the usual speed that it allows, from 0.05 to 1.</param>
    /// <exception cref="ArgumentException">There is no such tenant or driver, or the share is out of its range.</exception>
    public void Slow(string tenant, string driverId, double share)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(share, 0.05);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        InTime(tenant, (fleet, now) => fleet.Slow(fleet.Driver(driverId), share, now));
    }

    /// <summary>Where a driver truly is now, whatever the stream says.</summary>
    /// <exception cref="ArgumentException">There is no such tenant or driver.</exception>
    public Whereabouts WhereaboutsOf(string tenant, string driverId) => Locked(() =>
    {
        var moment = Fleet(tenant).Driver(driverId).Itinerary.At(_options.Clock.GetUtcNow());
        return new Whereabouts(City.PlaceOf(City.SpotOf(moment.Curb)), moment.Heading, moment.Speed);
    });

    /// <summary>How far an order has come.</summary>
    /// <exception cref="ArgumentException">There is no such tenant or order.</exception>
    public OrderPhase PhaseOf(string tenant, string orderId) => Locked(() => Fleet(tenant).Order(orderId).Phase);

    /// <summary>Ends when an order has come that far.</summary>
    /// <exception cref="ArgumentException">There is no such tenant or order.</exception>
    /// <exception cref="InvalidOperationException">The order was withdrawn.</exception>
    public Task ReachesAsync(string tenant, string orderId, OrderPhase phase, CancellationToken cancellation) =>
        Locked(() => Fleet(tenant).Order(orderId).ReachesAsync(phase)).WaitAsync(cancellation);

    internal bool HasTenant(string tenant) => _fleets.ContainsKey(tenant);

    /// <summary>Lets everything happen that is due.</summary>
    internal void Advance() => Locked(() =>
    {
        var now = _options.Clock.GetUtcNow();
        foreach (var fleet in _fleets.Values)
        {
            fleet.Advance(now);
            if (_options.Errands)
            {
                Errands.Begin(fleet, City, _options, now);
            }
        }
    });

    internal T Read<T>(string tenant, Func<TenantFleet, T> read) => Locked(() => read(Fleet(tenant)));

    internal void Join(string tenant, StreamConnection connection, long? after) => Locked(() => Fleet(tenant).Stream.Join(connection, after));

    internal void Leave(string tenant, StreamConnection connection) => Locked(() => Fleet(tenant).Stream.Leave(connection));

    private void InTime(string tenant, Action<TenantFleet, DateTimeOffset> command) => Locked(() =>
    {
        var (fleet, now) = (Fleet(tenant), _options.Clock.GetUtcNow());
        fleet.Advance(now);
        command(fleet, now);
    });

    private TenantFleet Fleet(string tenant) => _fleets.GetValueOrDefault(tenant) ?? throw new ArgumentException($"there is no tenant \"{tenant}\"", nameof(tenant));

    private void Publish(TenantFleet fleet, Fix fix)
    {
        fleet.Stream.Publish(fix);
        if (Faults.Find(FaultKind.ForeignDriver, fleet.Tenant, fix.DriverId, fix.Number) is not null)
        {
            fleet.Stream.Publish(fix with { DriverId = Foreign(fleet) });
        }
    }

    /// <summary>A driver of another tenant whose id this tenant does not have.</summary>
    private string Foreign(TenantFleet fleet) =>
        _fleets.Values.Where(other => other != fleet).SelectMany(other => other.Drivers).Select(driver => driver.Profile.Id).FirstOrDefault(id => fleet.FindDriver(id) is null) ?? "elsewhere-1";

    private void TellStreams() => Locked(() =>
    {
        foreach (var fleet in _fleets.Values)
        {
            fleet.Stream.FaultsChanged();
        }
    });

    private void Locked(Action action)
    {
        lock (_gate)
        {
            action();
        }
    }

    private T Locked<T>(Func<T> function)
    {
        lock (_gate)
        {
            return function();
        }
    }
}
