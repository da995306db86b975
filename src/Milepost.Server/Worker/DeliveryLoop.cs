using System.Collections.Concurrent;
using System.Globalization;
using Milepost.Core.Deliveries;
using Milepost.Core.Recording;
using Milepost.Server.Channels;
using Milepost.Server.Settings;

namespace Milepost.Server.Worker;

/// <summary>
/// Empties one lane of the queue: leases what is due, decides what goes out, says that it begins, sends, reports. Each lane has a loop of its own, so that
/// news never waits for a step that bulk takes. Any number of nodes run this side by side. It is woken by its signal and looks once a second for the rest.
/// </summary>
internal sealed partial class DeliveryLoop(
    IDeliveryQueue queue, DeliveryClearing clearing, DeliverySending sending, DeliverySignal signal, LanePace pace, DeliveryOptions options, TimeProvider time, ILogger<DeliveryLoop> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DepthEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _leaseFor = TimeSpan.FromSeconds(options.LeaseSeconds);

    // Each life of a process is a worker of its own: what an earlier one held is not ours.
    private readonly string _owner = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Guid.NewGuid():N}");
    private readonly ConcurrentDictionary<Lease, long> _held = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentQueue<Completion> _finished = new();

    // Not disposed, for sends may outlive the loop; neither holds anything of the system's.
    private readonly SemaphoreSlim _reporting = new(1);
    private readonly CancellationTokenSource _hurry = new();
    private List<Lease> _leased = [];
    private bool _more;
    private long? _kept;
    private long? _measured;

    /// <summary>The sends under way, with their reports.</summary>
    private readonly List<Task> _sends = [];

    /// <summary>One pass. The sends that it starts go on behind it: see <see cref="IdleAsync"/>.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        _more = false;
        try
        {
            await ReportAsync();
            await KeepHouseAsync(cancellationToken);
            await ProceedAsync(cancellationToken);
            do
            {
                _more = await TakeAsync(cancellationToken);
            }
            while (_more && pace.Rest == TimeSpan.Zero);
        }
        catch (StoreUnavailableException failure)
        {
            Log.QueueAway(logger, failure);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // A mistake of ours must not end the loop: what one pass stumbles over, the next may not.
            Log.PassFailed(logger, failure);
        }
    }

    /// <summary>Fills the free places once. True: there was something, and there may be more.</summary>
    private async Task<bool> TakeAsync(CancellationToken cancellationToken)
    {
        if (pace.Places - _held.Count is not (> 0 and var places))
        {
            return false;
        }

        _leased = [.. await queue.LeaseAsync(_owner, pace.Lane, places, _leaseFor, time.GetUtcNow(), cancellationToken)];
        var found = _leased.Count > 0;
        await ProceedAsync(cancellationToken);
        return found;
    }

    /// <summary>Goes on with what is leased. Where this fails the leases stay in the list, and the next pass goes on.</summary>
    private async Task ProceedAsync(CancellationToken cancellationToken)
    {
        if (_leased.Count == 0)
        {
            return;
        }

        var leased = time.GetTimestamp();
        var cleared = await clearing.ClearAsync(_leased, cancellationToken);
        Cleared[] stay = [.. cleared.Where(one => one.Clearance is not Clearance.Send)];
        Cleared[] go = [.. cleared.Where(one => one.Clearance is Clearance.Send)];
        if (stay.Length > 0)
        {
            await queue.SettleAsync([.. stay.Select(one => new Settlement(one.Lease, one.Clearance))], time.GetUtcNow(), cancellationToken);
            DeliveryMetrics.Settled(stay);
            _leased = [.. go.Select(one => one.Lease)];
        }

        if (go.Length == 0)
        {
            return;
        }

        var begun = await queue.BeginAsync(_leased, _leaseFor, time.GetUtcNow(), cancellationToken);
        _leased = [];
        for (var index = 0; index < go.Length; index++)
        {
            Start(go[index], begun[index], leased);
        }
    }

    /// <summary>Waits until nothing is being sent.</summary>
    public Task IdleAsync()
    {
        lock (_sends)
        {
            return Task.WhenAll(_sends);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await RunOnceAsync(stoppingToken);
                await (_more ? Task.Delay(pace.Rest, time, stoppingToken) : signal.WaitAsync(Pause, time, stoppingToken));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await DrainAsync();
        }
    }

    /// <summary>Lets what is being sent come to its end for a while; then everything goes back, so that another node takes it at once.</summary>
    private async Task DrainAsync()
    {
        await using var limit = time.CreateTimer(_ => _hurry.Cancel(), null, DrainLimit, Timeout.InfiniteTimeSpan);
        await IdleAsync();
        try
        {
            await ReportAsync();
            var released = await queue.ReleaseAsync(_owner, time.GetUtcNow(), CancellationToken.None);
            Log.Stopped(logger, released);
        }
        catch (Exception failure)
        {
            // The store is away, or closed already where the host ends without stopping: the leases run out.
            Log.NotReleased(logger, failure, _leaseFor);
        }
    }

    /// <summary>
    /// Renews what this worker holds, then takes back what others have lost: in this order, so that a clock that was set forward makes no lease of our own
    /// look lost.
    /// </summary>
    private async Task KeepHouseAsync(CancellationToken cancellationToken)
    {
        if (_kept is { } kept && time.GetElapsedTime(kept) < Pause)
        {
            return;
        }

        _kept = time.GetTimestamp();
        Lease[] held = [.. _held.Keys];
        if (held.Length > 0)
        {
            await queue.RenewAsync(held, _leaseFor, time.GetUtcNow(), cancellationToken);
        }

        // What concerns the whole queue is one loop's business.
        if (pace.Lane != DeliveryLane.News)
        {
            return;
        }

        SweepResult swept;
        do
        {
            swept = await queue.SweepAsync(time.GetUtcNow(), cancellationToken);
            DeliveryMetrics.Sweep(swept);
        }
        while (swept.More);

        if (_measured is not { } measured || time.GetElapsedTime(measured) >= DepthEvery)
        {
            _measured = time.GetTimestamp();
            DeliveryMetrics.Depth(await queue.DepthAsync(time.GetUtcNow(), cancellationToken));
        }
    }

    private void Start(Cleared cleared, LeaseResult begun, long leased)
    {
        if (begun == LeaseResult.Fenced)
        {
            DeliveryMetrics.Fenced();
            return;
        }

        _held[cleared.Lease] = leased;
        var send = SendAsync(cleared.Lease, cleared.Message!);
        lock (_sends)
        {
            _sends.RemoveAll(done => done.IsCompleted);
            _sends.Add(send);
        }
    }

    private async Task SendAsync(Lease lease, OutgoingMessage message)
    {
        var outcome = await sending.SendAsync(lease, message, _hurry.Token);
        _finished.Enqueue(new Completion(lease, outcome));
        await ReportAsync();
        signal.Raise();
    }

    /// <summary>Reports everything that is finished in one commit; while one runs, the next reports gather. What the store does not take is kept for the next pass.</summary>
    private async Task ReportAsync()
    {
        await _reporting.WaitAsync();
        List<Completion> batch = [];
        try
        {
            while (_finished.TryDequeue(out var completion))
            {
                batch.Add(completion);
            }

            if (batch.Count == 0)
            {
                return;
            }

            var results = await queue.CompleteAsync(batch, time.GetUtcNow(), CancellationToken.None);
            for (var index = 0; index < batch.Count; index++)
            {
                Reported(batch[index], results[index]);
            }
        }
        catch (Exception failure)
        {
            // Whatever it was: what is known of a delivery must not be forgotten.
            batch.ForEach(_finished.Enqueue);
            Log.NotReported(logger, failure, batch.Count);
        }
        finally
        {
            _reporting.Release();
        }
    }

    private void Reported(Completion completion, LeaseResult result)
    {
        _held.TryRemove(completion.Lease, out var leased);
        if (result == LeaseResult.Fenced)
        {
            DeliveryMetrics.Fenced();
            Log.Fenced(logger, completion.Lease.Delivery.Id);
            return;
        }

        DeliveryMetrics.Done(completion.Lease.Delivery.Channel, completion.Outcome, time.GetElapsedTime(leased));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The delivery queue cannot be reached; trying again")]
        public static partial void QueueAway(ILogger logger, Exception failure);

        [LoggerMessage(2, LogLevel.Warning, "{Count} outcomes of deliveries could not be written; they are kept and tried again")]
        public static partial void NotReported(ILogger logger, Exception failure, int count);

        [LoggerMessage(3, LogLevel.Warning, "Delivery {Delivery} was reported behind its lease; the report was refused")]
        public static partial void Fenced(ILogger logger, string delivery);

        [LoggerMessage(4, LogLevel.Information, "The delivery worker stopped and gave {Count} deliveries back")]
        public static partial void Stopped(ILogger logger, int count);

        [LoggerMessage(6, LogLevel.Error, "A pass over the delivery queue failed; trying again")]
        public static partial void PassFailed(ILogger logger, Exception failure);

        [LoggerMessage(5, LogLevel.Warning, "The delivery worker could not give its deliveries back; others take them when the leases run out, after {Lease}")]
        public static partial void NotReleased(ILogger logger, Exception failure, TimeSpan lease);
    }
}
