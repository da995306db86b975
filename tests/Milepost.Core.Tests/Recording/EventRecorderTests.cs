using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Testing;

namespace Milepost.Core.Tests.Recording;

public sealed class EventRecorderTests
{
    private readonly GatedStore _store = new();
    private readonly Listener _listener = new();

    [Fact]
    public async Task Requests_that_come_during_a_commit_share_the_next_one()
    {
        var recorder = Recorder();
        var running = recorder.RunAsync();
        var hold = _store.HoldNext();
        var first = recorder.RecordAsync([Some.Placed("first", 1)], CancellationToken.None);
        await hold.Reached.Soon();
        var others = Enumerable.Range(0, 50).Select(index => recorder.RecordAsync([Some.Placed($"e-{index}", index)], CancellationToken.None)).ToList();
        _store.Commits.Count.ShouldBe(0);
        hold.Release();

        Outcomes(await first.Soon()).ShouldBe([RecordOutcome.Accepted.Instance]);
        (await Task.WhenAll(others).Soon()).SelectMany(Outcomes).ShouldAllBe(outcome => outcome is RecordOutcome.Accepted);
        _store.Commits.ShouldBe([1, 50]);
        _listener.Batches.Count.ShouldBe(2);
        await EndAsync(recorder, running);
    }

    [Fact]
    public async Task Each_request_gets_its_own_outcomes()
    {
        var recorder = Recorder();
        var one = recorder.RecordAsync([Some.Placed("a", 1), Some.Placed("a", 1)], CancellationToken.None);
        var two = recorder.RecordAsync([Some.Placed("a", 1), Some.Placed("b", 1)], CancellationToken.None);
        await recorder.RunOnceAsync();
        Outcomes(await one.Soon()).ShouldBe([RecordOutcome.Accepted.Instance, RecordOutcome.Duplicate.Instance]);
        Outcomes(await two.Soon()).ShouldBe([RecordOutcome.Duplicate.Instance, RecordOutcome.Accepted.Instance]);
        _store.Commits.ShouldBe([4]);
    }

    [Fact]
    public async Task Nobody_is_answered_before_the_commit_and_nobody_is_told()
    {
        var recorder = Recorder();
        var running = recorder.RunAsync();
        var hold = _store.HoldNext();
        var request = recorder.RecordAsync([Some.Placed("a", 1)], CancellationToken.None);
        await hold.Reached.Soon();
        request.IsCompleted.ShouldBeFalse();
        _listener.Batches.ShouldBeEmpty();
        hold.Release();
        await request.Soon();
        _listener.Batches.Single().Select(entry => entry.Type).ShouldBe(["order.status.changed", "notification.new"]);
        await EndAsync(recorder, running);
    }

    [Fact]
    public async Task A_full_queue_is_busy_at_once_and_takes_again_when_there_is_room()
    {
        var recorder = Recorder(queueLimit: 10);
        var running = recorder.RunAsync();
        var hold = _store.HoldNext();
        var first = recorder.RecordAsync([Some.Placed("first", 1)], CancellationToken.None);
        await hold.Reached.Soon();
        var full = recorder.RecordAsync(Many("full", 10), CancellationToken.None);
        recorder.Queued.ShouldBe(10);
        (await recorder.RecordAsync([Some.Placed("more", 1)], CancellationToken.None).Soon()).ShouldBeOfType<RecordResult.Busy>();
        recorder.Queued.ShouldBe(10);
        hold.Release();
        await first.Soon();
        Outcomes(await full.Soon()).Length.ShouldBe(10);
        recorder.Queued.ShouldBe(0);
        Outcomes(await recorder.RecordAsync([Some.Placed("more", 1)], CancellationToken.None).Soon()).ShouldBe([RecordOutcome.Accepted.Instance]);
        await EndAsync(recorder, running);
    }

    [Fact]
    public async Task One_poisonous_request_does_not_fail_its_neighbours()
    {
        var recorder = Recorder();
        var before = recorder.RecordAsync([Some.Placed("a", 1)], CancellationToken.None);
        var poison = recorder.RecordAsync([Some.Placed(GatedStore.Poison, 1)], CancellationToken.None);
        var after = recorder.RecordAsync([Some.Placed("b", 1)], CancellationToken.None);
        await recorder.RunOnceAsync();
        Outcomes(await before.Soon()).ShouldBe([RecordOutcome.Accepted.Instance]);
        Outcomes(await after.Soon()).ShouldBe([RecordOutcome.Accepted.Instance]);
        (await Should.ThrowAsync<InvalidOperationException>(() => poison.Soon())).Message.ShouldBe("poison");
        _store.Commits.ShouldBe([1, 1]);
    }

    [Fact]
    public async Task Who_came_while_a_store_that_is_away_was_asked_does_not_wait_for_another_attempt()
    {
        var recorder = Recorder();
        var running = recorder.RunAsync();
        _store.Away = "no answer";
        var hold = _store.HoldNext();
        var first = recorder.RecordAsync([Some.Placed("first", 1)], CancellationToken.None);
        await hold.Reached.Soon();
        var others = Enumerable.Range(0, 5).Select(index => recorder.RecordAsync([Some.Placed($"e-{index}", 1)], CancellationToken.None)).ToList();
        hold.Release();
        (await first.Soon()).ShouldBe(new RecordResult.Unavailable("no answer"));
        (await Task.WhenAll(others).Soon()).ShouldAllBe(result => result is RecordResult.Unavailable);
        (_store.Asked, recorder.Queued).ShouldBe((1, 0));

        _store.Away = null;
        Outcomes(await recorder.RecordAsync([Some.Placed("e-0", 1)], CancellationToken.None).Soon()).ShouldBe([RecordOutcome.Accepted.Instance]);
        await EndAsync(recorder, running);
    }

