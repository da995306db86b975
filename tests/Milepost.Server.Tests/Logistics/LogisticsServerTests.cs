using Milepost.LogisticsSimulator;
using Milepost.LogisticsSimulator.Faults;
using Milepost.Server.Logistics;
using Milepost.Server.Logistics.Plans;
using Milepost.Server.Logistics.Stream;
using Milepost.Server.Testing;
using Milepost.Testing;

namespace Milepost.Server.Tests.Logistics;

/// <summary>The whole server with the simulated logistics service.</summary>
public sealed class LogisticsServerTests
{
    [Fact]
    public async Task A_server_with_a_logistics_service_reads_its_stream_and_says_how_it_is()
    {
        await using var simulator = await Simulator.StartAsync(
            new SimulatorOptions { Tenants = [TestServer.Tenant], Drivers = 1, FixInterval = TimeSpan.FromMilliseconds(200) }, CancellationToken.None);
        await using var server = await TestServer.StartAsync(settings =>
        {
            settings.Logistics.BaseUrl = simulator.BaseUrl.ToString();
            settings.Logistics.Tenants = [TestServer.Tenant];
            settings.Logistics.Token = Simulator.TokenOf(TestServer.Tenant);
        });
        using var http = server.Http(token: null);
        await UntilAsync(http, "/metrics", "milepost_logistics_fixes");
        server.Get<StreamBoard>().Held.ShouldBe(1);
        (await http.GetStringAsync("/healthz/ready")).ShouldContain("""{"name":"logistics","state":"ready"}""");
        (await server.Get<DriverCards>().FindAsync(TestServer.Tenant, "d-1", CancellationToken.None)).ShouldNotBeNull();
        server.Get<IOrderPlans>().Get(TestServer.Tenant, "o-1").ShouldBeNull();

        simulator.World.Faults.Replace([new Fault(FaultKind.Refused), new Fault(FaultKind.SuddenClose, Every: 1)]);
        await UntilAsync(http, "/healthz/ready", "\"degraded\"");
        (await http.GetAsync("/healthz/ready")).IsSuccessStatusCode.ShouldBeTrue();
        (await http.GetStringAsync("/metrics")).ShouldNotContain(Simulator.TokenOf(TestServer.Tenant));
    }

    private static async Task UntilAsync(HttpClient http, string path, string text)
    {
        using var limit = new CancellationTokenSource(Deadline.Default);
        while (!(await http.GetStringAsync(path, limit.Token)).Contains(text, StringComparison.Ordinal))
        {
            await Task.Yield();
        }
    }
}
