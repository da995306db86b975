using Milepost.Client.Streams;
using Milepost.LoadTest.Posting;

namespace Milepost.LoadTest.Tests;

public sealed class ScheduleTests
{
    private const long Frequency = 1_000_000_000;

    [Fact]
    public void At_a_steady_rate_events_are_due_in_equal_steps()
    {
        var schedule = Of(rate: 100, warmUp: 1, duration: 2);
        schedule.Total.ShouldBe(300);
        schedule.Bounds.ShouldBe(new PhaseBounds(100, 300, 300, 300));
        schedule.StormAt.ShouldBeNull();
        schedule.Due(0).ShouldBe(0);
        schedule.Due(299).ShouldBe(2_990_000_000);
        schedule.Count(60 * Frequency).ShouldBe(300);
    }

    [Fact]
    public void The_burst_begins_when_the_steady_part_is_over_at_its_own_rate()
    {
        var schedule = Of(rate: 100, warmUp: 1, duration: 2, burstRate: 1000, burst: 3);
        schedule.Bounds.ShouldBe(new PhaseBounds(100, 300, 300, 3300));
        (schedule.Bounds.Of(99), schedule.Bounds.Of(100), schedule.Bounds.Of(299), schedule.Bounds.Of(300)).ShouldBe((Phase.WarmUp, Phase.Steady, Phase.Steady, Phase.Burst));
        schedule.Due(300).ShouldBe(3 * Frequency);
        schedule.Due(3299).ShouldBe(5_999_000_000);
        schedule.Count(60 * Frequency).ShouldBe(3300);
    }

    [Fact]
    public void From_the_storm_on_events_are_a_part_of_their_own()
    {
        var schedule = Of(rate: 100, warmUp: 1, duration: 2, burstRate: 200, burst: 1, stormAt: 0.505);
        schedule.StormAt.ShouldBe(1_505_000_000);
        schedule.Bounds.ShouldBe(new PhaseBounds(100, 151, 300, 500));
        schedule.Due(150).ShouldBeLessThan(schedule.StormAt!.Value);
        schedule.Due(151).ShouldBeGreaterThanOrEqualTo(schedule.StormAt!.Value);
        Enum.GetValues<Phase>().Sum(schedule.Bounds.Count).ShouldBe(schedule.Total);
    }

    [Theory]
    [InlineData(333, 0.7, 0)]
    [InlineData(7, 1, 13)]
    [InlineData(1000, 1, 5000)]
    public void An_event_counts_from_the_very_moment_at_which_it_is_due(double rate, double duration, double burstRate)
    {
        var schedule = Of(rate, warmUp: 1, duration, burstRate, burst: 2);
        for (var number = 1L; number < schedule.Total; number++)
        {
            // A due time is rounded down to a tick: one tick later at the latest it counts.
            schedule.Count(schedule.Due(number) - 1).ShouldBeLessThanOrEqualTo(number);
            schedule.Count(schedule.Due(number) + 1).ShouldBe(number + 1);
        }
    }

    private static Schedule Of(double rate, double warmUp, double duration, double burstRate = 0, double burst = 0, double? stormAt = null) => new(
        new LoadSettings
        {
            Urls = [],
            PostUrls = [],
            Tenant = "",
            SigningKey = "",
            Connections = 1,
            Transports = [StreamTransport.WebSocket],
            Rate = rate,
            Duration = TimeSpan.FromSeconds(duration),
            WarmUp = TimeSpan.FromSeconds(warmUp),
            Idle = TimeSpan.Zero,
            Drain = TimeSpan.Zero,
            BurstRate = burstRate,
            Burst = TimeSpan.FromSeconds(burst),
            StormAt = stormAt is { } at ? TimeSpan.FromSeconds(at) : null,
            StormJitter = TimeSpan.Zero,
            Batch = 1,
            Producers = 1,
            ConnectRate = 1,
            PerProcess = 1,
            ClientNice = 0,
            ServerPids = [],
            JsonFile = null,
            Run = "r",
        },
        Frequency);
}
