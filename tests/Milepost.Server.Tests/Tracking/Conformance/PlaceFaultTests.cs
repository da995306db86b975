using Milepost.LogisticsSimulator.Faults;

namespace Milepost.Server.Tests.Tracking.Conformance;

/// <summary>The whole server against the faults of the simulated logistics service that spoil single places.</summary>
public sealed class PlaceFaultTests
{
    public static TheoryData<FaultKind> Faults => [.. Expectations.Places.Keys];

    [Theory]
    [MemberData(nameof(Faults))]
    public Task Only_places_that_can_be_true_are_shown_and_the_ride_goes_on(FaultKind fault) => FaultStory.RunAsync(fault, Expectations.Places[fault]);
}
