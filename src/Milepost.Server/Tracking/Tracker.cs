using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Tracking;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Streams;

namespace Milepost.Server.Tracking;

/// <summary>
/// Takes the fixes of drivers from wherever they come and makes of them what people see. In passes, some ten a second, each over the drivers whose turn it is:
/// 1. loads the drivers' states and their orders, as of one moment;
/// 2. judges the fixes and looks at each order (<see cref="DriverPass"/>: pure);
/// 3. records what was found out, as events with identities of their own: found out twice, it happens once;
/// 4. writes the states, unless somebody else was faster;
/// 5. shows those who follow an order where its driver is.
/// Events come before states: a crash in between finds out again what is recorded already.
/// </summary>
internal sealed partial class Tracker(
    FixInbox inbox, ITrackingStore store, EventRecorder recorder, StreamHub hub, TrackingViews views, DriverPasses passes, TimeProvider time, ILogger<Tracker> logger)
    : BackgroundService, IFixSink
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public void Offer(string tenant, IReadOnlyList<LocationFix> fixes)
    {
        if (inbox.Add(tenant, fixes) is > 0 and var lost)
        {
            TrackerMetrics.Lost.Add(lost);
        }
    }

    /// <summary>One pass. False: there was nothing to do, or it could not be done and is tried again.</summary>
    internal async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var taken = inbox.Take(ITrackingStore.MaxDrivers);
        TrackerMetrics.Waiting(inbox.Waiting);
        if (taken.Count == 0)
        {
            return false;
        }

        try
        {
            await TrackAsync(taken, cancellationToken);
            return true;
        }
        catch (StoreUnavailableException failure)
        {
            Log.NotTracked(logger, failure, taken.Count);
            inbox.Return(taken);
            return false;
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Log.Failed(logger, failure, taken.Count);
            return false;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await RunOnceAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops; the next fixes come to another node, or to this one when it is back.
        }
    }

    private async Task TrackAsync(IReadOnlyList<(DriverKey Driver, IReadOnlyList<LocationFix> Fixes)> taken, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var situations = await store.LoadAsync([.. taken.Select(driver => driver.Driver)], cancellationToken);
        var done = new List<(IReadOnlyList<LocationFix> Fixes, DriverPass Pass)>(taken.Count);
        foreach (var (driver, fixes) in taken)
        {
            if (Run(driver, situations[driver], fixes, now) is { } pass)
            {
                done.Add((fixes, pass));
            }
        }

        await RecordAsync([.. done.SelectMany(driver => driver.Pass.Events)], cancellationToken);
        DriverKey[] changed = [.. done.Where(driver => driver.Pass.Events.Count > 0).Select(driver => driver.Pass.Driver)];
        var renewed = changed.Length == 0 ? situations : await store.LoadAsync(changed, cancellationToken);
        var lost = (await store.SaveAsync(DriverPass.Changes(done.Select(driver => driver.Pass)), cancellationToken)).ToHashSet();
        foreach (var (fixes, pass) in done)
        {
            if (lost.Count > 0 && pass.IsAmong(lost))
            {
                // Another node was faster; what is newer than what it knows counts next time.
                inbox.Return([(pass.Driver, fixes)]);
                continue;
            }

            Show(pass, pass.Events.Count > 0 ? pass.OrdersAsOf(renewed[pass.Driver]) : pass.Orders);
            if (pass.CheckAt is { } at)
            {
                inbox.LookAt(pass.Driver, at);
            }
        }
    }

    // One driver's trouble must not keep the others from being shown.
    private DriverPass? Run(DriverKey driver, Situation situation, IReadOnlyList<LocationFix> fixes, DateTimeOffset now)
    {
        try
        {
            return passes.Run(driver, situation, fixes, now);
        }
        catch (Exception failure)
        {
            // A mistake of ours. These fixes would only make it again; the driver's next ones are looked at anew.
            Log.Failed(logger, failure, 1);
            return null;
        }
    }

    private void Show(DriverPass pass, IReadOnlyList<LookedAt> orders)
    {
        foreach (var order in orders.Where(order => pass.Newest is not null && hub.IsHeard(StreamName.Order(order.Order.Tenant, order.Order.Id))))
        {
            hub.Publish(StreamName.Order(order.Order.Tenant, order.Order.Id), views.Frame(order, pass.Newest!));
        }

        if (pass.Newest is { } newest)
        {
            TrackerMetrics.Took(time.GetUtcNow() - newest.ReceivedAt);
        }
    }

    private async Task RecordAsync(IReadOnlyList<RecordedEvent> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
        {
            return;
        }

        switch (await recorder.RecordAsync(events, cancellationToken))
        {
            case RecordResult.Recorded:
                break;
            case RecordResult.Unavailable unavailable:
                throw new StoreUnavailableException(unavailable.Reason);
            default:
                throw new StoreUnavailableException("Too many events wait to be written.");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The fixes of {Count} drivers could not be looked at; they are kept and tried again")]
        public static partial void NotTracked(ILogger logger, Exception failure, int count);

        [LoggerMessage(2, LogLevel.Error, "Looking at the fixes of {Count} drivers failed; they are dropped")]
        public static partial void Failed(ILogger logger, Exception failure, int count);
    }
}