    [Fact]
    public async Task A_store_that_is_away_is_asked_once_and_everybody_is_told()
    {
        var recorder = Recorder();
        _store.Away = "disk full";
        var one = recorder.RecordAsync([Some.Placed("a", 1)], CancellationToken.None);
        var two = recorder.RecordAsync([Some.Placed("b", 1)], CancellationToken.None);
        await recorder.RunOnceAsync();
        (await one.Soon()).ShouldBe(new RecordResult.Unavailable("disk full"));
        (await two.Soon()).ShouldBe(new RecordResult.Unavailable("disk full"));
        _store.Asked.ShouldBe(1);
        recorder.Queued.ShouldBe(0);
        _listener.Batches.ShouldBeEmpty();

        _store.Away = null;
        var again = recorder.RecordAsync([Some.Placed("a", 1)], CancellationToken.None);
        await recorder.RunOnceAsync();
        Outcomes(await again.Soon()).ShouldBe([RecordOutcome.Accepted.Instance]);
    }

    [Fact]
    public async Task What_was_taken_in_is_recorded_before_the_end_and_nothing_is_taken_behind_it()
    {
        var recorder = Recorder(commitLimit: 1);
        var waiting = Enumerable.Range(0, 5).Select(index => recorder.RecordAsync([Some.Placed($"e-{index}", index)], CancellationToken.None)).ToList();
        recorder.Complete();
        (await recorder.RecordAsync([Some.Placed("late", 1)], CancellationToken.None).Soon()).ShouldBeOfType<RecordResult.Unavailable>();
        recorder.Queued.ShouldBe(5);
        await recorder.RunAsync().Soon();
        (await Task.WhenAll(waiting).Soon()).SelectMany(Outcomes).Count(outcome => outcome is RecordOutcome.Accepted).ShouldBe(5);
    }

    [Fact]
    public async Task A_commit_holds_whole_requests_up_to_its_limit()
    {
        var recorder = Recorder(commitLimit: 10);
        var requests = Enumerable.Range(0, 10).Select(index => recorder.RecordAsync(Many($"r-{index}", 3), CancellationToken.None)).ToList();
        requests.Add(recorder.RecordAsync(Many("large", 25), CancellationToken.None));
        requests.Add(recorder.RecordAsync(Many("small", 1), CancellationToken.None));
        recorder.Complete();
        await recorder.RunAsync().Soon();
        await Task.WhenAll(requests).Soon();
        _store.Commits.ShouldBe([9, 9, 9, 3, 25, 1]);
    }

    [Fact]
    public async Task Giving_up_the_wait_does_not_give_up_the_recording()
    {
        var recorder = Recorder();
        using var impatient = new CancellationTokenSource();
        var request = recorder.RecordAsync([Some.Placed("a", 1)], impatient.Token);
        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => request.Soon());
        await recorder.RunOnceAsync();
        (await _store.FindAsync(Some.Tenant, "o-1", CancellationToken.None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task No_events_are_no_trouble()
    {
        var recorder = Recorder();
        var request = recorder.RecordAsync([], CancellationToken.None);
        await recorder.RunOnceAsync();
        Outcomes(await request.Soon()).ShouldBeEmpty();
    }

    private EventRecorder Recorder(int queueLimit = 1_000, int commitLimit = 1_000) => new(_store, Some.Tools, _listener, new FakeClock(), queueLimit, commitLimit);

    private static RecordedEvent[] Many(string name, int count) => [.. Enumerable.Range(0, count).Select(index => Some.Placed($"{name}-{index}", index))];

    private static RecordOutcome[] Outcomes(RecordResult result) => [.. result.ShouldBeOfType<RecordResult.Recorded>().Outcomes];

    private static async Task EndAsync(EventRecorder recorder, Task running)
    {
        recorder.Complete();
        await running.Soon();
    }

    private sealed class Listener : ICommitListener
    {
        public List<IReadOnlyList<StreamEntry>> Batches { get; } = [];

        public void Committed(IReadOnlyList<StreamEntry> entries) => Batches.Add(entries);
    }

    /// <summary>A store whose next commit can be held, that chokes on one event, and that can be away.</summary>
    private sealed class GatedStore : IOrderStore
    {
        public const string Poison = "poison";
        private readonly MemoryStore _inner = new();
        private Hold? _hold;

        public List<int> Commits { get; } = [];

        public int Asked { get; private set; }

        public string? Away { get; set; }

        public Hold HoldNext() => _hold = new Hold();

        public async Task<RecordingPlan> RecordAsync(IReadOnlyList<RecordedEvent> events, Func<RecordingContext, RecordingPlan> plan, CancellationToken cancellationToken)
        {
            Asked++;
            if (Away is not null)
            {
                if (Interlocked.Exchange(ref _hold, null) is { } patience)
                {
                    await patience.WaitAsync();
                }

                throw new StoreUnavailableException(Away);
            }

            if (events.Any(recorded => recorded.Id == Poison))
            {
                throw new InvalidOperationException(Poison);
            }

            if (Interlocked.Exchange(ref _hold, null) is { } hold)
            {
                await hold.WaitAsync();
            }

            var decided = await _inner.RecordAsync(events, plan, cancellationToken);
            Commits.Add(events.Count);
            return decided;
        }

        public Task<Order?> FindAsync(string tenant, string orderId, CancellationToken cancellationToken) => _inner.FindAsync(tenant, orderId, cancellationToken);

        public Task<OrderSnapshot?> SnapshotAsync(string tenant, string orderId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<ListedOrder>> ListAsync(OrderQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class Hold
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task;

        public void Release() => _released.SetResult();

        public Task WaitAsync()
        {
            _reached.SetResult();
            return _released.Task;
        }
    }
}
