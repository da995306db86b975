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

    [Theory]
    [InlineData(0.0, 0.0)]
    [InlineData(50.0, 13.8889)]
    [InlineData(-1.0, null)]
    [InlineData(double.PositiveInfinity, null)]
    [InlineData(null, null)]
    public void Kilometers_an_hour(double? kilometers, double? meters) => Same(Speeds.FromKilometersPerHour(kilometers), meters);

    [Theory]
    [InlineData(13.9, 13.9)]
    [InlineData(-1.0, null)]
    public void Meters_per_second(double? speed, double? meters) => Same(Speeds.FromMetersPerSecond(speed), meters);

    private static void Same(double? actual, double? expected)
    {
        actual.HasValue.ShouldBe(expected.HasValue);
        (actual ?? 0).ShouldBe(expected ?? 0, 1e-4);
    }
}

public sealed class DeviceTimesTests
{
    private static readonly DateTimeOffset Evening = Some.Evening;

    [Theory]
    [InlineData("2026-11-21T18:00:00Z")]
    [InlineData("2026-11-21T18:00:00.000+00:00")]
    [InlineData("2026-11-21T19:00:00+01:00")]
    [InlineData("2026-11-21T18:00:00")]
    [InlineData("2026-11-21 18:00:00")]
    [InlineData("1795284000")]
    [InlineData("1795284000.0")]
    [InlineData("1795284000000")]
    public void One_moment_in_all_its_writings(string text)
    {
        var time = DeviceTimes.Read(text).ShouldNotBeNull();
        time.ShouldBe(Evening);
        time.Offset.ShouldBe(TimeSpan.Zero);
    }

    [Theory]
    [InlineData("")]
    [InlineData("now")]
    [InlineData("18:00")]
    [InlineData("2026-11-21")]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("21.11.2026 18:00")]
    [InlineData("11/21/2026 18:00:00")]
    [InlineData("2026-13-21T18:00:00Z")]
    [InlineData("99999999999999999")]
    public void What_is_no_time(string text) => DeviceTimes.Read(text).ShouldBeNull();

    [Theory]
    [InlineData(1795284000.25)]
    [InlineData(1795284000250.0)]
    public void Numbers_are_seconds_or_milliseconds(double number) => DeviceTimes.FromEpoch(number).ShouldBe(Evening.AddMilliseconds(250));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(0)]
    [InlineData(-1)]
    public void What_is_no_number_of_seconds(double number) => DeviceTimes.FromEpoch(number).ShouldBeNull();
}
