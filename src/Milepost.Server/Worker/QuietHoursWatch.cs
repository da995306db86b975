using Milepost.Core.Deliveries;
using Milepost.Core.Preferences;
using Milepost.Core.Recording;

namespace Milepost.Server.Worker;

/// <summary>
/// The rules of time zones change. What waits for the end of quiet hours waits for an instant that was computed by the rules of then, perhaps by an
/// older version of this program: at each start it is decided anew, and waits again for the right instant.
/// </summary>
internal sealed partial class QuietHoursWatch(IDeliveryQueue queue, TimeProvider time, ILogger<QuietHoursWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);

    /// <summary>False: the queue could not be reached.</summary>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            var woken = await queue.WakeAsync(ClearanceCode.QuietHours, time.GetUtcNow(), cancellationToken);
            if (woken > 0)
            {
                Log.Woken(logger, woken, QuietHoursCalendar.TzdataVersion);
            }

            return true;
        }
        catch (StoreUnavailableException failure)
        {
            Log.NotWoken(logger, failure);
            return false;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Again, time);
        try
        {
            while (!await RunOnceAsync(stoppingToken))
            {
                await timer.WaitForNextTickAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Count} deliveries that wait for the end of quiet hours are decided anew by the time zone rules {Version}")]
        public static partial void Woken(ILogger logger, int count, string version);

        [LoggerMessage(2, LogLevel.Warning, "What waits for the end of quiet hours could not be looked at; trying again")]
        public static partial void NotWoken(ILogger logger, Exception failure);
    }
}
