using Milepost.Core.Recording;
using Milepost.Storage.Sqlite;

namespace Milepost.Server.Hosting.Storage;

/// <summary>Keeps the write-ahead log short, beside the commits.</summary>
internal sealed partial class CheckpointLoop(SqliteDatabase database, TimeProvider time, ILogger<CheckpointLoop> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await RunOnceAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops; closing the database does the last checkpoint.
        }
    }

    private async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await database.CheckpointAsync(cancellationToken);
        }
        catch (StoreUnavailableException failure)
        {
            Log.CheckpointFailed(logger, failure);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The write-ahead log could not be written back; it grows until that succeeds")]
        public static partial void CheckpointFailed(ILogger logger, Exception failure);
    }
}
