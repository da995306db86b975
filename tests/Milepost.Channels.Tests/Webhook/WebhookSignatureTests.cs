using Milepost.Core.Tenants;
using Milepost.Server.Channels.Webhook;

namespace Milepost.Channels.Tests.Webhook;

public sealed class WebhookSignatureTests
{
    // The example of the libraries of Standard Webhooks.
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const string Signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    private static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeSeconds(1614265330);

    private static byte[] Body => """{"test": 2432232314}"""u8.ToArray();

    [Fact]
    public void The_published_example_comes_out() => WebhookSignature.Of(Endpoint(), Id, Time, Body).ShouldBe(Signature);

    [Fact]
    public void For_a_day_after_a_change_both_secrets_sign()
    {
        var rotated = Endpoint() with { Secret = WebhookSignature.NewSecret(), OldSecret = Secret, RotatedAt = Time };
        var alone = WebhookSignature.Of(rotated with { OldSecret = null }, Id, Time, Body);
        WebhookSignature.Of(rotated, Id, Time, Body).ShouldBe($"{alone} {Signature}");
        Count(rotated, Time.AddHours(24).AddTicks(-1)).ShouldBe(2);
        Count(rotated, Time.AddHours(24)).ShouldBe(1);
    }

    [Fact]
    public void Secrets_have_the_form_and_the_length_that_the_specification_asks_for()
    {
        var secret = WebhookSignature.NewSecret();
        secret.ShouldStartWith("whsec_");
        Convert.FromBase64String(secret["whsec_".Length..]).Length.ShouldBeInRange(24, 64);
        WebhookSignature.NewSecret().ShouldNotBe(secret);
    }

    private static int Count(WebhookEndpoint endpoint, DateTimeOffset now) => WebhookSignature.Of(endpoint, Id, now, Body).Split(' ').Length;

    private static WebhookEndpoint Endpoint() => new() { Id = "wh", Url = "https://hooks.example/", Secret = Secret };
}
