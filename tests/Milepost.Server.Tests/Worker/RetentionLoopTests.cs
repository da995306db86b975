using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Core.Deliveries;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Core.Templates;
using Milepost.Core.Tenants;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;
using Milepost.Server.Settings;
using Milepost.Server.Worker;
using Milepost.Storage.Sqlite;
using Milepost.Storage.Sqlite.Deliveries;
using Milepost.Storage.Sqlite.Tracking;
using Milepost.Testing;

namespace Milepost.Server.Tests.Worker;

public sealed class RetentionLoopTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly FakeClock _clock = new();
    private readonly Catalog _tenants = new();
    private readonly SqliteDatabase _database;
    private readonly SqliteDeliveryLimitStore _limits;
    private readonly RetentionLoop _loop;

    public RetentionLoopTests()
    {
        _database = SqliteDatabase.Open(Path.Combine(_directory.Path, "test.db"));
        _limits = new SqliteDeliveryLimitStore(_database);
        var settings = new ServerSettings
        {
            Configuration = new ConfigurationBuilder().Build(),
            Storage = new StorageOptions(),
            Auth = new AuthOptions(),
            Gateway = new GatewayOptions(),
            Ingest = new IngestOptions(),
            Retention = new RetentionOptions { Days = 30 },
            Urls = [],
        };
        _loop = new RetentionLoop(new SqliteRetentionStore(_database), new SqliteTrackingStore(_database), new SqliteShareStore(_database), _limits, _tenants, settings, _clock, NullLogger<RetentionLoop>.Instance);
    }

    [Fact]
    public async Task A_tenant_shortens_what_the_installation_keeps_and_never_lengthens_it()
    {
        _tenants.Days = new() { ["acme"] = 7, ["initech"] = 90 };
        await RecordAsync("acme", "globex", "initech");
        (await _loop.RunOnceAsync(CancellationToken.None)).ShouldBe(default(RetentionOutcome));

        _clock.Advance(TimeSpan.FromDays(8));
        (await _loop.RunOnceAsync(CancellationToken.None)).ShouldBe(new RetentionOutcome(Entries: 1, Notifications: 1));
        (await FirstsAsync("acme", "globex", "initech")).ShouldBe([2L, 1, 1]);

        _clock.Advance(TimeSpan.FromDays(23));
        // What is left of the first one is its order's stream.
        (await _loop.RunOnceAsync(CancellationToken.None)).ShouldBe(new RetentionOutcome(Entries: 5, Notifications: 2));
        (await FirstsAsync("acme", "globex", "initech")).ShouldBe([2L, 2, 2]);
    }

    [Fact]
    public async Task Deliveries_go_with_the_rest_and_limits_that_are_over_too()
    {
        await RecordAsync("acme");
        var queue = new SqliteDeliveryQueue(_database);
        var lease = (await queue.LeaseAsync("w", DeliveryLane.News, 10, TimeSpan.FromMinutes(1), _clock.GetUtcNow(), CancellationToken.None)).Single();
        await queue.BeginAsync([lease], TimeSpan.FromMinutes(1), _clock.GetUtcNow(), CancellationToken.None);
        await queue.CompleteAsync([new Completion(lease, new DeliveryOutcome.Sent("ok"))], _clock.GetUtcNow(), CancellationToken.None);
        var take = new LimitTake("acme", "tenant:sms", 7, 1, 10, TimeSpan.Zero, _clock.GetUtcNow().AddDays(1), ClearanceCode.Budget);
        await _limits.TakeAsync([[take]], _clock.GetUtcNow(), CancellationToken.None);

        _clock.Advance(TimeSpan.FromDays(20));
        await _loop.RunOnceAsync(CancellationToken.None);
        (await queue.FindAsync("acme", lease.Delivery.Id, CancellationToken.None)).ShouldNotBeNull();
        (await _limits.UsedAsync("acme", "tenant:sms", 7, CancellationToken.None)).ShouldBe(0);

        _clock.Advance(TimeSpan.FromDays(12));
        await _loop.RunOnceAsync(CancellationToken.None);
        (await queue.FindAsync("acme", lease.Delivery.Id, CancellationToken.None)).ShouldBeNull();
    }

    private async Task RecordAsync(params string[] tenants)
    {
        var recorder = new EventRecorder(new SqliteOrderStore(_database), new NotificationTools(new RuleTexts(), _tenants), new Nobody(), _clock, queueLimit: 100, commitLimit: 100);
        var running = recorder.RunAsync();
        await recorder.RecordAsync(
            [.. tenants.Select(tenant => new RecordedEvent
            {
                Tenant = tenant,
                Source = "/test",
                Id = "e-1",
                Type = EventTypes.OrderPlaced,
                Subject = "o-1",
                Time = _clock.GetUtcNow(),
                ReceivedAt = _clock.GetUtcNow(),
                Status = OrderStatus.Placed,
                Customer = new CustomerProfile { Id = "c-1", Email = "a@b.c" },
            })],
            CancellationToken.None).Soon();
        recorder.Complete();
        await running.Soon();
    }

    private async Task<List<long>> FirstsAsync(params string[] tenants)
    {
        var log = new SqliteStreamLog(_database);
        var firsts = new List<long>();
        foreach (var tenant in tenants)
        {
            firsts.Add((await log.LocateAsync(StreamName.Customer(tenant, "c-1"), 0, CancellationToken.None)).First);
        }

        return firsts;
    }

    public void Dispose()
    {
        _database.Dispose();
        _loop.Dispose();
        _directory.Dispose();
    }

    private sealed class Catalog : ITenantCatalog
    {
        public Dictionary<string, int> Days { get; set; } = [];

        public TenantSettings Of(string tenant) => new() { RetentionDays = Days.TryGetValue(tenant, out var days) ? days : null };
    }

    private sealed class Nobody : ICommitListener
    {
        public void Committed(IReadOnlyList<StreamEntry> entries)
        {
        }
    }
}
