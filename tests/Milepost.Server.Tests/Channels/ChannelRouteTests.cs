using Milepost.Core.Deliveries;
using Milepost.Protocol.Notifications;
using Milepost.Server.Channels;
using Milepost.Testing;

namespace Milepost.Server.Tests.Channels;

/// <summary>Several providers in their order, and leaving those in peace that cannot be used.</summary>
public sealed class ChannelRouteTests
{
    private readonly FakeClock _clock = new();
    private readonly Far _first = new();
    private readonly Far _second = new();
    private readonly ChannelRoute _route;

    public ChannelRouteTests() => _route = new ChannelRoute(DeliveryChannel.Email, [_first, _second], _clock);

    [Fact]
    public async Task A_provider_that_cannot_be_used_is_left_in_peace_and_tried_with_one_message_later()
    {
        _first.Answer = new SendAnswer.Down("no route");
        _second.Answer = new SendAnswer.Down("no route");
        for (var message = 0; message < Breaker.MinimumSends; message++)
        {
            (await SendAsync()).ShouldBeOfType<SendAnswer.Down>().Asked.ShouldBeTrue();
        }

        _route.DownUntil(Message).ShouldBe(_clock.GetUtcNow() + Breaker.FirstBreak);
        (await SendAsync()).ShouldBeOfType<SendAnswer.Down>().Asked.ShouldBeFalse();
        _first.Asked.ShouldBe(Breaker.MinimumSends);

        _first.Answer = new SendAnswer.Taken("ok");
        _clock.Advance(Breaker.FirstBreak);
        _route.DownUntil(Message).ShouldBeNull();
        (await SendAsync()).ShouldBeOfType<SendAnswer.Taken>();
        _first.Asked.ShouldBe(Breaker.MinimumSends + 1);
        (await SendAsync()).ShouldBeOfType<SendAnswer.Taken>();
    }

    [Fact]
    public async Task While_the_first_is_left_in_peace_the_second_is_asked()
    {
        _first.Answer = new SendAnswer.Down("no route");
        for (var message = 0; message < Breaker.MinimumSends + 3; message++)
        {
            (await SendAsync()).ShouldBeOfType<SendAnswer.Taken>();
        }

        _first.Asked.ShouldBe(Breaker.MinimumSends);
        _second.Asked.ShouldBe(Breaker.MinimumSends + 3);
        _route.DownUntil(Message).ShouldBeNull();
        _route.Health.Select(health => health.OpenUntil is null).ShouldBe([false, true]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_may_have_gone_out_is_given_to_nobody_else(bool answered)
    {
        _first.Answer = answered ? new SendAnswer.Unknown("no answer") : new SendAnswer.Refused("no");
        (await SendAsync()).ShouldBe(_first.Answer);
        _second.Asked.ShouldBe(0);
    }

    private static OutgoingMessage Message => new()
    {
        Tenant = "acme",
        DeliveryId = "1.email",
        Attempt = 1,
        Channel = DeliveryChannel.Email,
        CustomerId = "c-1",
        NotificationId = "1",
        Type = "order.placed",
        Priority = NotificationPriority.Normal,
        Address = "ada@example.org",
        Title = "Title",
        Text = "Text",
        Locale = "en",
        CreatedAt = DateTimeOffset.UnixEpoch,
        ExpiresAt = DateTimeOffset.UnixEpoch.AddDays(1),
    };

    private Task<SendAnswer> SendAsync() => _route.SendAsync(Message, CancellationToken.None);

    private sealed class Far : IProvider
    {
        public string Name => "far";

        public SendAnswer Answer { get; set; } = new SendAnswer.Taken("ok");

        public int Asked { get; private set; }

        public Task<SendAnswer> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
        {
            Asked++;
            return Task.FromResult(Answer);
        }
    }
}
