using Milepost.LogisticsSimulator.Faults;
using Milepost.Server.Testing;

namespace Milepost.Server.Tests.Tracking.Conformance;

/// <summary>Numbers that never came may have been news of a route. Nothing else tells of it here: documents are read again each hour only.</summary>
public sealed class MissedNewsTests
{
    public static TheoryData<FaultKind> Holes => [FaultKind.SequenceGap, FaultKind.ResumeRefused, FaultKind.MalformedMessage, FaultKind.OversizedMessage, FaultKind.WrongTypeMessage];

    [Theory]
    [MemberData(nameof(Holes))]
    public async Task A_hole_in_the_stream_has_everything_read_again(FaultKind fault)
    {
        // A stream that only seems to be silent, on a busy machine, would be opened again, and behind that everything is read again too.
        await using var rig = await Rig.StartAsync(new RigOptions { Configure = logistics => (logistics.RouteSeconds, logistics.EtaSeconds, logistics.StreamIdleSeconds) = (3_600, 3_600, 25) });
        rig.Town.Faults.Replace([new Fault(FaultKind.NoRoute, TestServer.Tenant)]);
        await rig.BeginAsync(Stories.TransportOf(fault));
        await Rig.UntilAsync(() => Task.FromResult(rig.Plan is { ServiceHasNoRoute: true }), "the service has said that there is no route");
        await rig.ShownAgainAsync();

        // The service knows a route by now, and says nothing.
        rig.Town.Faults.Clear();
        await rig.UndisturbedAsync(8);
        rig.Pages.ShouldAllBe(page => page.Seen.All(glance => glance.Way == null));

        rig.Town.Faults.Replace([new Fault(fault, TestServer.Tenant), .. fault == FaultKind.ResumeRefused ? [new Fault(FaultKind.SuddenClose, TestServer.Tenant)] : Array.Empty<Fault>()]);
        foreach (var page in rig.Pages)
        {
            await page.UntilAsync(seen => seen[^1].Way is not null, "the way");
        }

        rig.Town.Faults.Clear();
        await rig.ShownAgainAsync();
        Verdict.OfAll(rig, metersOff: 20);
    }
}
