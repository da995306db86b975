using Milepost.LogisticsSimulator.Faults;

namespace Milepost.Server.Tests.Tracking.Conformance;

public sealed class FaultTableTests
{
    /// <summary>Who adds a fault to the simulator says here what is expected of the server.</summary>
    [Fact]
    public void Every_fault_of_the_simulator_is_expected_exactly_once() =>
        new[] { Expectations.Places, Expectations.Streams, Expectations.Answers }.SelectMany(table => table.Keys).Order().ShouldBe(Enum.GetValues<FaultKind>().Order());

    [Fact]
    public void Every_expectation_lets_its_own_fault_loose()
    {
        foreach (var (fault, expected) in new[] { Expectations.Places, Expectations.Streams, Expectations.Answers }.SelectMany(table => table))
        {
            expected.Strikes.ShouldNotBeEmpty(fault.ToString());
            expected.Strikes.ShouldAllBe(strike => strike.Faults.Any(one => one.Kind == fault), fault.ToString());
        }
    }
}
