using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Server.Settings;

namespace Milepost.Server.Worker;

/// <summary>Removes, once an hour, what is older than the installation keeps. Of several nodes one does it.</summary>
internal sealed partial class RetentionLoop(IRetentionStore store, ServerSettings settings, TimeProvider time, ILogger<RetentionLoop> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    /// <summary>One pass. Null: another node is doing it, or the database is away.</summary>
    internal async Task<RetentionOutcome?> RunOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await store.DropBeforeAsync(time.GetUtcNow().AddDays(-settings.Retention.Days), cancellationToken);
            if (outcome is { } dropped && dropped != default)
            {
                Log.Dropped(logger, dropped.Entries, dropped.Notifications, settings.Retention.Days);
            }

            return outcome;
        }
        catch (StoreUnavailableException failure)
        {
            Log.Failed(logger, failure);
            return null;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        try
        {
            do
            {
                await RunOnceAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops; what a pass has not done the next one does.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Removed {Entries} entries and {Notifications} notifications older than {Days} days")]
        public static partial void Dropped(ILogger logger, long entries, long notifications, int days);

        [LoggerMessage(2, LogLevel.Warning, "Old data could not be removed; the next pass tries again")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
