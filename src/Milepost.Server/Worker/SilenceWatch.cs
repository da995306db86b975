using System.Diagnostics.Metrics;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Silence;
using Milepost.Core.Tenants;
using Milepost.Core.Tracking;
using Milepost.Server.Telemetry;

namespace Milepost.Server.Worker;

/// <summary>
/// Looks at orders of which nothing was heard in time, and records that they are late or not seen any more. Several workers do it beside each other:
/// each takes other orders, and what two of them find out is one event.
/// </summary>
internal sealed partial class SilenceWatch(IOrderWatch watch, EventRecorder recorder, ITenantCatalog tenants, TimeProvider time, ILogger<SilenceWatch> logger) : BackgroundService
{
    private const int AtOnce = 200;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // Until then a batch is ours: far longer than it takes, and no longer than anybody may wait where a worker dies.
    private static readonly TimeSpan Ours = TimeSpan.FromSeconds(30);

    private static readonly Counter<long> Said = new Meter(ServerMetrics.MeterName)
        .CreateCounter<long>("milepost.silence.events", "{event}", "What was said of orders that were not heard of, by word: a reason for delay, over, stale, fresh.");

    /// <summary>One pass over everything that is due.</summary>
    /// <returns>How many orders were looked at.</returns>
    internal async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var looked = 0;
        try
        {
            while (true)
            {
                // Stored to the tick: what is set again is found by it.
                var now = time.GetUtcNow();
                var due = await watch.TakeAsync(now, now + Ours, AtOnce, cancellationToken);
                looked += due.Count;
                if (due.Count > 0)
                {
                    await LookAsync(due, now, cancellationToken);
                }

                if (due.Count < AtOnce)
                {
                    return looked;
                }
            }
        }
        catch (StoreUnavailableException failure)
        {
            Log.Failed(logger, failure);
            return looked;
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
            // The server stops; what was taken is due again soon.
        }
    }

    private async Task LookAsync(IReadOnlyList<WatchedOrder> due, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var events = new List<RecordedEvent>();
        var next = new List<NextWatch>();
        foreach (var (order, lastFixAt) in due)
        {
            var settings = tenants.Of(order.Tenant).Tracking.Silence;
            var verdict = SilenceRules.Decide(order, lastFixAt, settings, now);
            if (verdict == SilenceVerdict.Nothing)
            {
                next.Add(new NextWatch(order.Tenant, order.Id, SilenceRules.NextCheckAt(order, lastFixAt, settings, now)));
                continue;
            }

            // Recording sets the next time; where it cannot be recorded, or was already, it is looked at again when it is not ours any more.
            if (verdict.Stale is { } stale)
            {
                events.Add(TrackingEvents.Stale(order, stale, now));
            }

            if (verdict.Delay is { } delay)
            {
                events.Add(TrackingEvents.Delayed(order, delay, now));
            }
        }

        await watch.SetAsync(next, now + Ours, cancellationToken);
        if (events.Count > 0)
        {
            await RecordAsync(events, cancellationToken);
        }
    }

    private async Task RecordAsync(List<RecordedEvent> events, CancellationToken cancellationToken)
    {
        if (await recorder.RecordAsync(events, cancellationToken) is not RecordResult.Recorded recorded)
        {
            Log.NotRecorded(logger, events.Count);
            return;
        }

        for (var index = 0; index < events.Count; index++)
        {
            if (recorded.Outcomes[index] is RecordOutcome.Accepted)
            {
                Said.Add(1, new KeyValuePair<string, object?>("word", Word(events[index])));
            }
        }
    }

    private static string Word(RecordedEvent said) => said switch
    {
        { Stale: { } stale } => stale.Stale ? "stale" : "fresh",
        { Delay: { Delayed: true, Reason: { } reason } } => reason,
        _ => "over",
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Orders that are due could not be looked at; the next pass tries again")]
        public static partial void Failed(ILogger logger, Exception failure);

        [LoggerMessage(2, LogLevel.Warning, "{Count} events about silent orders could not be recorded; they are found out again")]
        public static partial void NotRecorded(ILogger logger, int count);
    }
}
