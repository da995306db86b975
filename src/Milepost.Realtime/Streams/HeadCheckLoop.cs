using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Backplane;

namespace Milepost.Realtime.Streams;

/// <summary>
/// Finds what no hint has told, by asking for the heads of many streams in one query:
/// 1. streams of which a hint may have been missed (just subscribed, connection restored): at once;
/// 2. streams whose hints cannot be expected to arrive: each second;
/// 3. all streams that somebody here listens to: every few seconds, because even a healthy backplane may lose a stream's last hint.
/// Where nothing can be lost it does nothing.
/// </summary>
public sealed partial class HeadCheckLoop(StreamHub hub, IStreamSource source, IBackplane backplane, TimeProvider time, Random random, ILogger<HeadCheckLoop> logger)
    : BackgroundService
{
    /// <summary>Between two passes over the streams without a healthy backplane.</summary>
    internal static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <summary>Between two passes over all streams, give or take a fifth, so that nodes do not ask in step.</summary>
    internal static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(3);

    private const int Chunk = 1000;

    private long _polled = time.GetTimestamp();
    private long _checked = time.GetTimestamp();
    private TimeSpan _interval = CheckInterval;

    /// <summary>One pass over whatever is due. False: the log could not be asked; what is still to be asked is kept.</summary>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var due = Due();
        foreach (var chunk in due.Chunk(Chunk))
        {
            try
            {
                foreach (var (stream, head) in await source.HeadsAsync(chunk, cancellationToken))
                {
                    if (hub.OfferHead(stream, head))
                    {
                        RealtimeMetrics.Healed.Add(1);
                    }
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                Log.Failed(logger, failure, due.Count);
                foreach (var stream in due)
                {
                    hub.Doubt(stream);
                }

                return false;
            }
        }

        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var answered = true;
        while (!backplane.IsLossless && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                await WaitAsync(answered ? hub.Doubted.WhenAny() : Task.Delay(Timeout.InfiniteTimeSpan, time, stoppingToken), stoppingToken);
                answered = await RunOnceAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // The server stops.
            }
        }
    }

    private async Task WaitAsync(Task doubt, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(doubt, Task.Delay(PollInterval, time, stop.Token));
        await stop.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private HashSet<StreamName> Due()
    {
        var due = hub.Doubted.Take();
        if (time.GetElapsedTime(_checked) >= _interval)
        {
            _checked = _polled = time.GetTimestamp();
            _interval = CheckInterval * (0.8 + 0.4 * random.NextDouble());
            return [.. hub.Streams];
        }

        if (time.GetElapsedTime(_polled) >= PollInterval)
        {
            _polled = time.GetTimestamp();
            due.UnionWith(hub.Streams.Where(stream => !backplane.IsHealthy(stream)));
        }

        return due;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The heads of {Count} streams could not be read; they are asked for again")]
        public static partial void Failed(ILogger logger, Exception failure, int count);
    }
}
