using Milepost.LogisticsSimulator.Fleet;
using Milepost.LogisticsSimulator.Streets;

namespace Milepost.LogisticsSimulator.Tests.Fleet;

public sealed class MotionTests
{
    /// <summary>The fastest street, in metres per second.</summary>
    private const double Fastest = 50 / 3.6;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 20)]
    public async Task Drivers_stay_on_streets_and_never_faster_than_they_may(int seed, double speed)
    {
        await using var service = await Service.StartAsync(options => options with { Seed = seed, Speed = speed, Drivers = 4, Errands = true });
        var before = service.World.DriversOf("demo").ToDictionary(id => id, id => service.World.WhereaboutsOf("demo", id));
        var moved = 0.0;
        for (var step = 0; step < 1500; step++)
        {
            service.Pass(0.5);
            foreach (var (id, earlier) in before.ToList())
            {
                var now = service.World.WhereaboutsOf("demo", id);
                service.World.City.MetersToStreet(now.Place).ShouldBeLessThan(0.5);
                var meters = now.Place.MetersTo(earlier.Place);
                meters.ShouldBeLessThanOrEqualTo(0.5 * Fastest * speed * 1.01);
                now.Speed.ShouldBeInRange(0, Fastest * speed);
                (now.Heading is null).ShouldBe(now.Speed == 0);
                (moved, before[id]) = (moved + meters, now);
            }
        }

        moved.ShouldBeGreaterThan(4 * 750 * speed, "four drivers go more than 1 m/s on the whole");
    }

    [Fact]
    public async Task What_is_measured_is_where_they_are_within_its_accuracy()
    {
        await using var service = await Service.StartAsync();
        await using var feed = await service.ListenAsync();
        service.Assign();
        service.World.Depart("demo", "o-1");
        for (var step = 0; step < 200; step++)
        {
            var truth = service.World.WhereaboutsOf("demo", "d-1");
            foreach (var seen in (await feed.LocationsAsync()).Where(seen => seen.Driver == "d-1"))
            {
                var since = (service.Clock.GetUtcNow() - seen.Time).TotalSeconds;
                seen.Place.MetersTo(truth.Place).ShouldBeLessThan(seen.Accuracy + since * Fastest);
                seen.Accuracy.ShouldBeInRange(4, 12);
            }

            service.Pass(0.1);
        }
    }

    [Fact]
    public async Task The_same_seed_time_and_orders_make_the_same_stream()
    {
        async Task<IReadOnlyList<string>> RideAsync()
        {
            await using var service = await Service.StartAsync(options => options with { Drivers = 3, Errands = true, Speed = 5 });
            await using var feed = await service.ListenAsync();
            service.Pass(120);
            service.World.Slow("demo", "d-2", 0.5);
            service.Pass(120);
            return [.. (await feed.CatchUpAsync()).Select(message => message.ToJsonString())];
        }

        var (first, second) = (await RideAsync(), await RideAsync());
        first.Count.ShouldBeGreaterThan(300);
        second.ShouldBe(first);
    }

    [Fact]
    public async Task A_speed_of_ten_makes_the_same_ride_in_a_tenth_of_the_time()
    {
        async Task<double> SecondsAsync(double speed)
        {
            await using var service = await Service.StartAsync(options => options with { Speed = speed });
            service.Assign();
            service.World.Depart("demo", "o-1");
            var start = service.Clock.GetUtcNow();
            service.PassUntil("o-1", OrderPhase.Done);
            return (service.Clock.GetUtcNow() - start).TotalSeconds;
        }

        // Lights and jams come at other moments, so it is not exactly a tenth.
        var (slow, fast) = (await SecondsAsync(1), await SecondsAsync(10));
        fast.ShouldBeInRange(slow / 10 * 0.7, slow / 10 * 1.4);
    }

    [Fact]
    public async Task Drivers_stand_at_lights_and_at_stops_and_nowhere_else()
    {
        await using var service = await Service.StartAsync(options => options with { Blocks = 24 });
        service.Assign(stops: [3, 4]);
        service.World.Depart("demo", "o-1");
        var city = service.World.City;
        Place[] doors = [city.Door(1), city.Door(3), city.Door(4)];
        var lights = city.Crossings.Where(crossing => crossing.HasLight).Select(crossing => city.PlaceOf(crossing.At)).ToList();
        var (atLights, atDoors) = (0, 0);
        while (true)
        {
            service.Pass(1);
            if (service.World.PhaseOf("demo", "o-1") >= OrderPhase.AtDoor)
            {
                break;
            }

            var here = service.World.WhereaboutsOf("demo", "d-1");
            if (here.Speed > 0)
            {
                continue;
            }

            var (toLight, toDoor) = (lights.Min(light => light.MetersTo(here.Place)), doors.Min(door => door.MetersTo(here.Place)));
            Math.Min(toLight, toDoor).ShouldBeLessThan(1);
            (atLights, atDoors) = toDoor < 1 ? (atLights, atDoors + 1) : (atLights + 1, atDoors);
        }

        atLights.ShouldBeGreaterThan(5);
        atDoors.ShouldBeInRange(3 * 20, 3 * 130, "a pickup and two stops");
    }
}
