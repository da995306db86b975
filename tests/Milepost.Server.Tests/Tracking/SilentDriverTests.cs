using Milepost.LogisticsSimulator;
using Milepost.LogisticsSimulator.Faults;
using Milepost.Protocol;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;
using Milepost.Server.Logistics.Plans;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Gateway;
using Milepost.Testing;

namespace Milepost.Server.Tests.Tracking;

/// <summary>Orders whose driver is not heard: the whole server with the simulated logistics service, from its estimate to what the customer is shown.</summary>
public sealed class SilentDriverTests : IAsyncLifetime
{
    private Simulator _simulator = null!;
    private TestServer _server = null!;
    private Ride _ride = null!;

    public async ValueTask InitializeAsync()
    {
        _simulator = await Simulator.StartAsync(
            new SimulatorOptions { Tenants = [TestServer.Tenant], Drivers = 2, FixInterval = TimeSpan.FromMilliseconds(200), Faults = [new Fault(FaultKind.Silence, TestServer.Tenant)] }, CancellationToken.None);
        _server = await TestServer.StartAsync(settings =>
        {
            settings.Logistics.BaseUrl = _simulator.BaseUrl.ToString();
            settings.Logistics.Tenants = [TestServer.Tenant];
            settings.Logistics.Token = Simulator.TokenOf(TestServer.Tenant);
            settings.Logistics.SweepSeconds = 2;
        });
        _ride = new Ride(_server);
    }

    public async ValueTask DisposeAsync()
    {
        _ride.Dispose();
        await _server.DisposeAsync();
        await _simulator.DisposeAsync();
    }

    [Fact]
    public async Task The_customer_is_told_the_services_new_estimate_though_nothing_is_heard_of_the_driver()
    {
        await StartAsync("o-1", "d-1");
        await using var customer = await LiveSocket.OpenAsync(_server, "/ws/orders/o-1/tracking", TestServer.Token("anna"));
        var first = await NextEtaAsync(customer);
        first.Source.ShouldBe("logistics");
        _simulator.World.Slow(TestServer.Tenant, "d-1", 0.1);
        var second = await NextEtaAsync(customer);
        second.At.ShouldBeGreaterThan(first.At.AddMinutes(2));
        second.Source.ShouldBe("logistics");
    }

    [Fact]
    public async Task Nothing_is_asked_about_orders_that_are_over()
    {
        await StartAsync("o-2", "d-1");
        await _ride.BecomesAsync("o-2", OrderStatus.Delivered);
        await StartAsync("o-1", "d-1");
        var plans = _server.Get<IOrderPlans>();
        using var deadline = new CancellationTokenSource(Deadline.Default);
        while (plans.Get(TestServer.Tenant, "o-1")?.Eta is null)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        plans.Get(TestServer.Tenant, "o-2").ShouldBeNull();
    }

    private async Task StartAsync(string order, string driver)
    {
        var (from, to) = (_simulator.World.City.Door(1), _simulator.World.City.Door(2));
        _simulator.World.Assign(TestServer.Tenant, order, driver, from, to);
        _simulator.World.Depart(TestServer.Tenant, order);
        await _ride.TellAsync(order, EventTypes.OrderPlaced, new
        {
            customer = new { id = "anna" },
            pickup = new { name = "Kitchen", lat = from.Lat, lon = from.Lon },
            destination = new { address = "Main St 1", lat = to.Lat, lon = to.Lon },
        });
        await _ride.BecomesAsync(order, OrderStatus.OutForDelivery);
        await _ride.TellAsync(order, EventTypes.OrderDriverAssigned, new { driver = new { id = driver } });
    }

    private static async Task<Eta> NextEtaAsync(LiveSocket socket)
    {
        var frame = await socket.UntilAsync(FrameTypes.OrderEtaUpdated);
        return System.Text.Json.JsonSerializer.Deserialize(frame.Data, ProtocolJson.Default.OrderChanged)!.Eta!;
    }
}
