using Milepost.Core.Deliveries;

namespace Milepost.Channels.Tests;

public sealed class ChannelPolicyTests
{
    [Fact]
    public void Every_channel_has_a_policy_and_a_name_of_its_own()
    {
        var channels = Enum.GetValues<DeliveryChannel>();
        channels.Select(channel => channel.Wire()).ShouldBeUnique();
        foreach (var channel in channels)
        {
            ChannelPolicy.Of(channel).TimeToLive.ShouldBeGreaterThan(TimeSpan.Zero);
            ChannelPolicy.Of(channel).Retry.Attempts.ShouldBeGreaterThan(1);
        }
    }

    [Fact]
    public void A_text_message_is_never_sent_again_on_a_guess() => ChannelPolicy.Of(DeliveryChannel.Sms).Resends.ShouldBe(0);

    [Fact]
    public void An_email_is_sent_again_at_most_once_on_a_guess() => ChannelPolicy.Of(DeliveryChannel.Email).Resends.ShouldBe(1);
}
