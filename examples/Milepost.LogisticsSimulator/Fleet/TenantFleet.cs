using Milepost.LogisticsSimulator.Faults;
using Milepost.LogisticsSimulator.Live;
using Milepost.LogisticsSimulator.Motion;
using Milepost.LogisticsSimulator.Streets;

namespace Milepost.LogisticsSimulator.Fleet;

/// <summary>The drivers and orders of one tenant. Called by one thread at a time, with a time that does not go back.</summary>
internal sealed class TenantFleet
{
    private static readonly TimeSpan LongestCatchUp = TimeSpan.FromMinutes(1);

    private readonly string _tenant;
    private readonly City _city;
    private readonly SimulatorOptions _options;
    private readonly ItineraryPlanner _planner;
    private readonly Estimates _estimates;
    private readonly FixFaults _fixes;
    private readonly Dictionary<string, Driver> _drivers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Order> _orders = new(StringComparer.Ordinal);

    public TenantFleet(string tenant, City city, SimulatorOptions options, FaultSet faults, Action<TenantFleet, Fix> publish)
    {
        (_tenant, _city, _options) = (tenant, city, options);
        _planner = new ItineraryPlanner(city, new Pace(options.Seed), options.Speed);
        _estimates = new Estimates(options.Speed);
        _fixes = new FixFaults(tenant, options.Seed, faults, fix => publish(this, fix));
        Stream = new TenantStream(tenant, faults, options.Clock, options);
    }

    public string Tenant => _tenant;

    public TenantStream Stream { get; }

    public IEnumerable<Driver> Drivers => _drivers.Values;

    public IEnumerable<Order> Orders => _orders.Values;

    public Driver? FindDriver(string id) => _drivers.GetValueOrDefault(id);

    public Order? FindOrder(string id) => _orders.GetValueOrDefault(id);

    /// <exception cref="ArgumentException">There is no such driver.</exception>
    public Driver Driver(string id) => FindDriver(id) ?? throw new ArgumentException($"{_tenant} has no driver \"{id}\"", nameof(id));

    /// <exception cref="ArgumentException">There is no such order.</exception>
    public Order Order(string id) => FindOrder(id) ?? throw new ArgumentException($"{_tenant} has no order \"{id}\"", nameof(id));

    public void AddDriver(DriverProfile profile, Curb at, DateTimeOffset now)
    {
        // Each driver's device has a rhythm of its own.
        var phase = _options.FixInterval * Noise.Unit(_options.Seed, Noise.Phase, Noise.Of(profile.Id), Noise.Of(_tenant));
        var driver = new Driver(profile, now, _planner.Plan(now, at, [], profile.Vehicle.TopSpeed, traffic: 1)) { NextFix = now + phase, NextReview = now };
        if (!_drivers.TryAdd(profile.Id, driver))
        {
            throw new ArgumentException($"{_tenant} has a driver \"{profile.Id}\" already", nameof(profile));
        }
    }

    /// <summary>Gives an order to a driver; who finds it <paramref name="ready"/> does not wait for it at the pickup.</summary>
    public void Assign(string orderId, Driver driver, Curb pickup, Curb destination, IEnumerable<Curb> stops, bool ready, DateTimeOffset now)
    {
        var (atPickup, atDoor) = (new Stop(StopKind.Pickup, orderId, pickup) { Holds = !ready }, new Stop(StopKind.Drop, orderId, destination));
        var known = FindOrder(orderId);
        if (known is not { IsOpen: true } order)
        {
            _orders[orderId] = new Order(orderId) { Driver = driver, Pickup = atPickup, Drop = atDoor, RouteVersion = known?.RouteVersion ?? 0, EtaVersion = known?.EtaVersion ?? 0 };
        }
        else
        {
            var before = order.Driver;
            before.Tour.RemoveAll(stop => stop.OrderId == orderId);
            (order.Driver, order.Pickup, order.Drop) = (driver, atPickup, atDoor);
            order.BeginAnew();
            if (before != driver)
            {
                Replan(before, now);
            }
        }

        // Who has not left with anything takes all along first; who has comes back for it.
        var hasLeft = driver.Tour.Any(stop => stop.Kind == StopKind.Drop && Order(stop.OrderId).Phase >= OrderPhase.UnderWay && stop.OrderId != orderId);
        driver.Tour.Insert(hasLeft ? driver.Tour.Count : driver.Tour.FindLastIndex(stop => stop.Kind == StopKind.Pickup) + 1, atPickup);
        driver.Tour.AddRange(stops.Select(at => new Stop(StopKind.Errand, orderId, at)));
        driver.Tour.Add(atDoor);
        Replan(driver, now);
    }

    public void Depart(Order order, DateTimeOffset now)
    {
        if (!order.Pickup.Holds || !order.IsOpen)
        {
            throw new InvalidOperationException($"the order {order.Id} has departed already");
        }

        order.Pickup.Holds = false;
        if (order.Pickup.Arrived)
        {
            order.Pickup.Leaves = now + TimeSpan.FromSeconds(Pace.ExpectedService(order.Pickup) / _options.Speed);
        }

        Replan(order.Driver, now);
    }

