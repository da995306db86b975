using Milepost.Core.Tracking;
using static Milepost.Core.Tests.Tracking.Places;

namespace Milepost.Core.Tests.Tracking;

public sealed class HistoryThinningTests
{
    [Theory]
    [InlineData(29.9, 0, false)]
    [InlineData(30, 0, true)]
    [InlineData(1, 99, false)]
    [InlineData(1, 101, true)]
    [InlineData(0, 5000, false)]
    [InlineData(-40, 5000, false)]
    public void A_fix_is_kept_when_it_is_later_or_farther(double seconds, double meters, bool kept) =>
        HistoryThinning.Keeps(Fix(0, 0), Fix(seconds, meters), TrackingOptions.Default).ShouldBe(kept);

    [Fact]
    public void A_batch_is_thinned_by_what_was_kept_of_it()
    {
        var track = new DriverTrack { DriverId = "d-1" };
        var (after, kept) = HistoryThinning.Step(track, [.. Enumerable.Range(0, 100).Select(second => Fix(second, second))], TrackingOptions.Default);
        kept.Select(fix => (fix.Time - Start).TotalSeconds).ShouldBe([0, 30, 60, 90]);
        after.Kept.ShouldBe(kept[^1]);
        HistoryThinning.Step(after, [Fix(119, 90)], TrackingOptions.Default).Kept.ShouldBeEmpty();
    }
}
