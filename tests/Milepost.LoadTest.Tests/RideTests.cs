using System.Text.Json;
using Milepost.Client.Streams;
using Milepost.LoadTest.Rides;
using Milepost.Protocol;
using Milepost.Protocol.Streams;
using Milepost.Testing;

namespace Milepost.LoadTest.Tests;

public sealed class RideTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public void A_place_is_as_old_as_the_time_since_it_was_measured()
    {
        var audience = Audience();
        audience.Shown.ShouldBe(0);
        audience.Saw(Place(-20), DateTimeOffset.MinValue);
        audience.Saw(Place(-80), DateTimeOffset.MinValue);
        var latencies = audience.Latencies();
        (latencies.Count, latencies.Max, audience.Shown).ShouldBe((2, 80_000, 2));
        latencies.Quantile(0.5).ShouldBeInRange(20_000, 20_400, "a histogram's buckets are 1.6 % wide");
    }

    [Fact]
    public void A_place_that_is_not_newer_than_the_one_before_is_counted()
    {
        var audience = Audience();
        var newest = audience.Saw(Place(-100), DateTimeOffset.MinValue);
        newest.ShouldBe(_clock.GetUtcNow().AddMilliseconds(-100));
        newest = audience.Saw(Place(-50), newest);
        audience.OutOfOrder.ShouldBe(0);
        audience.Saw(Place(-50), newest);
        audience.Saw(Place(-70), newest);
        (audience.OutOfOrder, audience.Shown).ShouldBe((2, 4));

        // Somebody else's newest place is somebody else's business.
        audience.Saw(Place(-90), DateTimeOffset.MinValue);
        audience.OutOfOrder.ShouldBe(2);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(4_999, 0)]
    [InlineData(5_000, 1)]
    [InlineData(12_345, 2)]
    public void Five_thousand_viewers_share_a_loopback_address(int viewer, int address) => RidesRun.AddressOf(viewer).ShouldBe(address);

    [Theory]
    [InlineData(5, 0, 0, 9, true)]
    [InlineData(4, 0, 0, 9, false)]
    [InlineData(5, 1, 0, 9, false)]
    [InlineData(5, 0, 1, 9, false)]
    [InlineData(5, 0, 0, 0, false)]
    public void A_run_is_clean_when_nobody_was_left_out_and_nothing_went_back_in_time(int connected, long refused, long outOfOrder, long shown, bool clean)
    {
        var report = new RidesReport
        {
            Couriers = 2,
            Viewers = 5,
            Connected = connected,
            FixSeconds = 2,
            Seconds = 10,
            Posted = 10,
            Refused = refused,
            Shown = shown,
            ShownPerPlace = 1,
            OutOfOrder = outOfOrder,
            Milliseconds = new RideLatency(1, 2, 3, 4),
            RssConnectedMiB = 1,
            RssEarlyMiB = 1,
            RssLateMiB = 1,
            ServerCores = 1,
            ToolCores = 1,
        };
        report.Clean.ShouldBe(clean);
        JsonDocument.Parse(JsonSerializer.Serialize(report, RidesJson.Default.RidesReport)).RootElement.GetProperty("clean").GetBoolean().ShouldBe(clean);
    }

    private RideAudience Audience()
    {
        var load = new LoadSettings
        {
            Urls = [new Uri("http://localhost")],
            PostUrls = [new Uri("http://localhost")],
            Tenant = "acme",
            SigningKey = "a key that is long enough to sign with it",
            Connections = 1,
            Transports = [StreamTransport.WebSocket],
            Rate = 1,
            Duration = TimeSpan.FromSeconds(1),
            WarmUp = TimeSpan.Zero,
            Idle = TimeSpan.Zero,
            Drain = TimeSpan.FromSeconds(1),
            BurstRate = 0,
            Burst = TimeSpan.Zero,
            StormAt = null,
            StormJitter = TimeSpan.Zero,
            Batch = 1,
            Producers = 1,
            ConnectRate = 1,
            PerProcess = 1,
            ClientNice = 0,
            ServerPids = [],
            JsonFile = null,
            Run = "r1",
        };
        return new RideAudience(
            new RideSettings(load, 1, 1, TimeSpan.FromSeconds(2)), new TokenSigner(load.SigningKey, load.Tenant, _clock.GetUtcNow().AddHours(1)), courier => $"o-{courier}", courier => $"c-{courier}", _clock);
    }

    private ServerFrame Place(int milliseconds) => new()
    {
        Type = FrameTypes.DriverLocationUpdated,
        Data = JsonSerializer.SerializeToElement(new { location = new { time = Rfc3339.Format(_clock.GetUtcNow().AddMilliseconds(milliseconds)) } }),
    };
}
