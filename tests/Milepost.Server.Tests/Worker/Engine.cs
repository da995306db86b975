using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Core.Customers;
using Milepost.Core.Deliveries;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Core.Templates;
using Milepost.Core.Tenants;
using Milepost.Protocol.Events;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Preferences;
using Milepost.Protocol.Streams;
using Milepost.Server.Channels;
using Milepost.Server.Settings;
using Milepost.Server.Tenants;
using Milepost.Server.Unsubscribe;
using Milepost.Server.Worker;
using Milepost.Storage.Sqlite;
using Milepost.Storage.Sqlite.Deliveries;
using Milepost.Testing;

namespace Milepost.Server.Tests.Worker;

/// <summary>From the event to the provider: a real database, a clock that goes when the test says, and providers that do what it says.</summary>
internal sealed class Engine : IAsyncDisposable
{
    public const string Tenant = "acme";
    public static readonly DateTimeOffset Evening = new(2026, 11, 21, 18, 0, 0, TimeSpan.Zero);

    private readonly TempDirectory _directory = new();
    private readonly Task _recording;
    private int _events;

    public FakeClock Clock { get; } = new(Evening);

    public SqliteDatabase Database { get; }

    public SqliteDeliveryQueue Queue { get; }

    public SqliteOrderStore Orders { get; }

    public SqliteCustomerStore Customers { get; }

    public EventRecorder Recorder { get; }

    public Far Mail { get; } = new();

    public Far Spare { get; } = new();

    public Far Push { get; } = new();

    public Far Sms { get; } = new();

    public DeliveryLoop Bulk { get; }

    public DeliveryLoop News { get; set; }

    public Engine()
    {
        Database = SqliteDatabase.Open(Path.Combine(_directory.Path, "test.db"));
        Queue = new SqliteDeliveryQueue(Database);
        Orders = new SqliteOrderStore(Database);
        Customers = new SqliteCustomerStore(Database);
        Recorder = new EventRecorder(Orders, new NotificationTools(new RuleTexts(), new DefaultTenants()), new Nobody(), Clock, 20_000, 1_000);
        _recording = Recorder.RunAsync();
        News = Loop(LanePace.News);
        Bulk = Loop(LanePace.Bulk);
    }

    public async ValueTask DisposeAsync()
    {
        Recorder.Complete();
        await _recording;
        News.Dispose();
        Bulk.Dispose();
        Database.Dispose();
        _directory.Dispose();
    }

    public static QuietHours Night => new()
    {
        Enabled = true,
        Days = Core.Preferences.WeekdayNames.All.ToDictionary(day => day, _ => (IReadOnlyList<QuietWindow>)[new QuietWindow("19:00", "07:00")]),
    };

    public DeliveryLoop Loop(Func<DeliveryOptions, LanePace> pace, int customerPerHour = 0)
    {
        var tenants = new DefaultTenants();
        var options = new DeliveryOptions { Concurrency = 4, LeaseSeconds = 15, CustomerPerHour = customerPerHour };
        var limits = new SqliteDeliveryLimitStore(Database);
        var suppressions = new SqliteSuppressionStore(Database, new AddressSecret(""));
        var changes = new TenantChanges(new SqliteTenantStore(Database), new TenantCatalog(), Clock);
        var routes = new ChannelRoutes(
        [
            new ChannelRoute(DeliveryChannel.Email, [Mail, Spare], Clock), new ChannelRoute(DeliveryChannel.Fcm, [Push], Clock),
            new ChannelRoute(DeliveryChannel.Sms, [Sms], Clock), new ChannelRoute(DeliveryChannel.Later, [new LaterProvider(Recorder)], Clock),
        ]);
        var clearing = new DeliveryClearing(
            new SqliteClearanceStore(Database), limits, suppressions, tenants, new MessageComposer(new RuleTexts(), new UnsubscribeLinks("", () => ""), Clock), routes, new DeliveryAllowance(tenants, options),
            new BudgetWatch(limits, tenants, options, Clock, NullLogger<BudgetWatch>.Instance), Clock);
        var sending = new DeliverySending(routes, new AddressHygiene(Customers, suppressions, changes, Clock, NullLogger<AddressHygiene>.Instance), Clock, () => 0, NullLogger<DeliverySending>.Instance);
        return new DeliveryLoop(Queue, clearing, sending, new DeliverySignal(), pace(options), options, Clock, NullLogger<DeliveryLoop>.Instance);
    }

