using Milepost.LogisticsSimulator.Faults;
using Milepost.Server.Testing;

namespace Milepost.Server.Tests.Tracking.Conformance;

/// <summary>The service is away altogether: nothing stops, and what was known last is shown as it was.</summary>
public sealed class AwayTests
{
    public static TheoryData<FaultKind> Faults => [FaultKind.Refused, FaultKind.InternalError, FaultKind.TooMany, FaultKind.Unavailable];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task While_the_service_lets_nobody_in_the_driver_stays_where_they_were_seen_last(FaultKind fault)
    {
        await using var rig = await Rig.StartAsync(new RigOptions());
        await rig.BeginAsync(Stories.TransportOf(fault));
        await Stories.IsWellAsync(rig);
        rig.Town.Faults.Replace([new Fault(fault, TestServer.Tenant), new Fault(FaultKind.SuddenClose, TestServer.Tenant, Every: 1)]);
        using var http = rig.Server.Http(token: null);
        await Rig.UntilAsync(async () => (await http.GetStringAsync("/healthz/ready")).Contains("\"degraded\"", StringComparison.Ordinal), "the server is degraded");
        await rig.UndisturbedAsync(5);
        var (before, last) = (rig.Page.Seen.Count, rig.Page.Seen[^1]);
        await rig.UndisturbedAsync(5);
        foreach (var glance in rig.Page.Seen.Skip(before))
        {
            (glance.Place?.Time, glance.Name, glance.PhotoUrl, glance.RouteVersion).ShouldBe((last.Place?.Time, Town.CardName, last.PhotoUrl, last.RouteVersion));
        }

        rig.Town.Faults.Clear();
        await rig.ShownAgainAsync();
        await Stories.DeliveredAsync(rig);
        Verdict.OfAll(rig, metersOff: 20);
        Verdict.OfTheEnd(rig);
    }
}
