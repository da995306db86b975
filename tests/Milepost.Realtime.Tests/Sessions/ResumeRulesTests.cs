using Milepost.Protocol.Errors;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Sessions;

namespace Milepost.Realtime.Tests.Sessions;

public sealed class ResumeRulesTests
{
    /// <summary>A log of epoch 7 with the entries 5 to 9; the fingerprint at offset n is 100 + n.</summary>
    [Theory]
    [InlineData(7, 9, 109, null)]
    [InlineData(7, 5, 105, null)]
    [InlineData(7, 4, 104, null)]
    [InlineData(7, 4, 1, null)]
    [InlineData(7, 9, 1, ResetCodes.HistoryChanged)]
    [InlineData(7, 5, 1, ResetCodes.HistoryChanged)]
    [InlineData(7, 10, 110, ResetCodes.PositionAhead)]
    [InlineData(7, long.MaxValue, 0, ResetCodes.PositionAhead)]
    [InlineData(7, 3, 103, ResetCodes.PositionExpired)]
    [InlineData(7, 0, 0, ResetCodes.PositionExpired)]
    [InlineData(6, 9, 109, ResetCodes.EpochChanged)]
    [InlineData(6, 10, 1, ResetCodes.EpochChanged)]
    [InlineData(6, 0, 0, ResetCodes.EpochChanged)]
    public void A_position_is_served_exactly_or_refused(long epoch, long offset, uint check, string? refusal)
    {
        var location = new StreamLocation(7, 5, new StreamHead(9, 109), offset is >= 5 and <= 9 ? (uint)(100 + offset) : null);

        ResumeRules.Refusal(new StreamPosition(epoch, offset, check), location).ShouldBe(refusal);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, ResetCodes.PositionAhead)]
    public void An_empty_stream_serves_only_its_beginning(long offset, string? refusal) =>
        ResumeRules.Refusal(new StreamPosition(7, offset, 0), new StreamLocation(7, 1, default, null)).ShouldBe(refusal);

    [Fact]
    public void Every_refusal_is_explained()
    {
        string[] codes = [ResetCodes.EpochChanged, ResetCodes.PositionAhead, ResetCodes.PositionExpired, ResetCodes.HistoryChanged];
        codes.Select(ResumeRules.Explain).Distinct().Count().ShouldBe(4);
    }
}