    public async Task AdaAsync(bool sms = false, NotificationPreferences? preferences = null)
    {
        var profile = new CustomerProfile { Id = "c-1", Name = "Ada", Email = "ada@example.org", Phone = "+4915112345678", TimeZone = "Europe/Berlin" };
        await RecordAsync(Event(EventTypes.CustomerUpdated, "c-1") with { Customer = profile });
        await Customers.ChangeAsync(
            Tenant, "c-1",
            state => new CustomerChange { Customer = state.Customer with { Preferences = preferences ?? new NotificationPreferences { Channels = new Dictionary<NotificationChannel, bool> { [NotificationChannel.Sms] = sms } } } },
            CancellationToken.None);
        await Customers.ClaimDeviceAsync(Tenant, "c-1", new Device { Id = "phone", Kind = DeviceKind.Fcm, Address = "token-1", SeenAt = Clock.GetUtcNow() }, CancellationToken.None);
    }

    public Task OrderAsync(OrderStatus status, string order = "o-1") =>
        RecordAsync(Event(EventTypes.OrderStatusChanged, order) with { Status = status, Customer = new CustomerProfile { Id = "c-1" } });

    public Task RequestAsync(string name, DateTimeOffset? at, TimeSpan? digest = null, DeliveryLane lane = DeliveryLane.News, NotificationChannel channel = NotificationChannel.Email) => RecordAsync(Event(EventTypes.NotificationRequested, "c-1") with
    {
        Id = name + ":c-1",
        Message = new MessageRequest
        {
            RequestId = name,
            Type = "offer",
            Category = NotificationCategory.Social,
            Priority = NotificationPriority.Normal,
            Title = "Offer " + name,
            Body = "Half the price.",
            Channels = [channel],
            SendAt = at,
            DigestWindow = digest,
            Lane = lane,
        },
    });

    public RecordedEvent Event(string type, string subject) => new()
    {
        Tenant = Tenant,
        Source = "/shop",
        Id = string.Create(CultureInfo.InvariantCulture, $"e-{++_events}"),
        Type = type,
        Subject = subject,
        Time = Clock.GetUtcNow().AddTicks(_events),
        ReceivedAt = Clock.GetUtcNow(),
    };

    public async Task RecordAsync(RecordedEvent recorded) =>
        (await Recorder.RecordAsync([recorded], CancellationToken.None).Soon()).ShouldBeOfType<RecordResult.Recorded>().Outcomes.Single().ShouldBeOfType<RecordOutcome.Accepted>();

    public async Task AcknowledgeAsync()
    {
        var log = new SqliteStreamLog(Database);
        var stream = StreamName.Customer(Tenant, "c-1");
        var heads = await log.HeadsAsync([stream], CancellationToken.None);
        await log.AcknowledgeAsync([new(stream, heads[stream])], CancellationToken.None);
    }

    public async Task<IReadOnlyList<string>> InboxAsync() =>
        [.. (await new SqliteNotificationStore(Database).ListAsync(new NotificationQuery(Tenant, "c-1", null, null, false, null, null, 50), CancellationToken.None)).Items.Select(item => item.Notification.Title)];

    /// <summary>What became of the deliveries of one channel, in the order in which they were planned.</summary>
    public async Task<List<(DeliveryState, string?)>> StatesAsync(string channel)
    {
        var decided = await new SqliteDecisionStore(Database).ListAsync(Tenant, "c-1", null, null, 50, CancellationToken.None);
        var states = new List<(DeliveryState, string?)>();
        foreach (var id in decided.Reverse().SelectMany(one => one.Verdicts).Select(verdict => verdict.DeliveryId).OfType<string>().Where(id => id.EndsWith("." + channel, StringComparison.Ordinal)))
        {
            var progress = (await Queue.FindAsync(Tenant, id, CancellationToken.None))!.Row.Progress;
            states.Add((progress.State, progress.Reason));
        }

        return states;
    }

    public async Task LaterAsync(TimeSpan time)
    {
        Clock.Advance(time);
        await PassAsync();
    }

    /// <summary>Passes until one finds nothing more to do.</summary>
    public async Task PassAsync()
    {
        int before;
        do
        {
            before = Mail.Sent.Count + Spare.Sent.Count + Push.Sent.Count + Sms.Sent.Count;
            await News.RunOnceAsync(CancellationToken.None);
            await Bulk.RunOnceAsync(CancellationToken.None);
            await News.IdleAsync().Soon();
            await Bulk.IdleAsync().Soon();
        }
        while (Mail.Sent.Count + Spare.Sent.Count + Push.Sent.Count + Sms.Sent.Count > before);
    }

    private sealed class Nobody : ICommitListener
    {
        public void Committed(IReadOnlyList<StreamEntry> entries)
        {
        }
    }
}
