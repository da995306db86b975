using Milepost.LogisticsSimulator.Faults;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using Milepost.Server.Testing;

namespace Milepost.Server.Tests.Tracking.Conformance;

/// <summary>Estimates that flap, and what hangs on an estimate that is not there.</summary>
public sealed class EtaFaultTests
{
    [Fact]
    public async Task An_estimate_that_flaps_is_shown_when_it_gets_later_and_not_when_it_gets_earlier_again()
    {
        await using var rig = await Rig.StartAsync(new RigOptions { Meters = 1_600 });
        await rig.BeginAsync(Transport.WebSocket);
        await Stories.IsWellAsync(rig);
        var first = rig.Page.Seen[^1].EtaAt!.Value;
        for (var flap = 0; flap < 6; flap++)
        {
            rig.Town.Simulator.World.Slow(TestServer.Tenant, Town.Driver, flap % 2 == 0 ? 0.1 : 1);
            await rig.UndisturbedAsync(7);
        }

        // What all of these minutes agree on is the latest of them.
        await rig.Page.UntilAsync(seen => seen[^1].EtaAt > first.AddMinutes(2), "the later estimate");
        var shown = rig.Customer.Seen.Where(one => one.Frame.Type == EventTypes.OrderEtaUpdated).Select(one => one.Frame.Data.GetProperty("eta").GetProperty("at").GetDateTimeOffset()).ToList();
        shown.ShouldBeInOrder(SortDirection.Ascending);
        shown.Count.ShouldBeLessThanOrEqualTo(4);
        Verdict.OfAll(rig, metersOff: 20);
    }

    /// <summary>
    /// While the service says who is next, that one is shown the driver. When it says nothing any more, it is not known who is next: nobody is shown the way to
    /// somebody else, and who is left alone is shown the driver again.
    /// </summary>
    [Fact]
    public async Task Without_an_estimate_nobody_knows_who_is_next_until_only_one_is_left()
    {
        await using var rig = await Rig.StartAsync(new RigOptions());
        await rig.BeginAsync(Transport.WebSocket);
        await Stories.IsWellAsync(rig);
        var second = await rig.AddOrderAsync("o-2", "ben");
        rig.Town.Ride("o-2");
        await Rig.UntilAsync(async () => (await rig.TimelineAsync("o-2")).StopsBefore == 1 && (await rig.TimelineAsync()).StopsBefore == 0, "the service says who is next");
        await rig.ShownAgainAsync();

        rig.Town.Faults.Replace([new Fault(FaultKind.NoEta, TestServer.Tenant)]);
        await Rig.UntilAsync(async () => (await rig.TimelineAsync("o-2")).StopsBefore is null && (await rig.TimelineAsync()).StopsBefore is null, "nobody knows who is next");
        await rig.UndisturbedAsync(2);
        var since = rig.Town.Simulator.Clock.GetUtcNow();
        await rig.UndisturbedAsync(8);
        rig.Customer.Seen.ShouldAllBe(shown => shown.Place == null || shown.Place.Time < since);
        second.Seen.ShouldAllBe(shown => shown.Place == null);

        await rig.BecomesAsync(OrderStatus.Delivered);
        await second.UntilAsync(seen => seen.Any(shown => shown.Place?.Time > since), "the driver, who has nobody else to go to");
        second.Seen.Select(shown => shown.Place).OfType<Sighting>().ShouldAllBe(place => place.MetersOff < 20);
        Verdict.OfPlaces(rig, metersOff: 20);
    }
}
