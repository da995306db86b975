using Milepost.Core.Tracking;

namespace Milepost.Core.Tests.Tracking;

public sealed class SpeedsTests
{
    [Theory]
    [InlineData(0.0, 0.0)]
    [InlineData(1.0, 0.514444)]
    [InlineData(26.9978, 13.8889)]
    [InlineData(-1.0, null)]
    [InlineData(double.NaN, null)]
    [InlineData(null, null)]
    public void Knots(double? knots, double? meters) => Same(Speeds.FromKnots(knots), meters);

    private static void Same(double? actual, double? expected)
    {
        actual.HasValue.ShouldBe(expected.HasValue);
        (actual ?? 0).ShouldBe(expected ?? 0, 1e-4);
    }
}
