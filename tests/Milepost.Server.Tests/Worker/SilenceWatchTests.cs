using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Silence;
using Milepost.Core.Streams;
using Milepost.Core.Templates;
using Milepost.Core.Tenants;
using Milepost.Core.Tracking;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using Milepost.Server.Worker;
using Milepost.Storage.Sqlite;
using Milepost.Storage.Sqlite.Tracking;
using Milepost.Testing;

namespace Milepost.Server.Tests.Worker;

public sealed class SilenceWatchTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private readonly FakeClock _clock = new();
    private readonly Catalog _tenants = new();
    private readonly SqliteDatabase _database;
    private readonly SqliteOrderStore _orders;
    private readonly SqliteTrackingStore _tracking;
    private readonly EventRecorder _recorder;
    private readonly SilenceWatch _one;
    private readonly SilenceWatch _two;
    private Task _recording = Task.CompletedTask;
    private int _last;

    public SilenceWatchTests()
    {
        _database = SqliteDatabase.Open(Path.Combine(_directory.Path, "test.db"));
        _orders = new SqliteOrderStore(_database);
        _tracking = new SqliteTrackingStore(_database);
        _recorder = new EventRecorder(_orders, new NotificationTools(new RuleTexts(), _tenants), new Nobody(), _clock, queueLimit: 10_000, commitLimit: 1_000);
        _one = new SilenceWatch(new SqliteOrderWatch(_database), _recorder, _tenants, _clock, NullLogger<SilenceWatch>.Instance);
        _two = new SilenceWatch(new SqliteOrderWatch(_database), _recorder, _tenants, _clock, NullLogger<SilenceWatch>.Instance);
    }

    public ValueTask InitializeAsync()
    {
        _recording = _recorder.RunAsync();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_order_that_nobody_accepts_is_late_until_somebody_does()
    {
        await RecordAsync(Event("o-1", EventTypes.OrderPlaced) with { Status = OrderStatus.Placed, Customer = new CustomerProfile { Id = "c-1" } });
        await PassAsync(TimeSpan.FromMinutes(9));
        (await OrderAsync("o-1")).Delayed.ShouldBeNull();
        await PassAsync(TimeSpan.FromMinutes(1));
        (await OrderAsync("o-1")).Delayed.ShouldBe(new Delay(_clock.GetUtcNow(), DelayReasons.NotAccepted));
        await PassAsync(TimeSpan.FromMinutes(30));
        (await HistoryAsync("o-1")).ShouldBe(["e-1", "delayed:o-1:not_accepted:0"], "it is said once");

        await RecordAsync(Event("o-1", EventTypes.OrderStatusChanged) with { Status = OrderStatus.Accepted });
        await PassAsync(TimeSpan.FromSeconds(2));
        (await OrderAsync("o-1")).Delayed.ShouldBeNull();
        (await HistoryAsync("o-1")).ShouldBe(["e-1", "delayed:o-1:not_accepted:0", "e-2", "delayed:o-1:over:1"]);
    }

    [Fact]
    public async Task A_driver_who_falls_silent_is_stale_then_unknown_then_back()
    {
        await RecordAsync(Event("o-1", EventTypes.OrderStatusChanged) with { Status = OrderStatus.OutForDelivery, Driver = new Driver("d-1", "Ana", null) });
        for (var version = 0; version < 10; version++)
        {
            await SeenAsync("d-1", version);
            await PassAsync(TimeSpan.FromSeconds(30));
        }

        (await HistoryAsync("o-1")).ShouldBe(["e-1"], "who is seen is not silent");
        var lastFix = _clock.GetUtcNow().AddSeconds(-30);
        await PassAsync(TimeSpan.FromSeconds(30));
        (await OrderAsync("o-1")).LocationStale.ShouldBe(new StaleLocation(_clock.GetUtcNow(), lastFix));
        (await OrderAsync("o-1")).Delayed.ShouldBeNull();
        await PassAsync(TimeSpan.FromMinutes(4));
        (await OrderAsync("o-1")).Delayed!.Reason.ShouldBe(DelayReasons.DriverSilent);

        await SeenAsync("d-1", 10);
        await PassAsync(TimeSpan.FromMinutes(5.5));
        (await HistoryAsync("o-1")).ShouldBe(["e-1", "stale:o-1:0", "delayed:o-1:driver_silent:0"], "seen, and silent again before anybody looked");
        await PassAsync(TimeSpan.FromSeconds(30));
        await SeenAsync("d-1", 11);
        await PassAsync(TimeSpan.FromSeconds(30));
        (await OrderAsync("o-1")).LocationStale.ShouldBeNull();
        await PassAsync(TimeSpan.FromSeconds(10), times: 40);
        (await HistoryAsync("o-1")).ShouldBe(["e-1", "stale:o-1:0", "delayed:o-1:driver_silent:0", "delayed:o-1:over:1", "fresh:o-1:1", "stale:o-1:1", "delayed:o-1:driver_silent:1"]);
    }

    [Fact]
    public async Task Two_workers_beside_each_other_say_it_once()
    {
        await RecordAsync([.. Enumerable.Range(0, 450).Select(index => Event($"o-{index}", EventTypes.OrderPlaced) with { Status = OrderStatus.Placed })]);
        _clock.Advance(TimeSpan.FromMinutes(11));
        var looked = await Task.WhenAll(Enumerable.Range(0, 6).Select(worker => (worker % 2 == 0 ? _one : _two).RunOnceAsync(CancellationToken.None))).Soon();
        looked.Sum().ShouldBe(450);
        for (var index = 0; index < 450; index++)
        {
            (await OrderAsync($"o-{index}")).DelaysRaised.ShouldBe(1);
        }
    }

    [Fact]
    public async Task A_worker_that_sees_an_old_state_records_nothing_twice()
    {
        await RecordAsync(Event("o-1", EventTypes.OrderPlaced) with { Status = OrderStatus.Placed });
        var stale = await OrderAsync("o-1");
        await PassAsync(TimeSpan.FromMinutes(10));
        var late = new SilenceWatch(new OldState(new WatchedOrder(stale, null)), _recorder, _tenants, _clock, NullLogger<SilenceWatch>.Instance);
        (await late.RunOnceAsync(CancellationToken.None).Soon()).ShouldBe(1);
        (await HistoryAsync("o-1")).ShouldBe(["e-1", "delayed:o-1:not_accepted:0"]);
        late.Dispose();
    }

    [Fact]
    public async Task A_tenants_own_times_hold()
    {
        _tenants.Silence = new SilenceSettings { Accept = TimeSpan.FromMinutes(2), Promise = TimeSpan.Zero };
        await RecordAsync(
            Event("o-1", EventTypes.OrderPlaced) with { Status = OrderStatus.Placed },
            Event("o-2", EventTypes.OrderPlaced) with { Status = OrderStatus.Accepted, Promise = new Promise(_clock.GetUtcNow().AddMinutes(1), null, null) });
        await PassAsync(TimeSpan.FromMinutes(2));
        (await OrderAsync("o-1")).Delayed.ShouldNotBeNull();
        (await OrderAsync("o-2")).Delayed.ShouldBeNull();
    }

    private async Task PassAsync(TimeSpan time, int times = 1)
    {
        for (var pass = 0; pass < times; pass++)
        {
            _clock.Advance(time);
            await _one.RunOnceAsync(CancellationToken.None).Soon();
        }
    }

    private async Task SeenAsync(string driver, long version) =>
        (await _tracking.SaveAsync(new TrackingChanges { Drivers = [new TrackWrite(new TrackRow("acme", driver, version, Encoding.UTF8.GetBytes("{}")), _clock.GetUtcNow())] }, CancellationToken.None)).ShouldBeEmpty();

    private async Task RecordAsync(params RecordedEvent[] events) =>
        (await _recorder.RecordAsync(events, CancellationToken.None).Soon()).ShouldBeOfType<RecordResult.Recorded>().Outcomes.ShouldAllBe(outcome => outcome is RecordOutcome.Accepted);

    private async Task<Order> OrderAsync(string id) => (await _orders.FindAsync("acme", id, CancellationToken.None))!;

    private async Task<IEnumerable<string>> HistoryAsync(string id) =>
        (await _orders.SnapshotAsync("acme", id, CancellationToken.None))!.Events.OrderBy(recorded => recorded.Key()).Select(recorded => recorded.Id);

    private RecordedEvent Event(string order, string type) => new()
    {
        Tenant = "acme",
        Source = "/test",
        Id = $"e-{++_last}",
        Type = type,
        Subject = order,
        Time = _clock.GetUtcNow(),
        ReceivedAt = _clock.GetUtcNow(),
    };

    public async ValueTask DisposeAsync()
    {
        _recorder.Complete();
        await _recording.Soon();
        _one.Dispose();
        _two.Dispose();
        _database.Dispose();
        _directory.Dispose();
    }

    private sealed class Catalog : ITenantCatalog
    {
        public SilenceSettings Silence { get; set; } = new();

        public TenantSettings Of(string tenant) => new() { Tracking = new TenantTracking { Silence = Silence } };
    }

    /// <summary>What another worker has read a moment ago.</summary>
    private sealed class OldState(WatchedOrder watched) : IOrderWatch
    {
        public Task<IReadOnlyList<WatchedOrder>> TakeAsync(DateTimeOffset now, DateTimeOffset until, int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<WatchedOrder>>([watched]);

        public Task SetAsync(IReadOnlyList<NextWatch> next, DateTimeOffset until, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Nobody : ICommitListener
    {
        public void Committed(IReadOnlyList<StreamEntry> entries)
        {
        }
    }
}
