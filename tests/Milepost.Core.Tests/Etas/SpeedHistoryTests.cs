using Milepost.Core.Etas;
using static Milepost.Core.Tests.Tracking.Places;

namespace Milepost.Core.Tests.Etas;

public sealed class SpeedHistoryTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(15)]
    public void An_even_speed_is_known_as_it_is(int every)
    {
        var speed = Drive(every, 600, second => second * 8);
        speed.MetersPerSecond.ShouldBe(8, 0.01);
        speed.ObservedSeconds.ShouldBeInRange(570, 600);
    }

    [Fact]
    public void Lights_count()
    {
        // 30 s at 12 m/s, 30 s red.
        Drive(2, 1200, second => ((second / 60) * 360) + (Math.Min(second % 60, 30) * 12)).MetersPerSecond.ShouldBe(6, 1);
    }

    [Fact]
    public void A_parked_car_whose_fixes_jitter_does_not_run() =>
        Drive(2, 600, second => (second / 2 % 2) * 12).MetersPerSecond.ShouldBeLessThan(1.3);

    [Fact]
    public void What_happened_in_a_long_silence_is_not_known()
    {
        var before = Drive(2, 300, second => second * 8);
        var after = SpeedHistory.Step(before, Fix(900, 300 * 8));
        (after.MetersPerSecond, after.ObservedSeconds).ShouldBe((before.MetersPerSecond, before.ObservedSeconds));
        SpeedHistory.Step(after, Fix(910, (300 * 8) + 80)).MetersPerSecond.ShouldBe(8, 0.01);
    }

    [Fact]
    public void The_past_is_forgotten_with_time()
    {
        var slow = Drive(2, 600, second => second * 2);
        var (speed, at) = (slow, 600);
        for (; at <= 1200; at += 10)
        {
            speed = SpeedHistory.Step(speed, Fix(at, 1200 + ((at - 600) * 14)));
        }

        speed.MetersPerSecond.ShouldBe(14, 0.8);
    }

    [Fact]
    public void The_speed_that_a_device_reports_in_whatever_unit_does_not_count()
    {
        var history = SpeedHistory.Step(null, Fix(0, 0) with { SpeedMetersPerSecond = 50 });
        SpeedHistory.Step(history, Fix(10, 100) with { SpeedMetersPerSecond = 50 }).MetersPerSecond.ShouldBe(10, 0.01);
    }

    private static SpeedHistory Drive(int every, int seconds, Func<int, double> north)
    {
        SpeedHistory? speed = null;
        for (var second = 0; second <= seconds; second += every)
        {
            speed = SpeedHistory.Step(speed, Fix(second, north(second)));
        }

        return speed!;
    }
}
