using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Core.Deliveries;
using Milepost.Core.Recording;
using Milepost.Core.Templates;
using Milepost.Core.Tenants;
using Milepost.Server.Channels;
using Milepost.Server.Settings;
using Milepost.Server.Tenants;
using Milepost.Server.Unsubscribe;
using Milepost.Server.Worker;
using Milepost.Storage.Sqlite;
using Milepost.Storage.Sqlite.Deliveries;
using Milepost.Testing;

namespace Milepost.Server.Tests.Worker;

/// <summary>The loop over a real queue, with a provider that does what the test says and a clock that goes when it says.</summary>
public sealed class DeliveryLoopTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly FakeClock _clock = new();
    private readonly SqliteDatabase _database;
    private readonly FaultyQueue _queue;
    private readonly Provider _mail = new();
    private readonly DeliverySignal _signal = new();
    private readonly DefaultTenants _tenants = new();
    private readonly DeliveryOptions _options = new() { Concurrency = 4, LeaseSeconds = 15 };
    private readonly SqliteSuppressionStore _suppressions;
    private readonly ChannelRoutes _routes;
    private readonly DeliveryLoop _loop;

    public DeliveryLoopTests()
    {
        _database = SqliteDatabase.Open(Path.Combine(_directory.Path, "test.db"));
        _queue = new FaultyQueue(new SqliteDeliveryQueue(_database));
        _suppressions = new SqliteSuppressionStore(_database, new AddressSecret(""));
        _routes = new ChannelRoutes([new ChannelRoute(DeliveryChannel.Email, [_mail], _clock)]);
        _loop = Loop(_queue);
    }

    [Fact]
    public async Task What_is_due_is_sent_and_reported()
    {
        await QueueAsync("1", "2");
        await PassAsync();
        (await AttemptsAsync("1")).ShouldBe([AttemptOutcome.Sent]);
        (await StateAsync("2")).ShouldBe(DeliveryState.Sent);
        _mail.Sent.ShouldBe([("1", 1), ("2", 1)], ignoreOrder: true);
        await PassAsync();
        _mail.Sent.Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_is_refused_for_now_waits_as_the_channel_says_or_longer_when_the_provider_says()
    {
        await QueueAsync("1", "2");
        _mail.Answer = message => Task.FromResult<SendAnswer>(new SendAnswer.Later("451 later", message.DeliveryId == "2" ? TimeSpan.FromHours(1) : null));
        await PassAsync();
        // Half of the first wait of e-mail, since the chance is 0 here.
        (await DueInAsync("1")).ShouldBe(TimeSpan.FromMinutes(2.5));
        (await DueInAsync("2")).ShouldBe(TimeSpan.FromHours(1));
        (await AttemptsAsync("1")).ShouldBe([AttemptOutcome.Retry]);
    }

    [Fact]
    public async Task What_is_refused_again_and_again_is_given_up()
    {
        await QueueAsync("1");
        _mail.Answer = _ => Task.FromResult<SendAnswer>(new SendAnswer.Later("451 later"));
        var passes = 0;
        for (; await StateAsync("1") == DeliveryState.Queued; passes++)
        {
            await PassAsync();
            _clock.Advance(await DueInAsync("1") is { Ticks: > 0 } wait ? wait : TimeSpan.Zero);
        }

        (await StateAsync("1")).ShouldBe(DeliveryState.Failed);
        passes.ShouldBe(ChannelPolicy.Of(DeliveryChannel.Email).Retry.Attempts);
    }

    [Fact]
    public async Task What_is_refused_for_good_is_failed_at_once()
    {
        await QueueAsync("1");
        _mail.Answer = _ => Task.FromResult<SendAnswer>(new SendAnswer.Refused("550 no such user"));
        await PassAsync();
        (await StateAsync("1")).ShouldBe(DeliveryState.Failed);
        (await AttemptsAsync("1")).ShouldBe([AttemptOutcome.GaveUp]);
    }

    [Fact]
    public async Task A_sender_that_breaks_leaves_it_unknown_and_a_mail_is_sent_once_more()
    {
        await QueueAsync("1");
        _mail.Answer = _ => throw new InvalidOperationException("broken");
        await PassAsync();
        (await AttemptsAsync("1")).ShouldBe([AttemptOutcome.Unknown, AttemptOutcome.Unknown]);
        (await StateAsync("1")).ShouldBe(DeliveryState.Unknown);
    }

    [Fact]
    public async Task A_provider_that_never_answers_is_left_after_a_while_and_does_not_hold_the_others()
    {
        await QueueAsync("1");
        var silence = new TaskCompletionSource<SendAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _mail.Answer = _ => silence.Task;
        await _loop.RunOnceAsync(CancellationToken.None);
        _mail.Answer = Provider.Taken;
        await QueueAsync("2");
        await _loop.RunOnceAsync(CancellationToken.None);
        await UntilAsync("2", DeliveryState.Sent);
        (await StateAsync("1")).ShouldBe(DeliveryState.Sending);
        // Pass by pass, as time does: the lease is kept.
        for (var waited = TimeSpan.Zero; waited < DeliverySending.Limit; waited += TimeSpan.FromSeconds(1))
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await _loop.RunOnceAsync(CancellationToken.None);
        }

        await _loop.IdleAsync().Soon();
        await PassAsync();
        (await AttemptsAsync("1")).ShouldBe([AttemptOutcome.Unknown, AttemptOutcome.Sent]);
    }

    [Fact]
    public async Task No_more_is_leased_than_can_be_sent_at_a_time()
    {
        await QueueAsync([.. Enumerable.Range(0, 10).Select(index => index.ToString(CultureInfo.InvariantCulture))]);
        var gate = new TaskCompletionSource<SendAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _mail.Answer = _ => gate.Task;
        await _loop.RunOnceAsync(CancellationToken.None);
        await _loop.RunOnceAsync(CancellationToken.None);
        _mail.Sent.Count.ShouldBe(4);
        (await _queue.DepthAsync(_clock.GetUtcNow(), CancellationToken.None)).Queued.ShouldBe(6);
        gate.SetResult(new SendAnswer.Taken("ok"));
        await _loop.IdleAsync().Soon();
        await PassAsync();
        _mail.Sent.Count.ShouldBe(10);
    }

    [Fact]
    public async Task A_long_send_keeps_its_lease_while_another_worker_looks_for_lost_ones()
    {
        await QueueAsync("1");
        var gate = new TaskCompletionSource<SendAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _mail.Answer = _ => gate.Task;
        await _loop.RunOnceAsync(CancellationToken.None);
        for (var second = 0; second < 25; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await _loop.RunOnceAsync(CancellationToken.None);
            (await _queue.SweepAsync(_clock.GetUtcNow(), CancellationToken.None)).ShouldBe(default);
        }

        gate.SetResult(new SendAnswer.Taken("ok"));
        await _loop.IdleAsync().Soon();
        (await AttemptsAsync("1")).ShouldBe([AttemptOutcome.Sent]);
    }

    [Fact]
    public async Task A_clock_that_is_set_forward_makes_no_lease_of_its_own_worker_look_lost()
    {
        await QueueAsync("1");
        var gate = new TaskCompletionSource<SendAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _mail.Answer = _ => gate.Task;
        await _loop.RunOnceAsync(CancellationToken.None);
        _queue.Skew = TimeSpan.FromHours(1);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await _loop.RunOnceAsync(CancellationToken.None);
        (await StateAsync("1")).ShouldBe(DeliveryState.Sending);
        gate.SetResult(new SendAnswer.Taken("ok"));
        await _loop.IdleAsync().Soon();
        (await AttemptsAsync("1")).ShouldBe([AttemptOutcome.Sent]);
    }

    [Fact]
    public async Task An_outcome_that_the_store_does_not_take_is_kept_and_nothing_is_sent_twice()
    {
        await QueueAsync("1");
        _queue.FailNext(nameof(IDeliveryQueue.CompleteAsync), 2);
        await _loop.RunOnceAsync(CancellationToken.None);
        await _loop.IdleAsync().Soon();
        (await StateAsync("1")).ShouldBe(DeliveryState.Sending);
        await PassAsync();
        await PassAsync();
        (await AttemptsAsync("1")).ShouldBe([AttemptOutcome.Sent]);
        _mail.Sent.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_beginning_that_is_not_answered_is_said_again_and_sent_once()
    {
        await QueueAsync("1");
        _queue.FailNext(nameof(IDeliveryQueue.BeginAsync), 1, afterwards: true);
        await PassAsync();
        _mail.Sent.ShouldBeEmpty();
        await PassAsync();
        _mail.Sent.ShouldBe([("1", 1)]);
        (await AttemptsAsync("1")).ShouldBe([AttemptOutcome.Sent]);
    }

    [Fact]
    public async Task A_worker_that_sleeps_over_its_lease_before_it_begins_sends_nothing()
    {
        await QueueAsync("1");
        _queue.BeforeBegin = () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(15));
            return TimeSpan.FromSeconds(15);
        };
        await PassAsync();
        _mail.Sent.ShouldBeEmpty();
        _queue.BeforeBegin = () => TimeSpan.Zero;
        _clock.Advance(TimeSpan.FromSeconds(1));
        await PassAsync();
        _mail.Sent.ShouldBe([("1", 1)]);
    }

    [Fact]
    public async Task A_worker_that_is_stopped_ends_what_it_sends_and_gives_the_rest_back_at_once()
    {
        await QueueAsync("answers", "silent");
        var answer = new TaskCompletionSource<SendAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _mail.Answer = message => message.DeliveryId == "answers" ? answer.Task : new TaskCompletionSource<SendAnswer>().Task;
        await _loop.StartAsync(CancellationToken.None);
        await _mail.ReachedAsync(2);
        var stopped = _loop.StopAsync(CancellationToken.None);
        answer.SetResult(new SendAnswer.Taken("ok"));
        await UntilAsync("answers", DeliveryState.Sent);
        stopped.IsCompleted.ShouldBeFalse();
        await AdvanceUntilAsync(stopped);
        (await AttemptsAsync("answers")).ShouldBe([AttemptOutcome.Sent]);
        (await AttemptsAsync("silent")).ShouldBe([AttemptOutcome.Unknown]);
        // Nobody waits for a lease to run out: another worker takes it now.
        _mail.Answer = Provider.Taken;
        using var other = Loop(_queue);
        await other.RunOnceAsync(CancellationToken.None);
        await other.IdleAsync().Soon();
        (await AttemptsAsync("silent")).ShouldBe([AttemptOutcome.Unknown, AttemptOutcome.Sent]);
    }

    [Fact]
    public async Task The_signal_wakes_the_worker_without_waiting_for_the_clock()
    {
        await _loop.StartAsync(CancellationToken.None);
        await QueueAsync("1");
        _signal.Raise();
        await UntilAsync("1", DeliveryState.Sent);
        await AdvanceUntilAsync(_loop.StopAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Bulk_rests_between_two_takes_and_goes_on_without_being_woken()
    {
        _options.BulkPerSecond = 2;
        var pace = LanePace.Bulk(_options);
        pace.ShouldBe(new LanePace(DeliveryLane.Bulk, 1, TimeSpan.FromMilliseconds(500)));
        await QueueAsync(DeliveryLane.Bulk, "1", "2", "3");
        using var loop = Loop(_queue, pace);
        await loop.StartAsync(CancellationToken.None);
        await UntilAsync("1", DeliveryState.Sent);
        foreach (var id in (string[])["2", "3"])
        {
            _clock.Advance(pace.Rest - TimeSpan.FromMilliseconds(1));
            (await StateAsync(id)).ShouldBe(DeliveryState.Queued);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            await UntilAsync(id, DeliveryState.Sent);
        }

        await AdvanceUntilAsync(loop.StopAsync(CancellationToken.None));
    }

    public void Dispose()
    {
        _loop.Dispose();
        _database.Dispose();
        _directory.Dispose();
    }

    private DeliveryLoop Loop(IDeliveryQueue queue, LanePace? pace = null) => new(
        queue, Clearing(), new DeliverySending(_routes, new AddressHygiene(new SqliteCustomerStore(_database), _suppressions, new TenantChanges(new SqliteTenantStore(_database), new TenantCatalog(), _clock), _clock, NullLogger<AddressHygiene>.Instance), _clock, () => 0, NullLogger<DeliverySending>.Instance),
        _signal, pace ?? LanePace.News(_options), _options, _clock, NullLogger<DeliveryLoop>.Instance);

    private DeliveryClearing Clearing() => new(
        new SqliteClearanceStore(_database), new SqliteDeliveryLimitStore(_database), _suppressions, _tenants, new MessageComposer(new RuleTexts(), new UnsubscribeLinks("", () => ""), _clock), _routes, new DeliveryAllowance(_tenants, _options),
        new BudgetWatch(new SqliteDeliveryLimitStore(_database), _tenants, _options, _clock, NullLogger<BudgetWatch>.Instance), _clock);

    private Task QueueAsync(params IReadOnlyList<string> ids) => QueueAsync(DeliveryLane.News, ids);

    private Task QueueAsync(DeliveryLane lane, params IReadOnlyList<string> ids) => new SqliteOrderStore(_database).RecordAsync(
        [],
        _ =>
        {
            var plan = new RecordingPlan { Outcomes = [] };
            plan.Deliveries.AddRange(ids.Select(id => new Delivery
            {
                Tenant = "acme",
                Id = id,
                CustomerId = "c-1",
                Channel = DeliveryChannel.Email,
                Lane = lane,
                NotificationId = id,
                Address = "ada@example.org",
                Title = "Title",
                Body = "Body",
                CreatedAt = _clock.GetUtcNow(),
                Due = _clock.GetUtcNow(),
                ExpiresAt = _clock.GetUtcNow().AddDays(30),
            }));
            return plan;
        },
        CancellationToken.None);

    /// <summary>Passes until one finds nothing more to send.</summary>
    private async Task PassAsync()
    {
        int before;
        do
        {
            before = _mail.Sent.Count;
            await _loop.RunOnceAsync(CancellationToken.None);
            await _loop.IdleAsync().Soon();
        }
        while (_mail.Sent.Count > before);
    }

    private async Task<DeliveryState> StateAsync(string id) => (await _queue.FindAsync("acme", id, CancellationToken.None))!.Row.Progress.State;

    private async Task<TimeSpan> DueInAsync(string id) => (await _queue.FindAsync("acme", id, CancellationToken.None))!.Row.Progress.Due - _clock.GetUtcNow();

    private async Task<IEnumerable<AttemptOutcome?>> AttemptsAsync(string id) => (await _queue.FindAsync("acme", id, CancellationToken.None))!.Attempts.Select(attempt => attempt.Outcome);

    private async Task UntilAsync(string id, DeliveryState state)
    {
        using var deadline = new CancellationTokenSource(Deadline.Default);
        while (await StateAsync(id) != state)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private async Task AdvanceUntilAsync(Task done)
    {
        using var deadline = new CancellationTokenSource(Deadline.Default);
        while (!done.IsCompleted)
        {
            deadline.Token.ThrowIfCancellationRequested();
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await done;
    }

    private sealed class Provider : IProvider
    {
        private readonly Lock _gate = new();
        private readonly List<(string Id, int Attempt)> _sent = [];
        private (int Count, TaskCompletionSource Reached)? _waiting;

        public static Func<OutgoingMessage, Task<SendAnswer>> Taken { get; } = _ => Task.FromResult<SendAnswer>(new SendAnswer.Taken("ok"));

        public Func<OutgoingMessage, Task<SendAnswer>> Answer { get; set; } = Taken;

        public string Name => "test";

        public IReadOnlyList<(string Id, int Attempt)> Sent
        {
            get
            {
                lock (_gate)
                {
                    return [.. _sent];
                }
            }
        }

        public Task ReachedAsync(int count)
        {
            lock (_gate)
            {
                var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting = (count, reached);
                Check();
                return reached.Task.Soon();
            }
        }

        public Task<SendAnswer> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                _sent.Add((message.DeliveryId, message.Attempt));
                Check();
            }

            return Answer(message);
        }

        private void Check()
        {
            if (_waiting is { } waiting && _sent.Count >= waiting.Count)
            {
                waiting.Reached.TrySetResult();
            }
        }
    }

    /// <summary>A queue whose store is away at chosen moments, before or behind the commit, and whose clock can be set forward.</summary>
    private sealed class FaultyQueue(IDeliveryQueue queue) : IDeliveryQueue
    {
        private readonly Dictionary<string, (int Left, bool Afterwards)> _faults = new(StringComparer.Ordinal);

        public TimeSpan Skew { get; set; }

        public Func<TimeSpan> BeforeBegin { get; set; } = () => TimeSpan.Zero;

        public void FailNext(string call, int times, bool afterwards = false) => _faults[call] = (times, afterwards);

        public Task<IReadOnlyList<Lease>> LeaseAsync(string owner, DeliveryLane lane, int max, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken) =>
            queue.LeaseAsync(owner, lane, max, leaseFor, now + Skew, cancellationToken);

        public Task<IReadOnlyList<LeaseResult>> BeginAsync(IReadOnlyList<Lease> leases, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken)
        {
            // The loop asked the clock before it slept.
            var asleep = BeforeBegin();
            return FaultyAsync(nameof(BeginAsync), () => queue.BeginAsync(leases, leaseFor, now + asleep + Skew, cancellationToken));
        }

        public Task<IReadOnlyList<LeaseResult>> CompleteAsync(IReadOnlyList<Completion> completions, DateTimeOffset now, CancellationToken cancellationToken) =>
            FaultyAsync(nameof(CompleteAsync), () => queue.CompleteAsync(completions, now + Skew, cancellationToken));

        public Task<IReadOnlyList<LeaseResult>> RenewAsync(IReadOnlyList<Lease> leases, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken) =>
            queue.RenewAsync(leases, leaseFor, now + Skew, cancellationToken);

        public Task<int> ReleaseAsync(string owner, DateTimeOffset now, CancellationToken cancellationToken) => queue.ReleaseAsync(owner, now + Skew, cancellationToken);

        public Task<SweepResult> SweepAsync(DateTimeOffset now, CancellationToken cancellationToken) => queue.SweepAsync(now + Skew, cancellationToken);

        public Task<QueueDepth> DepthAsync(DateTimeOffset now, CancellationToken cancellationToken) => queue.DepthAsync(now + Skew, cancellationToken);

        public Task<IReadOnlyList<LeaseResult>> SettleAsync(IReadOnlyList<Settlement> settlements, DateTimeOffset now, CancellationToken cancellationToken) =>
            queue.SettleAsync(settlements, now + Skew, cancellationToken);

        public Task<bool> CancelAsync(string tenant, string id, string code, string text, DateTimeOffset now, CancellationToken cancellationToken) =>
            queue.CancelAsync(tenant, id, code, text, now + Skew, cancellationToken);

        public Task<int> CancelTopicAsync(string tenant, string topic, string code, string text, DateTimeOffset now, CancellationToken cancellationToken) =>
            queue.CancelTopicAsync(tenant, topic, code, text, now + Skew, cancellationToken);

        public Task<bool> ReportAsync(string tenant, string id, DeliveryReport report, DateTimeOffset now, CancellationToken cancellationToken) =>
            queue.ReportAsync(tenant, id, report, now + Skew, cancellationToken);

        public Task<int> WakeAsync(string code, DateTimeOffset now, CancellationToken cancellationToken) => queue.WakeAsync(code, now + Skew, cancellationToken);

        public Task<bool> AddAsync(Delivery delivery, CancellationToken cancellationToken) => queue.AddAsync(delivery, cancellationToken);

        public Task<IReadOnlyList<QueuedDelivery>> ListDeadAsync(string tenant, (DateTimeOffset Due, string Id)? after, int limit, CancellationToken cancellationToken) =>
            queue.ListDeadAsync(tenant, after, limit, cancellationToken);

        public Task<DeliveryDetails?> FindAsync(string tenant, string id, CancellationToken cancellationToken) => queue.FindAsync(tenant, id, cancellationToken);

        private async Task<T> FaultyAsync<T>(string call, Func<Task<T>> ask)
        {
            if (!_faults.TryGetValue(call, out var fault) || fault.Left == 0)
            {
                return await ask();
            }

            _faults[call] = fault with { Left = fault.Left - 1 };
            if (fault.Afterwards)
            {
                await ask();
            }

            throw new StoreUnavailableException("The store is away.");
        }
    }
}