    public void Withdraw(Order order, DateTimeOffset now)
    {
        if (!order.IsOpen)
        {
            return;
        }

        order.Driver.Tour.RemoveAll(stop => stop.OrderId == order.Id);
        End(order, OrderPhase.Withdrawn);
        Replan(order.Driver, now);
    }

    /// <summary>Nobody will ask for this order again.</summary>
    public void Forget(string orderId) => _orders.Remove(orderId);

    public void Slow(Driver driver, double traffic, DateTimeOffset now)
    {
        driver.Traffic = traffic;
        Replan(driver, now);
    }

    /// <summary>Lets everything happen that is due.</summary>
    public void Advance(DateTimeOffset now)
    {
        foreach (var driver in _drivers.Values)
        {
            Measure(driver, now);
            Progress(driver, now);
            if (driver.NextReview <= now)
            {
                driver.NextReview = now + TimeSpan.FromSeconds(Math.Max(0.5, Estimates.ReviewSeconds / _options.Speed));
                Review(driver, now);
            }
        }

        Stream.Beat();
    }

    private void Measure(Driver driver, DateTimeOffset now)
    {
        if (now - driver.NextFix > LongestCatchUp)
        {
            driver.NextFix = now;
        }

        for (; driver.NextFix <= now; driver.NextFix += _options.FixInterval)
        {
            var moment = driver.Itinerary.At(driver.NextFix);
            _fixes.Offer(Measuring.Fix(_options.Seed, driver.Profile.Id, driver.Fixes++, driver.NextFix, _city.PlaceOf(_city.SpotOf(moment.Curb)), moment.Heading, moment.Speed));
        }
    }

    private void Progress(Driver driver, DateTimeOffset now)
    {
        var itinerary = driver.Itinerary;
        while (driver.Tour.Count > 0)
        {
            var stop = driver.Tour[0];
            var planned = itinerary.Stops.First(candidate => candidate.Stop == stop);
            if (!stop.Arrived)
            {
                if (itinerary.TimeOf(planned.Arrives) > now)
                {
                    return;
                }

                stop.Arrived = true;
                stop.Leaves = stop.Holds ? null : itinerary.TimeOf(planned.Leaves);
                Arrive(stop);
            }

            if (stop.Leaves is not { } leaves || leaves > now)
            {
                return;
            }

            driver.Tour.RemoveAt(0);
            driver.FreeSince = leaves;
            Leave(stop);
            Review(driver, now);
        }
    }

    private void Arrive(Stop stop)
    {
        if (stop.Kind != StopKind.Errand)
        {
            Order(stop.OrderId).Enter(stop.Kind == StopKind.Pickup ? OrderPhase.AtPickup : OrderPhase.AtDoor);
        }
    }

    private void Leave(Stop stop)
    {
        if (stop.Kind == StopKind.Pickup)
        {
            Order(stop.OrderId).Enter(OrderPhase.UnderWay);
        }
        else if (stop.Kind == StopKind.Drop)
        {
            End(Order(stop.OrderId), OrderPhase.Done);
        }
    }

    private void End(Order order, OrderPhase phase)
    {
        (order.Route, order.Eta) = (null, null);
        order.Enter(phase);
        Stream.PublishChange("route", order.Id, order.Driver.Profile.Id);
        Stream.PublishChange("eta", order.Id, order.Driver.Profile.Id);
    }

    /// <summary>Plans anew from where the driver is; every order of the driver has another route then.</summary>
    private void Replan(Driver driver, DateTimeOffset now)
    {
        var from = driver.Itinerary.At(now).Curb;
        driver.Itinerary = _planner.Plan(now, from, driver.Tour, driver.Profile.Vehicle.TopSpeed, driver.Traffic);
        foreach (var planned in driver.Itinerary.Stops.Where(planned => planned.Stop.Kind == StopKind.Drop))
        {
            var order = Order(planned.Stop.OrderId);
            order.RouteVersion++;
            order.Route = new Line(driver.Itinerary.LineTo(planned), planned.Meters, driver.Itinerary.ExpectedSecondsTo(planned, now));
            Stream.PublishChange("route", order.Id, driver.Profile.Id);
        }

        Progress(driver, now);
        Review(driver, now);
    }

    private void Review(Driver driver, DateTimeOffset now)
    {
        foreach (var stop in driver.Tour.Where(stop => stop is { Kind: StopKind.Drop, Arrived: false }).ToList())
        {
            var order = Order(stop.OrderId);
            if (_estimates.Revise(order, now) is { } estimate)
            {
                order.EtaVersion++;
                order.Eta = estimate;
                Stream.PublishChange("eta", order.Id, driver.Profile.Id);
            }
        }
    }
}
