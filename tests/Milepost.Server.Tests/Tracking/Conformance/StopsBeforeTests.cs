using Milepost.Protocol.Streams;
using Milepost.Server.Testing;

namespace Milepost.Server.Tests.Tracking.Conformance;

/// <summary>Whoever is not next is not shown the way to somebody else, from the first place on. (While nobody knows who is next: <see cref="AnswerFaultTests"/>.)</summary>
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
        await Rig.UntilAsync(async () => (await rig.TimelineAsync()).StopsBefore == 1, "staff see that a stop comes before");
        await Stories.IsHiddenAsync(rig);

        town.Simulator.World.Withdraw(TestServer.Tenant, Rig.Order);
        town.Ride(Rig.Order);
        await rig.ShownAgainAsync();
        Verdict.OfAll(rig, metersOff: 20);
    }
}
