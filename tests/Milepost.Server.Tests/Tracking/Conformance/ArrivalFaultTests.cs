using Milepost.Core.Tracking;
using Milepost.LogisticsSimulator.Faults;
using Milepost.LogisticsSimulator.Fleet;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using Milepost.Server.Testing;

namespace Milepost.Server.Tests.Tracking.Conformance;

/// <summary>What is raised on the way to the door, by a driver whose places are spoilt: nearby and arriving once, or not at all.</summary>
public sealed class ArrivalFaultTests
{
    // Twenty metres from fix to fix, and a few seconds to the door.
    private static readonly RigOptions Swift = new()
    {
        Speed = 30,
        Meters = 500,
        StaleSeconds = 60,
        Tracking = new TrackingOptions { PublishMilliseconds = 100, MaxMetersPerSecond = 300, NearbyMeters = 300, DwellSeconds = 60 },
    };

    [Fact]
    public async Task Whatever_is_wrong_with_some_places_the_driver_is_nearby_once_and_arrives_once()
    {
        await using var rig = await Rig.StartAsync(Swift);
        await rig.BeginAsync(Transport.WebSocket);

        // The very first place there is cannot be compared with any.
        await rig.ShownAgainAsync();
        rig.Town.Faults.Replace(
        [
            Of(FaultKind.Duplicates, 2), Of(FaultKind.Reordering, 3), Of(FaultKind.FutureTime, 5), Of(FaultKind.ZeroPlace, 6), Of(FaultKind.Teleport, 7), Of(FaultKind.SwappedAxes, 11),
            Of(FaultKind.ForeignDriver, 3), Of(FaultKind.SequenceGap, 9),
        ]);
        await ArrivesAsync(rig);
        await rig.UndisturbedAsync(10);
        (await RaisedAsync(rig)).ShouldBe(["nearby", "arriving"]);
        Verdict.OfAll(rig, metersOff: 20);
    }

    [Fact]
    public async Task A_place_that_is_hardly_known_brings_nobody_to_the_door()
    {
        await using var rig = await Rig.StartAsync(Swift);
        rig.Town.Faults.Replace([Of(FaultKind.Jitter, 1)]);
        await rig.BeginAsync(Transport.EventSource);
        await rig.Town.ReachesAsync(Rig.Order, OrderPhase.AtPickup);
        await rig.ShownAgainAsync();
        await rig.UndisturbedAsync(15);
        (await RaisedAsync(rig)).ShouldNotContain("arriving", "150 m wrong at 150 m from the door");
        (await RaisedAsync(rig)).Count.ShouldBeLessThanOrEqualTo(1);

        rig.Town.Faults.Clear();
        await ArrivesAsync(rig);
        await rig.UndisturbedAsync(10);
        (await RaisedAsync(rig)).Count(what => what == "arriving").ShouldBe(1);
        (await RaisedAsync(rig)).Count(what => what == "nearby").ShouldBeLessThanOrEqualTo(1);
        Verdict.OfAll(rig, metersOff: 170);
    }

    [Fact]
    public async Task What_a_tunnel_gives_back_behind_the_delivery_is_nobodys_business()
    {
        await using var rig = await Rig.StartAsync(new RigOptions());
        await rig.BeginAsync(Transport.WebSocket);
        await rig.ShownAgainAsync();
        rig.Town.Faults.Replace([new Fault(FaultKind.Tunnel, TestServer.Tenant, Town.Driver, Seconds: 60)]);
        await rig.UndisturbedAsync(8);
        await Stories.DeliveredAsync(rig, behind: rig.Town.Faults.Clear);
        (await RaisedAsync(rig)).ShouldBeEmpty();
        Verdict.OfAll(rig, metersOff: 20);
        Verdict.OfTheEnd(rig);
    }

    private static Fault Of(FaultKind kind, int every) => new(kind, TestServer.Tenant, Town.Driver, every);

    private static async Task ArrivesAsync(Rig rig) => await Rig.UntilAsync(async () => (await rig.TimelineAsync()).Status == OrderStatus.Arriving, "the driver arrives");

    private static async Task<IReadOnlyList<string>> RaisedAsync(Rig rig) =>
    [
        .. (await rig.TimelineAsync()).Timeline
            .Select(entry => entry.Type == EventTypes.OrderNearby ? "nearby" : entry.Status == OrderStatus.Arriving ? "arriving" : null).OfType<string>(),
    ];
}
