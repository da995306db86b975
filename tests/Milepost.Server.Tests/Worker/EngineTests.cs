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
public sealed class EngineTests : IAsyncDisposable
{
    private const string Tenant = "acme";
    private static readonly DateTimeOffset Evening = new(2026, 11, 21, 18, 0, 0, TimeSpan.Zero);

    private readonly TempDirectory _directory = new();
    private readonly FakeClock _clock = new(Evening);
    private readonly SqliteDatabase _database;
    private readonly SqliteDeliveryQueue _queue;
    private readonly SqliteOrderStore _orders;
    private readonly SqliteCustomerStore _customers;
    private readonly EventRecorder _recorder;
    private readonly Task _recording;
    private readonly Far _mail = new();
    private readonly Far _spare = new();
    private readonly Far _push = new();
    private readonly Far _sms = new();
    private readonly DeliveryLoop _bulk;
    private DeliveryLoop _loop;
    private int _events;

    public EngineTests()
    {
        _database = SqliteDatabase.Open(Path.Combine(_directory.Path, "test.db"));
        _queue = new SqliteDeliveryQueue(_database);
        _orders = new SqliteOrderStore(_database);
        _customers = new SqliteCustomerStore(_database);
        _recorder = new EventRecorder(_orders, new NotificationTools(new RuleTexts(), new DefaultTenants()), new Nobody(), _clock, 20_000, 1_000);
        _recording = _recorder.RunAsync();
        _loop = Loop(LanePace.News);
        _bulk = Loop(LanePace.Bulk);
    }

    [Fact]
    public async Task A_push_goes_out_when_no_device_has_confirmed_and_an_sms_behind_it()
    {
        await AdaAsync(sms: true);
        await OrderAsync(OrderStatus.OutForDelivery);
        await PassAsync();
        _push.Sent.ShouldBeEmpty();
        await LaterAsync(TimeSpan.FromSeconds(10));
        _push.Sent.Single().Title.ShouldBe("On its way");
        _sms.Sent.ShouldBeEmpty();
        await LaterAsync(TimeSpan.FromSeconds(50));
        _sms.Sent.Single().Address.ShouldBe("+4915112345678");
    }

    [Fact]
    public async Task A_late_acknowledgement_cancels_what_is_still_queued()
    {
        await AdaAsync(sms: true);
        await OrderAsync(OrderStatus.OutForDelivery);
        await LaterAsync(TimeSpan.FromSeconds(10));
        await AcknowledgeAsync();
        await LaterAsync(TimeSpan.FromMinutes(5));
        _push.Sent.Count.ShouldBe(1);
        _sms.Sent.ShouldBeEmpty();
        (await StatesAsync("sms")).ShouldBe([(DeliveryState.Cancelled, ClearanceCode.Acknowledged)]);
    }

    [Fact]
    public async Task Nothing_about_the_past_arrives_behind_what_is_now()
    {
        await AdaAsync();
        _push.Answer = _ => new SendAnswer.Later("not now");
        await OrderAsync(OrderStatus.PickedUp);
        await LaterAsync(TimeSpan.FromSeconds(10));
        _push.Answer = Far.Taken;
        _push.Sent.Count.ShouldBe(1);
        await OrderAsync(OrderStatus.Delivered);
        await LaterAsync(TimeSpan.FromMinutes(10));
        _push.Sent.Skip(1).Select(message => message.Title).ShouldBe(["Delivered"]);
    }

