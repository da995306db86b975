using System.Net;
using Milepost.Server.Access.Limits;

namespace Milepost.Server.Tests.Access.Limits;

public sealed class LocalLimiterTests : RateLimiterConformance
{
    internal override IRateLimiter Open() => new LocalLimiter(Clock);

    [Fact]
    public async Task Buckets_that_are_full_again_are_forgotten()
    {
        var limiter = new LocalLimiter(Clock);
        for (var count = 0; count < 1_000; count++)
        {
            await TakeAsync(limiter, key: $"{count}");
        }

        limiter.Count(Ten).ShouldBe(1_000);
        Clock.Advance(TimeSpan.FromSeconds(10));
        await TakeAsync(limiter, key: "one more");
        limiter.Count(Ten).ShouldBe(1);
    }

    [Fact]
    public async Task Memory_is_bounded()
    {
        var limiter = new LocalLimiter(Clock);
        for (var count = 0; count <= 200_001; count++)
        {
            await limiter.TakeAsync(Ten with { PerSecond = 0.001 }, $"{count}", 1, CancellationToken.None);
        }

        Clock.Advance(TimeSpan.FromSeconds(10));
        await TakeAsync(limiter, key: "one more");
        limiter.Count(Ten).ShouldBe(1);
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:3::1", "2001:db8:1:3::/64")]
    [InlineData("::1", "::/64")]
    [InlineData(null, "unknown")]
    public void A_client_is_an_address_or_a_network_of_64_bits(string? address, string expected) =>
        ClientNetwork.Of(address is null ? null : IPAddress.Parse(address)).ShouldBe(expected);
}
