using Milepost.Core.Tracking;
using Milepost.Server.Testing;

namespace Milepost.Server.Tests.Commands;

/// <summary>The load tool's rides as a process of their own, against the whole server.</summary>
public sealed class RidesToolTests
{
    [Fact]
    public async Task Every_viewer_is_shown_places_and_never_an_older_one()
    {
        await using var server = await TestServer.StartAsync(tracking: new TrackingOptions { PublishMilliseconds = 100 });
        var (exitCode, output) = await LoadTestToolTests.RunAsync(
            ["rides", "--url", server.Address.ToString(), .. LoadTestToolTests.Access, "--couriers", "2", "--viewers", "5", "--fix-interval", "0.25", "--duration", "2", "--json", "-"]);
        exitCode.ShouldBe(0, output);
        var report = LoadTestToolTests.Json(output);
        ((string[])["couriers", "viewers", "connected", "posted", "refused", "outOfOrder"]).Select(name => report.GetProperty(name).GetInt64()).ShouldBe([2, 5, 5, 16, 0, 0]);

        // Two and a half viewers for each place, and newer places may take the place of older ones.
        report.GetProperty("shown").GetInt64().ShouldBeInRange(5, 40);
        report.GetProperty("shownPerPlace").GetDouble().ShouldBeInRange(0.1, 1);
        var milliseconds = report.GetProperty("milliseconds");
        milliseconds.GetProperty("p50").GetDouble().ShouldBeInRange(0.001, milliseconds.GetProperty("max").GetDouble());
    }

    [Fact]
    public async Task With_the_key_of_another_server_it_says_so_and_fails()
    {
        await using var server = await TestServer.StartAsync();
        var (exitCode, output) = await LoadTestToolTests.RunAsync(
            ["rides", "--url", server.Address.ToString(), "--tenant", TestServer.Tenant, "--signing-key", "the key of somebody else, as long as the own one", "--couriers", "1", "--viewers", "1"]);
        exitCode.ShouldBe(1);
        output.ShouldContain("401");
        output.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("--couriers must be more than 0", "--couriers", "0")]
    [InlineData("--viewers must be more than 0", "--viewers", "-1")]
    [InlineData("--fix-interval must be more than 0", "--fix-interval", "0")]
    [InlineData("--url must be a whole address", "--url", "localhost")]
    public async Task What_makes_no_sense_is_refused(string message, params string[] arguments)
    {
        var (exitCode, output) = await LoadTestToolTests.RunAsync(["rides", .. LoadTestToolTests.Access, .. arguments]);
        exitCode.ShouldBe(1);
        output.ShouldContain(message);
    }

    [Fact]
    public async Task Without_a_key_it_says_where_it_looked()
    {
        var (exitCode, output) = await LoadTestToolTests.RunAsync(["rides", "--data-directory", Path.Combine(Path.GetTempPath(), "there-is-no-such-directory")]);
        exitCode.ShouldBe(2);
        output.ShouldContain("signing.key");
    }
}
