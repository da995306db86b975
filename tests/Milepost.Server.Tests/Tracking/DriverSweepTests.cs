using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Tracking;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using Milepost.Server.Logistics.Stream;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Logistics;
using Milepost.Server.Tracking;

namespace Milepost.Server.Tests.Tracking;

/// <summary>Which drivers a sweep has looked at, where, and when it does not.</summary>
public sealed class DriverSweepTests : IAsyncLifetime
{
    private readonly FixInbox _inbox = new(TimeSpan.Zero, TimeProvider.System);
    private readonly StreamBoard _board = new();
    private TestServer _server = null!;
    private ScriptedService _service = null!;
    private ClientUnderTest _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _service = await ScriptedService.StartAsync();
        _client = new ClientUnderTest(_service.Url);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _service.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task The_drivers_of_active_orders_are_looked_at_by_the_node_that_reads_the_stream_and_by_no_other()
    {
        await RecordAsync(Assigned("o-1", "d-1"), Assigned("o-2", "d-1"), Assigned("o-3", "d-2"), Assigned("o-4", "d-4"), Assigned("o-5", "d-5", "globex"));
        await RecordAsync(Status("o-4", OrderStatus.Delivered));
        var sweep = Sweep();
        (await sweep.RunOnceAsync(CancellationToken.None)).ShouldBe(0);
        _inbox.Take(10).ShouldBeEmpty();

        _board.Set("acme", open: false);
        (await sweep.RunOnceAsync(CancellationToken.None)).ShouldBe(2);
        var taken = _inbox.Take(10);
        taken.Select(driver => driver.Driver).ShouldBe([new DriverKey("acme", "d-1"), new DriverKey("acme", "d-2")], ignoreOrder: true);
        taken.ShouldAllBe(driver => driver.Fixes.Count == 0);

        _board.Remove("acme");
        (await sweep.RunOnceAsync(CancellationToken.None)).ShouldBe(0);
    }

    [Fact]
    public async Task Many_drivers_are_looked_at_page_by_page_and_then_from_the_first_again()
    {
        await RecordAsync([.. Enumerable.Range(0, ITrackingStore.MaxDrivers + 30).Select(index => Assigned($"o-{index:0000}", $"d-{index:0000}"))]);
        _board.Set("acme", open: true);
        var sweep = Sweep();
        var counts = new List<int>();
        for (var pass = 0; pass < 4; pass++)
        {
            counts.Add(await sweep.RunOnceAsync(CancellationToken.None));
        }

        counts.ShouldBe([ITrackingStore.MaxDrivers, 30, ITrackingStore.MaxDrivers, 30]);
        _inbox.Take(10_000).Count.ShouldBeInRange(1, 300, "they are spread over the time until the next sweep");
    }

    [Fact]
    public async Task While_the_service_is_left_in_peace_the_sweep_rests()
    {
        await RecordAsync(Assigned("o-1", "d-1"));
        _board.Set("acme", open: true);
        var sweep = Sweep();
        (await sweep.RunOnceAsync(CancellationToken.None)).ShouldBe(1);
        _service.Answer = context =>
        {
            context.Response.StatusCode = (int)HttpStatusCode.InternalServerError;
            return Task.CompletedTask;
        };
        while (!_client.Client.IsResting("acme"))
        {
            await _client.Client.EtaAsync("acme", "o-1", CancellationToken.None);
        }

        (await sweep.RunOnceAsync(CancellationToken.None)).ShouldBe(0);
        _client.Client.IsResting("globex").ShouldBeFalse("one tenant's trouble is not another's");
    }

    private DriverSweep Sweep() => new(_server.Get<ITrackingStore>(), _inbox, _board, _client.Client, _client.Options, TimeProvider.System, () => 0, NullLogger<DriverSweep>.Instance);

    private async Task RecordAsync(params RecordedEvent[] events) =>
        (await _server.Get<EventRecorder>().RecordAsync(events, CancellationToken.None)).ShouldBeOfType<RecordResult.Recorded>();

    private static RecordedEvent Assigned(string order, string driver, string tenant = "acme") => Status(order, OrderStatus.CourierAssigned, tenant) with { Driver = new Driver(driver, "Ana", "bike") };

    private static RecordedEvent Status(string order, OrderStatus status, string tenant = "acme") => new()
    {
        Tenant = tenant,
        Source = "/test",
        Id = $"{status}-{order}",
        Type = EventTypes.OrderStatusChanged,
        Subject = order,
        Time = TimeProvider.System.GetUtcNow(),
        ReceivedAt = TimeProvider.System.GetUtcNow(),
        Status = status,
    };
}
