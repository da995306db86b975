using Milepost.LogisticsSimulator.Faults;
using Milepost.Protocol.Streams;
using Milepost.Server.Testing;

namespace Milepost.Server.Tests.Tracking.Conformance;

/// <summary>Whoever is not next is not shown the way to somebody else, from the first place on.</summary>
public sealed class StopsBeforeTests
{
    /// <summary>Only the service knows of the stop: for us the order is the only one of its driver.</summary>
    [Fact]
    public async Task Nobody_is_shown_the_way_to_a_stop_of_which_only_the_service_knows()
    {
        await using var rig = await Rig.StartAsync(new RigOptions());
        var town = rig.Town;
        town.Simulator.World.Assign(TestServer.Tenant, Rig.Order, Town.Driver, town.Door, town.Door, [town.Door]);
        await rig.BeginAsync(Transport.WebSocket, _ => { });
        await Rig.UntilAsync(async () => (await rig.TimelineAsync()) is { StopsBefore: 1, Location: not null }, "staff see the driver, and that a stop comes before");
        await rig.UndisturbedAsync(8);
        Nobody(rig);

        town.Simulator.World.Withdraw(TestServer.Tenant, Rig.Order);
        town.Ride(Rig.Order);
        await rig.ShownAgainAsync();
        Verdict.OfAll(rig, metersOff: 20);
    }

    /// <summary>The places come over the stream, and each answer about the order is useless.</summary>
    [Fact]
    public async Task Until_the_service_has_answered_once_nobody_is_shown_where_the_driver_goes()
    {
        await using var rig = await Rig.StartAsync(new RigOptions());
        rig.Town.Faults.Replace([new Fault(FaultKind.MalformedAnswer, TestServer.Tenant)]);
        await rig.BeginAsync(Transport.EventSource);
        await Rig.UntilAsync(async () => (await rig.TimelineAsync()).Location is not null, "staff see the driver");
        await rig.UndisturbedAsync(8);
        Nobody(rig);

        rig.Town.Faults.Clear();
        await Stories.IsWellAsync(rig);
        await Stories.DeliveredAsync(rig);
        Verdict.OfAll(rig, metersOff: 20);
        Verdict.OfTheEnd(rig);
    }

    private static void Nobody(Rig rig)
    {
        foreach (var watcher in rig.Watchers.Where(watcher => watcher.Audience is not Audience.Staff))
        {
            watcher.Seen.ShouldAllBe(shown => shown.Place == null, watcher.Name);
        }

        foreach (var page in rig.Pages)
        {
            page.Seen.ShouldAllBe(glance => glance.Place == null && glance.Way == null, page.Name);
        }
    }
}
