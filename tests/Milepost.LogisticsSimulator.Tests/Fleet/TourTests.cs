using System.Text.Json.Nodes;
using Milepost.LogisticsSimulator.Fleet;
using Milepost.LogisticsSimulator.Streets;
using Milepost.LogisticsSimulator.Tests.Streets;
using Milepost.Testing;

namespace Milepost.LogisticsSimulator.Tests.Fleet;

public sealed class TourTests
{
    [Fact]
    public async Task A_driver_waits_at_the_pickup_until_the_order_is_ready()
    {
        await using var service = await Service.StartAsync();
        service.Assign();
        service.World.PhaseOf("demo", "o-1").ShouldBe(OrderPhase.Assigned);
        service.PassUntil("o-1", OrderPhase.AtPickup);
        service.Pass(600);
        service.World.PhaseOf("demo", "o-1").ShouldBe(OrderPhase.AtPickup);
        service.World.WhereaboutsOf("demo", "d-1").Place.MetersTo(service.World.City.Door(1)).ShouldBeLessThan(1);

        service.World.Depart("demo", "o-1");
        service.PassUntil("o-1", OrderPhase.AtDoor);
        service.World.WhereaboutsOf("demo", "d-1").Place.MetersTo(service.World.City.Door(2)).ShouldBeLessThan(1);
        service.PassUntil("o-1", OrderPhase.Done);
    }

    [Fact]
    public async Task Who_waits_for_a_phase_is_told_when_it_is_reached()
    {
        await using var service = await Service.StartAsync();
        service.Assign();
        service.Assign("o-2");
        var atDoor = service.World.ReachesAsync("demo", "o-1", OrderPhase.AtDoor, CancellationToken.None);
        var withdrawn = service.World.ReachesAsync("demo", "o-2", OrderPhase.AtDoor, CancellationToken.None);
        service.World.Withdraw("demo", "o-2");
        service.PassUntil("o-1", OrderPhase.AtPickup);
        atDoor.IsCompleted.ShouldBeFalse();
        service.World.Depart("demo", "o-1");
        service.PassUntil("o-1", OrderPhase.AtDoor);
        await atDoor.Soon();
        await Should.ThrowAsync<InvalidOperationException>(withdrawn.Soon());
        await service.World.ReachesAsync("demo", "o-1", OrderPhase.AtPickup, CancellationToken.None).Soon();
    }

    [Fact]
    public async Task An_order_departs_once()
    {
        await using var service = await Service.StartAsync();
        service.Assign();
        service.World.Depart("demo", "o-1");
        Should.Throw<InvalidOperationException>(() => service.World.Depart("demo", "o-1"));
        Should.Throw<ArgumentException>(() => service.World.Depart("demo", "o-2"));
        Should.Throw<ArgumentException>(() => service.World.Depart("nobody", "o-1"));
        Should.Throw<ArgumentException>(() => service.Assign("o-2", "d-99"));
    }

    [Fact]
    public async Task Orders_are_delivered_in_the_order_of_their_assignment_and_say_how_many_stops_lie_before()
    {
        await using var service = await Service.StartAsync();
        service.Assign("o-1", "d-1", 3);
        service.World.Assign("demo", "o-2", "d-1", service.World.City.Door(1), service.World.City.Door(5), [service.World.City.Door(6), service.World.City.Door(7)]);
        (await StopsAsync("o-1"), await StopsAsync("o-2")).ShouldBe((1, 4));
        service.World.Depart("demo", "o-1");
        service.World.Depart("demo", "o-2");

        List<(int First, int Second)> seen = [];
        for (var second = 0; service.World.PhaseOf("demo", "o-2") < OrderPhase.AtDoor; second++)
        {
            second.ShouldBeLessThan(7200);
            service.Pass(1);
            var now = (await StopsAsync("o-1"), (await StopsAsync("o-2"))!.Value);
            if (seen.Count == 0 || seen[^1] != (now.Item1 ?? -1, now.Value))
            {
                seen.Add((now.Item1 ?? -1, now.Value));
            }
        }

        seen.ShouldBe([(1, 4), (0, 3), (-1, 2), (-1, 1), (-1, 0)], "-1 = delivered");

        async Task<int?> StopsAsync(string order)
        {
            using var response = await service.GetAsync($"orders/{order}/eta");
            return response.IsSuccessStatusCode ? JsonNode.Parse(await response.Content.ReadAsStringAsync())!["stopsBefore"]!.GetValue<int>() : null;
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public async Task A_route_goes_along_streets_from_the_driver_to_the_destination(int precision)
    {
        await using var service = await Service.StartAsync(options => options with { Precision = precision });
        service.Assign(stops: [3]);
        service.PassUntil("o-1", OrderPhase.AtPickup);
        service.World.Depart("demo", "o-1");
        var route = await service.ReadAsync("orders/o-1/route");
        route["precision"]!.GetValue<int>().ShouldBe(precision);
        var places = Polylines.Decode(route["polyline"]!.GetValue<string>(), precision);
        places[0].MetersTo(service.World.WhereaboutsOf("demo", "d-1").Place).ShouldBeLessThan(2);
        places[^1].MetersTo(service.World.City.Door(2)).ShouldBeLessThan(2);
        places.Min(place => place.MetersTo(service.World.City.Door(3))).ShouldBeLessThan(2);
        places.ShouldAllBe(place => service.World.City.MetersToStreet(place) < 2);
        Length(places).ShouldBe(route["distanceMeters"]!.GetValue<double>(), tolerance: places.Count + 2);
    }

    [Fact]
    public async Task A_driver_follows_the_route_that_was_told()
    {
        await using var service = await Service.StartAsync();
        service.Assign(stops: [3]);
        service.World.Depart("demo", "o-1");
        var places = Polylines.Decode((await service.ReadAsync("orders/o-1/route"))["polyline"]!.GetValue<string>(), 5);
        while (service.World.PhaseOf("demo", "o-1") < OrderPhase.AtDoor)
        {
            service.Pass(1);
            var here = service.World.WhereaboutsOf("demo", "d-1").Place;
            var away = places.Zip(places.Skip(1)).Min(pair => here.MetersTo(pair.First) + here.MetersTo(pair.Second) - pair.First.MetersTo(pair.Second));
            away.ShouldBeLessThan(3, "between two corners of the route the ways to both add up to the way between them");
        }
    }

    [Fact]
    public async Task An_order_that_changes_hands_has_the_other_drivers_route_and_a_reason()
    {
        await using var service = await Service.StartAsync();
        service.Assign();
        service.PassUntil("o-1", OrderPhase.AtPickup);
        var before = await service.ReadAsync("orders/o-1/eta");
        service.Assign("o-1", "d-2");
        var eta = await service.ReadAsync("orders/o-1/eta");
        (eta["driverId"]!.GetValue<string>(), eta["reason"]!.GetValue<string>()).ShouldBe(("d-2", "driver_changed"));
        eta["version"]!.GetValue<int>().ShouldBeGreaterThan(before["version"]!.GetValue<int>());
        (await service.ReadAsync("orders/o-1/route"))["driverId"]!.GetValue<string>().ShouldBe("d-2");
        service.World.Depart("demo", "o-1");
        service.PassUntil("o-1", OrderPhase.Done);
        service.World.WhereaboutsOf("demo", "d-2").Place.MetersTo(service.World.City.Door(2)).ShouldBeLessThan(1);
    }

    private static double Length(IReadOnlyList<Place> places) => places.Zip(places.Skip(1), (from, to) => from.MetersTo(to)).Sum();
}
