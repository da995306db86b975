using Milepost.Core.Deliveries;

namespace Milepost.Core.Tests.Deliveries;

public sealed class RetryScheduleTests
{
    private static readonly RetrySchedule Schedule = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60), Attempts: 6);

    [Theory]
    [InlineData(1, 0.0, 5.0)]
    [InlineData(1, 1.0, 10.0)]
    [InlineData(2, 0.0, 10.0)]
    [InlineData(2, 1.0, 20.0)]
    [InlineData(3, 0.5, 30.0)]
    [InlineData(4, 1.0, 60.0)]
    [InlineData(5, 1.0, 60.0)]
    [InlineData(5, 0.0, 30.0)]
    public void The_wait_doubles_up_to_the_limit_and_lies_in_its_upper_half(int attempts, double chance, double seconds) =>
        Schedule.After(attempts, chance).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(int.MaxValue)]
    public void There_is_an_end(int attempts) => Schedule.After(attempts, 0.5).ShouldBeNull();

    [Fact]
    public void The_schedules_of_all_channels_come_to_an_end_within_or_at_the_time_to_live()
    {
        foreach (var policy in Enum.GetValues<DeliveryChannel>().Select(ChannelPolicy.Of))
        {
            var (attempts, waited) = (1, TimeSpan.Zero);
            while (policy.Retry.After(attempts, 1) is { } wait)
            {
                wait.ShouldBeGreaterThan(TimeSpan.Zero);
                waited += wait;
                attempts++;
            }

            // Neither given up long before its time, nor tried so often that the number never matters.
            attempts.ShouldBe(policy.Retry.Attempts);
            waited.ShouldBeInRange(policy.TimeToLive / 2, policy.TimeToLive * 1.5);
        }
    }
}
