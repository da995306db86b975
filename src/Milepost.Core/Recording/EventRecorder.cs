using System.Threading.Channels;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Streams;

namespace Milepost.Core.Recording;

/// <summary>What became of a request to record.</summary>
public abstract record RecordResult
{
    private RecordResult()
    {
    }

    /// <summary>Committed: one outcome for each event.</summary>
    public sealed record Recorded(IReadOnlyList<RecordOutcome> Outcomes) : RecordResult;

    /// <summary>Nothing was done: too much is waiting already.</summary>
    public sealed record Busy : RecordResult;

    /// <summary>The store could not say that it is on disk. Sending it again is harmless.</summary>
    public sealed record Unavailable(string Reason) : RecordResult;
}

/// <summary>Is told of entries once they are on disk, in the order of the commits. Must not block and must not throw.</summary>
public interface ICommitListener
{
    void Committed(IReadOnlyList<StreamEntry> entries);
}

/// <summary>
/// The one write path. Requests wait in a queue; while one transaction runs the next batch fills, so that under load many requests share one
/// commit and one fsync, and at rest a request waits for nobody. There is no timer.
/// </summary>
public sealed class EventRecorder(IOrderStore store, NotificationTools tools, ICommitListener listener, TimeProvider time, int queueLimit, int commitLimit)
{
    // Bounded by events, not by requests (see _queued); waiting for room is the caller's decision, so it is told "busy" at once.
    private readonly Channel<Request> _requests = Channel.CreateUnbounded<Request>(new UnboundedChannelOptions { SingleReader = true });
    private readonly List<Request> _batch = [];
    private int _queued;

    /// <summary>Is told how many deliveries a commit has queued, so that a worker on this node need not look for them. Must not block.</summary>
    public Action<int> DeliveriesQueued { get; init; } = _ => { };

    /// <summary>How many events wait for a commit.</summary>
    public int Queued => Volatile.Read(ref _queued);

    /// <summary>
    /// Records events. The answer comes after the commit. Cancelling stops the waiting, not the recording.
    /// </summary>
    public async Task<RecordResult> RecordAsync(IReadOnlyList<RecordedEvent> events, CancellationToken cancellationToken)
    {
        if (Interlocked.Add(ref _queued, events.Count) > queueLimit)
        {
            Interlocked.Add(ref _queued, -events.Count);
            RecordingMetrics.WasBusy(events.Count);
            return new RecordResult.Busy();
        }

        var request = new Request(events, time.GetTimestamp());
        RecordingMetrics.Queued.Add(events.Count);
        if (!_requests.Writer.TryWrite(request))
        {
            Interlocked.Add(ref _queued, -events.Count);
            RecordingMetrics.Queued.Add(-events.Count);
            return new RecordResult.Unavailable("The server is shutting down.");
        }

        return await request.Done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>What an event would cause now. It is decided with the same locks and the same rules, and nothing of it is written.</summary>
    /// <exception cref="StoreUnavailableException">The store could not be asked.</exception>
    public async Task<RecordingPlan> DryRunAsync(RecordedEvent recorded, CancellationToken cancellationToken)
    {
        RecordingPlan? plan = null;
        await store.RecordAsync(
            [recorded],
            context =>
            {
                plan = RecordingPlanner.Plan(context, tools, [recorded], time.GetUtcNow());
                return new RecordingPlan { Outcomes = plan.Outcomes };
            },
            cancellationToken);
        return plan!;
    }

    /// <summary>Runs until <see cref="Complete"/> and the queue is empty.</summary>
    public async Task RunAsync()
    {
        while (await _requests.Reader.WaitToReadAsync())
        {
            await RunOnceAsync();
        }
    }

    /// <summary>Takes no more requests; those that wait are still recorded.</summary>
    public void Complete() => _requests.Writer.TryComplete();

    /// <summary>One commit with whatever waits, up to the commit limit.</summary>
    internal async Task RunOnceAsync()
    {
        _batch.Clear();
        var count = 0;
        while (_requests.Reader.TryPeek(out var next) && (count == 0 || count + next.Events.Count <= commitLimit) && _requests.Reader.TryRead(out next))
        {
            _batch.Add(next);
            count += next.Events.Count;
        }

        Interlocked.Add(ref _queued, -count);
        RecordingMetrics.Queued.Add(-count);
        var failure = await TryCommitAsync(_batch);
        if (failure is null or StoreUnavailableException || _batch.Count == 1)
        {
            Fail(_batch, failure);
            if (failure is StoreUnavailableException)
            {
                FailWaiting(failure);
            }

            return;
        }

        // A request that the store chokes on must not take its neighbours with it: each one goes alone.
        foreach (var request in _batch)
        {
            Fail([request], await TryCommitAsync([request]));
        }
    }

    // Whoever came while that commit waited for the store would wait as long again, and those behind them longer still. For them nothing has been
    // done, so they are told at once and can try another node.
    private void FailWaiting(Exception failure)
    {
        _batch.Clear();
        while (_requests.Reader.TryRead(out var request))
        {
            _batch.Add(request);
            Interlocked.Add(ref _queued, -request.Events.Count);
        }

        Fail(_batch, failure);
    }

    private static void Fail(List<Request> requests, Exception? failure)
    {
        switch (failure)
        {
            case null:
                break;
            case StoreUnavailableException unavailable:
                RecordingMetrics.WasUnavailable(requests.Sum(request => request.Events.Count));
                requests.ForEach(request => request.Done.TrySetResult(new RecordResult.Unavailable(unavailable.Message)));
                break;
            default:
                requests.ForEach(request => request.Done.TrySetException(failure));
                break;
        }
    }

    private async Task<Exception?> TryCommitAsync(List<Request> requests)
    {
        try
        {
            IReadOnlyList<RecordedEvent> events = requests.Count == 1 ? requests[0].Events : [.. requests.SelectMany(request => request.Events)];
            var started = time.GetTimestamp();
            var plan = await store.RecordAsync(events, context => RecordingPlanner.Plan(context, tools, events, time.GetUtcNow()), CancellationToken.None);
            RecordingMetrics.Committed(plan.Outcomes, time.GetElapsedTime(started));
            listener.Committed(plan.Entries);
            if (plan.Deliveries.Count > 0)
            {
                DeliveriesQueued(plan.Deliveries.Count);
            }

            var at = 0;
            foreach (var request in requests)
            {
                RecordingMetrics.HintDelay.Record(time.GetElapsedTime(request.TakenAt).TotalSeconds);
                request.Done.TrySetResult(new RecordResult.Recorded(plan.Outcomes[at..(at + request.Events.Count)]));
                at += request.Events.Count;
            }

            return null;
        }
        catch (Exception failure)
        {
            // Nobody is listening here: the failure goes to those who wait for this commit.
            return failure;
        }
    }

    private sealed class Request(IReadOnlyList<RecordedEvent> events, long takenAt)
    {
        /// <summary>Monotonic.</summary>
        public long TakenAt => takenAt;

        public IReadOnlyList<RecordedEvent> Events { get; } = events;

        public TaskCompletionSource<RecordResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
