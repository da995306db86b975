using Milepost.LogisticsSimulator.Faults;

namespace Milepost.Server.Tests.Tracking.Conformance;

/// <summary>A fault of places or of the stream, from beginning to end.</summary>
internal static class FaultStory
{
    public static async Task RunAsync(FaultKind fault, Expectation expected)
    {
        await using var rig = await Rig.StartAsync(new RigOptions());
        await rig.BeginAsync(Stories.TransportOf(fault));
        await Stories.IsWellAsync(rig);
        foreach (var strike in expected.Strikes)
        {
            await Stories.StruckAsync(rig, strike, expected.Stale);
        }

        await Stories.IsWellAsync(rig);
        await Stories.DeliveredAsync(rig);
        Verdict.OfAll(rig, expected.MetersOff);
        Verdict.OfTheEnd(rig);
    }
}