    [Fact]
    public async Task Behind_the_quiet_hours_one_message_tells_how_things_stand()
    {
        await AdaAsync(preferences: new NotificationPreferences { QuietHours = Night });
        await OrderAsync(OrderStatus.Accepted);
        await LaterAsync(TimeSpan.FromMinutes(1));
        await OrderAsync(OrderStatus.PickedUp);
        await LaterAsync(TimeSpan.FromMinutes(1));
        await OrderAsync(OrderStatus.Delivered);
        await LaterAsync(TimeSpan.FromMinutes(1));
        _push.Sent.ShouldBeEmpty();

        // Seven in the morning in Berlin.
        await LaterAsync(Evening.AddHours(12) - _clock.GetUtcNow() - TimeSpan.FromSeconds(1));
        _push.Sent.ShouldBeEmpty();
        await LaterAsync(TimeSpan.FromSeconds(2));
        _push.Sent.Select(message => message.Title).ShouldBe(["Delivered"]);
        await LaterAsync(TimeSpan.FromHours(5));
        _push.Sent.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_waits_for_the_end_of_the_night_is_decided_anew_when_the_rules_of_time_change()
    {
        await AdaAsync(preferences: new NotificationPreferences { QuietHours = Night });
        await OrderAsync(OrderStatus.Delivered);
        await LaterAsync(TimeSpan.FromSeconds(10));
        _push.Sent.ShouldBeEmpty();

        // As if the zone had ended the night: the choice is gone, and nobody would look before the morning.
        await _customers.ChangeAsync(Tenant, "c-1", state => new CustomerChange { Customer = state.Customer with { Preferences = new NotificationPreferences() } }, CancellationToken.None);
        await LaterAsync(TimeSpan.FromMinutes(1));
        _push.Sent.ShouldBeEmpty();
        using var watch = new QuietHoursWatch(_queue, _clock, NullLogger<QuietHoursWatch>.Instance);
        (await watch.RunOnceAsync(CancellationToken.None)).ShouldBeTrue();
        await PassAsync();
        _push.Sent.Single().Title.ShouldBe("Delivered");
    }

    [Fact]
    public async Task A_provider_that_is_down_for_an_hour_costs_nothing_and_is_left_in_peace()
    {
        await AdaAsync();
        var asked = 0;
        var back = _clock.GetUtcNow().AddHours(1);
        _mail.Answer = message => _clock.GetUtcNow() < back ? new SendAnswer.Down($"down {Interlocked.Increment(ref asked)}") : Far.Taken(message);
        _spare.Answer = _ => new SendAnswer.Down("down too");
        for (var order = 0; order < 20; order++)
        {
            await OrderAsync(OrderStatus.Placed, string.Create(CultureInfo.InvariantCulture, $"o-{order}"));
            await OrderAsync(OrderStatus.Paid, string.Create(CultureInfo.InvariantCulture, $"o-{order}"));
        }

        for (var minute = 0; minute < 180; minute++)
        {
            await LaterAsync(TimeSpan.FromMinutes(1));
        }

        var arrived = _mail.Sent.Where(message => message.Attempt > 0 && _mail.TakenIds.Contains(message.DeliveryId)).ToList();
        arrived.Select(message => message.DeliveryId).Distinct().Count().ShouldBe(40);
        _mail.TakenIds.Count.ShouldBe(40);

        // 40 messages, an hour: without a breaker some 400 asks.
        asked.ShouldBeLessThan(100);
        foreach (var order in Enumerable.Range(0, 20))
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"o-{order}");
            _mail.TakenIds.Select(taken => _mail.Sent.Last(message => message.DeliveryId == taken)).Where(message => message.OrderId == id).Count().ShouldBe(2);
        }
    }

    [Fact]
    public async Task The_second_provider_is_asked_only_where_the_first_has_surely_not_sent()
    {
        await AdaAsync();
        _mail.Answer = _ => new SendAnswer.Down("no route");
        await OrderAsync(OrderStatus.Placed);
        await PassAsync();
        _spare.Sent.Count.ShouldBe(1);

        _mail.Answer = _ => new SendAnswer.Unknown("no answer");
        await OrderAsync(OrderStatus.Paid);
        await PassAsync();
        _spare.Sent.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_expires_is_not_sent_however_long_the_provider_was_away()
    {
        await AdaAsync();
        _mail.Answer = _ => new SendAnswer.Later("later", TimeSpan.FromHours(30));
        _spare.Answer = _ => new SendAnswer.Later("later", TimeSpan.FromHours(30));
        await OrderAsync(OrderStatus.Placed);
        await PassAsync();
        _mail.Answer = Far.Taken;
        await LaterAsync(TimeSpan.FromHours(31));
        (await StatesAsync("email")).ShouldBe([(DeliveryState.Expired, null)]);
    }

    [Fact]
    public async Task An_address_that_is_dead_gets_no_more_mail_and_a_dead_device_is_forgotten()
    {
        await AdaAsync();
        _mail.Answer = _ => new SendAnswer.AddressDead("550 5.1.1 no such user");
        await OrderAsync(OrderStatus.Placed);
        await PassAsync();
        await OrderAsync(OrderStatus.Paid);
        await PassAsync();
        _mail.Sent.Count.ShouldBe(1);
        (await StatesAsync("email")).ShouldBe([(DeliveryState.Failed, null), (DeliveryState.Suppressed, ClearanceCode.AddressSuppressed)]);

        _push.Answer = _ => new SendAnswer.AddressDead("gone");
        await OrderAsync(OrderStatus.OutForDelivery);
        await LaterAsync(TimeSpan.FromSeconds(10));
        (await _customers.FindAsync(Tenant, "c-1", CancellationToken.None))!.Devices.ShouldBeEmpty();
    }

    [Fact]
    public async Task More_than_a_customer_should_get_in_an_hour_waits_and_what_is_critical_does_not()
    {
        _loop.Dispose();
        _loop = Loop(LanePace.News, customerPerHour: 3);
        await AdaAsync();
        for (var order = 0; order < 5; order++)
        {
            await OrderAsync(OrderStatus.Placed, string.Create(CultureInfo.InvariantCulture, $"o-{order}"));
        }

        await PassAsync();
        _mail.Sent.Count.ShouldBe(3);
        await OrderAsync(OrderStatus.Cancelled, "o-0");
        await PassAsync();
        _mail.Sent.Count.ShouldBe(4);

        // Placed at 18:00, so the next hour begins at 19:00.
        await LaterAsync(TimeSpan.FromHours(1));
        _mail.Sent.Count.ShouldBe(6);
    }

    [Fact]
    public async Task A_message_for_later_is_made_when_its_time_comes_and_can_be_called_off_before()
    {
        await AdaAsync();
        var soon = _clock.GetUtcNow().AddHours(2);
        await RequestAsync("r-1", soon);
        await RequestAsync("r-2", soon);
        (await _queue.CancelTopicAsync(Tenant, Delivery.LaterTopic("r-2"), ClearanceCode.CalledOff, "", _clock.GetUtcNow(), CancellationToken.None)).ShouldBe(1);
        await LaterAsync(TimeSpan.FromHours(1));
        (await InboxAsync()).ShouldBeEmpty();
        await LaterAsync(TimeSpan.FromHours(1));
        (await InboxAsync()).ShouldBe(["Offer r-1"]);
        await LaterAsync(TimeSpan.FromHours(1));
        (await InboxAsync()).ShouldBe(["Offer r-1"]);
    }

    [Fact]
    public async Task What_belongs_to_one_window_goes_out_as_one_and_the_inbox_has_each()
    {
        await AdaAsync();
        await LaterAsync(TimeSpan.FromMinutes(5));
        foreach (var name in (string[])["r-1", "r-2", "r-3"])
        {
            await RequestAsync(name, null, digest: TimeSpan.FromHours(1));
        }

        (await InboxAsync()).Count.ShouldBe(3);
        await LaterAsync(TimeSpan.FromMinutes(54));
        _mail.Sent.ShouldBeEmpty();
        await LaterAsync(TimeSpan.FromMinutes(2));
        _mail.Sent.Single().Text.ShouldBe("Offer r-1\nOffer r-2\nOffer r-3");
        await LaterAsync(TimeSpan.FromHours(3));
        _mail.Sent.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Bulk_never_takes_the_place_of_news()
    {
        await AdaAsync();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _mail.Wait = message => message.Type == "offer" ? gate.Task : Task.CompletedTask;
        for (var index = 0; index < 20; index++)
        {
            await RequestAsync(string.Create(CultureInfo.InvariantCulture, $"r-{index}"), null, lane: DeliveryLane.Bulk);
        }

        await _bulk.RunOnceAsync(CancellationToken.None);
        await _bulk.RunOnceAsync(CancellationToken.None);
        _mail.Sent.Count(message => message.Type == "offer").ShouldBe(1);
        await OrderAsync(OrderStatus.Placed);
        await _loop.RunOnceAsync(CancellationToken.None);
        await _mail.ReachedAsync(message => message.Type == "order.placed");
        gate.SetResult();
        await PassAsync();
        await LaterAsync(TimeSpan.FromHours(1));
    }

    public async ValueTask DisposeAsync()
    {
        _recorder.Complete();
        await _recording;
        _loop.Dispose();
        _bulk.Dispose();
        _database.Dispose();
        _directory.Dispose();
    }

    private static QuietHours Night => new()
    {
        Enabled = true,
        Days = Core.Preferences.WeekdayNames.All.ToDictionary(day => day, _ => (IReadOnlyList<QuietWindow>)[new QuietWindow("19:00", "07:00")]),
    };

    private DeliveryLoop Loop(Func<DeliveryOptions, LanePace> pace, int customerPerHour = 0)
    {
        var tenants = new DefaultTenants();
        var options = new DeliveryOptions { Concurrency = 4, LeaseSeconds = 15, CustomerPerHour = customerPerHour };
        var limits = new SqliteDeliveryLimitStore(_database);
        var suppressions = new SqliteSuppressionStore(_database, new AddressSecret(""));
        var changes = new TenantChanges(new SqliteTenantStore(_database), new TenantCatalog(), _clock);
        var routes = new ChannelRoutes(
        [
            new ChannelRoute(DeliveryChannel.Email, [_mail, _spare], _clock), new ChannelRoute(DeliveryChannel.Fcm, [_push], _clock),
            new ChannelRoute(DeliveryChannel.Sms, [_sms], _clock), new ChannelRoute(DeliveryChannel.Later, [new LaterProvider(_recorder)], _clock),
        ]);
        var clearing = new DeliveryClearing(
            new SqliteClearanceStore(_database), limits, suppressions, tenants, new MessageComposer(new RuleTexts(), new UnsubscribeLinks("", () => ""), _clock), routes, new DeliveryAllowance(tenants, options),
            new BudgetWatch(limits, tenants, options, _clock, NullLogger<BudgetWatch>.Instance), _clock);
        var sending = new DeliverySending(routes, new AddressHygiene(_customers, suppressions, changes, _clock, NullLogger<AddressHygiene>.Instance), _clock, () => 0, NullLogger<DeliverySending>.Instance);
        return new DeliveryLoop(_queue, clearing, sending, new DeliverySignal(), pace(options), options, _clock, NullLogger<DeliveryLoop>.Instance);
    }

    private async Task AdaAsync(bool sms = false, NotificationPreferences? preferences = null)
    {
        var profile = new CustomerProfile { Id = "c-1", Name = "Ada", Email = "ada@example.org", Phone = "+4915112345678", TimeZone = "Europe/Berlin" };
        await RecordAsync(Event(EventTypes.CustomerUpdated, "c-1") with { Customer = profile });
        await _customers.ChangeAsync(
            Tenant, "c-1",
            state => new CustomerChange { Customer = state.Customer with { Preferences = preferences ?? new NotificationPreferences { Channels = new Dictionary<NotificationChannel, bool> { [NotificationChannel.Sms] = sms } } } },
            CancellationToken.None);
        await _customers.ClaimDeviceAsync(Tenant, "c-1", new Device { Id = "phone", Kind = DeviceKind.Fcm, Address = "token-1", SeenAt = _clock.GetUtcNow() }, CancellationToken.None);
    }

    private Task OrderAsync(OrderStatus status, string order = "o-1") =>
        RecordAsync(Event(EventTypes.OrderStatusChanged, order) with { Status = status, Customer = new CustomerProfile { Id = "c-1" } });

    private Task RequestAsync(string name, DateTimeOffset? at, TimeSpan? digest = null, DeliveryLane lane = DeliveryLane.News) => RecordAsync(Event(EventTypes.NotificationRequested, "c-1") with
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
            Channels = [NotificationChannel.Email],
            SendAt = at,
            DigestWindow = digest,
            Lane = lane,
        },
    });

    private RecordedEvent Event(string type, string subject) => new()
    {
        Tenant = Tenant,
        Source = "/shop",
        Id = string.Create(CultureInfo.InvariantCulture, $"e-{++_events}"),
        Type = type,
        Subject = subject,
        Time = _clock.GetUtcNow().AddTicks(_events),
        ReceivedAt = _clock.GetUtcNow(),
    };

    private async Task RecordAsync(RecordedEvent recorded) =>
        (await _recorder.RecordAsync([recorded], CancellationToken.None).Soon()).ShouldBeOfType<RecordResult.Recorded>().Outcomes.Single().ShouldBeOfType<RecordOutcome.Accepted>();

    private async Task AcknowledgeAsync()
    {
        var log = new SqliteStreamLog(_database);
        var stream = StreamName.Customer(Tenant, "c-1");
        var heads = await log.HeadsAsync([stream], CancellationToken.None);
        await log.AcknowledgeAsync([new(stream, heads[stream])], CancellationToken.None);
    }

    private async Task<IReadOnlyList<string>> InboxAsync() =>
        [.. (await new SqliteNotificationStore(_database).ListAsync(new NotificationQuery(Tenant, "c-1", null, null, false, null, null, 50), CancellationToken.None)).Items.Select(item => item.Notification.Title)];

    /// <summary>What became of the deliveries of one channel, in the order in which they were planned.</summary>
    private async Task<List<(DeliveryState, string?)>> StatesAsync(string channel)
    {
        var decided = await new SqliteDecisionStore(_database).ListAsync(Tenant, "c-1", null, null, 50, CancellationToken.None);
        var states = new List<(DeliveryState, string?)>();
        foreach (var id in decided.Reverse().SelectMany(one => one.Verdicts).Select(verdict => verdict.DeliveryId).OfType<string>().Where(id => id.EndsWith("." + channel, StringComparison.Ordinal)))
        {
            var progress = (await _queue.FindAsync(Tenant, id, CancellationToken.None))!.Row.Progress;
            states.Add((progress.State, progress.Reason));
        }

        return states;
    }

    private async Task LaterAsync(TimeSpan time)
    {
        _clock.Advance(time);
        await PassAsync();
    }

    /// <summary>Passes until one finds nothing more to do.</summary>
    private async Task PassAsync()
    {
        int before;
        do
        {
            before = _mail.Sent.Count + _spare.Sent.Count + _push.Sent.Count + _sms.Sent.Count;
            await _loop.RunOnceAsync(CancellationToken.None);
            await _bulk.RunOnceAsync(CancellationToken.None);
            await _loop.IdleAsync().Soon();
            await _bulk.IdleAsync().Soon();
        }
        while (_mail.Sent.Count + _spare.Sent.Count + _push.Sent.Count + _sms.Sent.Count > before);
    }

    private sealed class Nobody : ICommitListener
    {
        public void Committed(IReadOnlyList<StreamEntry> entries)
        {
        }
    }

    /// <summary>A provider at the edge of the process.</summary>
    private sealed class Far : IProvider
    {
        private readonly Lock _gate = new();
        private readonly List<OutgoingMessage> _sent = [];
        private readonly List<string> _taken = [];
        private (Predicate<OutgoingMessage> Which, TaskCompletionSource Reached)? _waiting;

        public static SendAnswer Taken(OutgoingMessage message) => new SendAnswer.Taken("ok");

        public string Name => "far";

        public Func<OutgoingMessage, SendAnswer> Answer { get; set; } = Taken;

        public Func<OutgoingMessage, Task> Wait { get; set; } = _ => Task.CompletedTask;

        public IReadOnlyList<OutgoingMessage> Sent
        {
            get
            {
                lock (_gate)
                {
                    return [.. _sent];
                }
            }
        }

        public IReadOnlyList<string> TakenIds
        {
            get
            {
                lock (_gate)
                {
                    return [.. _taken];
                }
            }
        }

        public Task ReachedAsync(Predicate<OutgoingMessage> which)
        {
            lock (_gate)
            {
                var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting = (which, reached);
                if (_sent.Exists(which))
                {
                    reached.TrySetResult();
                }

                return reached.Task.Soon();
            }
        }

        public async Task<SendAnswer> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                _sent.Add(message);
                if (_waiting is { } waiting && waiting.Which(message))
                {
                    waiting.Reached.TrySetResult();
                }
            }

            await Wait(message);
            var answer = Answer(message);
            lock (_gate)
            {
                if (answer is SendAnswer.Taken)
                {
                    _taken.Add(message.DeliveryId);
                }
            }

            return answer;
        }
    }
}
