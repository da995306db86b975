using Milepost.LogisticsSimulator.Faults;

namespace Milepost.LogisticsSimulator.Tests.Faults;

/// <summary>What goes wrong with locations. Two drivers stand still, so that every difference is the fault's.</summary>
public sealed class FixFaultTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Jitter_is_up_to_150_m_and_says_so() => await EachAsync(new Fault(FaultKind.Jitter, DriverId: "d-1"), hitEvery: 1, (hit, usual) =>
    {
        hit.Accuracy.ShouldBe(150);
        hit.Place.MetersTo(usual.Place).ShouldBeInRange(30, 175);
    });

    [Fact]
    public async Task A_teleport_is_30_km() => await EachAsync(new Fault(FaultKind.Teleport, DriverId: "d-1"), hitEvery: 5, (hit, usual) => hit.Place.MetersTo(usual.Place).ShouldBe(30_000, tolerance: 300));

    [Fact]
    public async Task A_zero_place_is_0_0() => await EachAsync(new Fault(FaultKind.ZeroPlace, DriverId: "d-1"), hitEvery: 3, (hit, _) => (hit.Place.Lat, hit.Place.Lon).ShouldBe((0, 0)));

    [Fact]
    public async Task Swapped_axes_are_longitude_for_latitude() => await EachAsync(new Fault(FaultKind.SwappedAxes, DriverId: "d-1"), hitEvery: 1, (hit, usual) =>
        (hit.Place with { Lat = hit.Place.Lon, Lon = hit.Place.Lat }).MetersTo(usual.Place).ShouldBeLessThan(30));

    [Fact]
    public async Task A_clock_is_ahead_by_so_many_seconds() =>
        await EachAsync(new Fault(FaultKind.FutureTime, DriverId: "d-1", Seconds: 77), hitEvery: 3, (hit, usual) => (hit.Time - usual.Time).TotalSeconds.ShouldBe(77, tolerance: 60));

    [Fact]
    public async Task A_clock_is_behind_by_an_hour_unless_told_otherwise() =>
        await EachAsync(new Fault(FaultKind.OldTime, DriverId: "d-1", Every: 2), hitEvery: 2, (hit, usual) => (usual.Time - hit.Time).TotalSeconds.ShouldBe(3600, tolerance: 60));

    [Fact]
    public async Task Kilometers_per_hour_are_3_6_times_as_much()
    {
        await using var service = await Service.StartAsync();
        await using var feed = await service.ListenAsync();
        service.Assign();
        service.World.Depart("demo", "o-1");
        service.World.Faults.Add(FaultKind.KilometersPerHour);
        service.PassUntil("o-1", LogisticsSimulator.Fleet.OrderPhase.AtPickup);
        var moving = (await feed.LocationsAsync()).Where(seen => seen is { Driver: "d-1", Speed: > 0 }).ToList();
        moving.Count.ShouldBeGreaterThan(10);
        moving.ShouldAllBe(seen => Math.Abs(seen.Speed - 3.6 * service.World.Read("demo", fleet => fleet.Driver("d-1").Itinerary.At(seen.Time).Speed)) < 0.05);
    }

    [Fact]
    public async Task A_silent_driver_is_silent_alone()
    {
        await using var service = await Service.StartAsync();
        await using var feed = await service.ListenAsync();
        service.World.Faults.Add(FaultKind.Silence, "demo", "d-1");
        service.Pass(20);
        (await feed.LocationsAsync()).Select(seen => seen.Driver).Distinct().ShouldBe(["d-2"]);
        service.World.Faults.Clear();
        service.Pass(4);
        (await feed.LocationsAsync()).Select(seen => seen.Driver).ShouldContain("d-1");
    }

    [Fact]
    public async Task A_tunnel_gives_back_all_at_once_and_not_in_order()
    {
        await using var service = await Service.StartAsync(options => options with { Drivers = 1 });
        await using var feed = await service.ListenAsync();
        service.World.Faults.Add(new Fault(FaultKind.Tunnel, Seconds: 20));
        service.Pass(19);
        (await feed.CatchUpAsync()).Where(Feed.Is("location")).ShouldBeEmpty();
        service.Pass(5);
        var seen = await feed.LocationsAsync();
        var batch = seen.Take(10).Select(one => one.Time).ToList();
        batch.SequenceEqual(batch.Order()).ShouldBeFalse();
        batch.Order().Zip(batch.Order().Skip(1), (earlier, later) => later - earlier).ShouldAllBe(between => between == Interval);
        seen[10].Time.ShouldBe(batch.Max() + Interval, "who comes out goes on");
    }

    [Fact]
    public async Task Another_tenants_driver_is_one_that_this_tenant_does_not_have()
    {
        await using var service = await Service.StartAsync(options => options with { Tenants = ["demo", "other"] });
        service.World.AddDriver("other", service.World.ProfileOf("other", "d-1") with { Id = "theirs" });
        await using var feed = await service.ListenAsync();
        service.World.Faults.Add(FaultKind.ForeignDriver, "demo");
        service.Pass(30);
        (await feed.LocationsAsync()).Select(seen => seen.Driver).Distinct().ShouldBe(["d-1", "d-2", "theirs"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_duplicate_is_the_same_message_or_the_same_content()
    {
        await using var service = await Service.StartAsync(options => options with { Drivers = 1 });
        await using var feed = await service.ListenAsync();
        service.World.Faults.Add(FaultKind.Duplicates);
        service.PassUntilNewest(10);
        var seen = await feed.LocationsAsync();
        seen.GroupBy(one => one.Time).Select(times => times.Count()).ShouldBe([1, 2, 1, 2, 1, 2, 1, 2]);
        seen.GroupBy(one => one.Sequence).Count(messages => messages.Count() == 2).ShouldBe(2);
        seen.GroupBy(one => one with { Sequence = 0 }).ShouldAllBe(same => same.Select(one => one.Time).Distinct().Count() == 1);
    }

    [Fact]
    public async Task Reordering_sends_a_message_after_its_follower()
    {
        await using var service = await Service.StartAsync(options => options with { Drivers = 1 });
        await using var feed = await service.ListenAsync();
        service.World.Faults.Add(FaultKind.Reordering);
        service.PassUntilNewest(7);
        var seen = await feed.LocationsAsync();
        seen.Select(one => one.Sequence).ShouldBe([1, 3, 2, 5, 4, 7]);
        (await feed.NextAsync())["sequence"]!.GetValue<long>().ShouldBe(6);
    }

    [Fact]
    public async Task Numbers_left_out_are_left_out_for_those_who_resume_too()
    {
        await using var service = await Service.StartAsync(options => options with { Drivers = 1 });
        await using var feed = await service.ListenAsync();
        service.World.Faults.Add(FaultKind.SequenceGap);
        service.PassUntilNewest(10);
        (await feed.LocationsAsync()).Select(one => one.Sequence).ShouldBe([1, 2, 3, 4, 8, 9, 10]);
        await using var late = await service.ListenAsync(after: 2);
        (await late.LocationsAsync()).Select(one => one.Sequence).ShouldBe([3, 4, 8, 9, 10]);
    }

    /// <summary>Every n-th location of d-1 is hit, and nobody else's.</summary>
    private static async Task EachAsync(Fault fault, int hitEvery, Action<Seen, Seen> check)
    {
        await using var service = await Service.StartAsync();
        await using var feed = await service.ListenAsync();
        service.Pass(4);
        var before = await feed.LocationsAsync();
        var usual = before.First(seen => seen.Driver == "d-1");
        service.World.Faults.Add(fault);
        service.Pass(2 * 30);
        var seen = await feed.LocationsAsync();
        var own = seen.Where(one => one.Driver == "d-1").Select((one, index) => (Fix: one, Number: index + before.Count(earlier => earlier.Driver == "d-1"))).ToList();
        own.Count.ShouldBe(30);
        foreach (var (fix, number) in own)
        {
            if ((number + 1) % hitEvery == 0)
            {
                check(fix, usual with { Time = usual.Time + number * Interval });
            }
            else
            {
                fix.Place.MetersTo(usual.Place).ShouldBeLessThan(25);
                fix.Time.ShouldBe(usual.Time + number * Interval);
            }
        }

        var other = service.World.WhereaboutsOf("demo", "d-2").Place;
        seen.Where(one => one.Driver == "d-2").ShouldAllBe(one => one.Place.MetersTo(other) < 15 && one.Accuracy < 13 && one.Time <= service.Clock.GetUtcNow() && one.Time > service.Clock.GetUtcNow() - TimeSpan.FromSeconds(61));
    }
}
