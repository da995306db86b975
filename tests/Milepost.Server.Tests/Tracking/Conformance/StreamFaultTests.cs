using Milepost.LogisticsSimulator.Faults;

namespace Milepost.Server.Tests.Tracking.Conformance;

/// <summary>The whole server against the faults that spoil the stream.</summary>
public sealed class StreamFaultTests
{
    public static TheoryData<FaultKind> Faults => [.. Expectations.Streams.Keys];

    [Theory]
    [MemberData(nameof(Faults))]
    public Task The_stream_is_read_again_and_nothing_false_is_shown(FaultKind fault) => FaultStory.RunAsync(fault, Expectations.Streams[fault]);
}
