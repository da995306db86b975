using Milepost.Core.Recording;
using Milepost.Storage;

namespace Milepost.Server.Hosting.Storage;

/// <summary>The server cannot start, and trying again does not help; the message says what would.</summary>
internal sealed class StartRefusedException(string message) : Exception(message);

/// <summary>
/// Opens the database before anything else starts. While its server is away this waits: nothing listens yet, so no load balancer takes the
/// node for ready.
/// </summary>
internal sealed partial class StorageStart(IStorageEngine engine, TimeProvider time, ILogger<StorageStart> logger) : IHostedService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                foreach (var warning in await engine.OpenAsync(step => Log.Progress(logger, step), cancellationToken))
                {
                    Log.Warning(logger, warning);
                }

                return;
            }
            catch (NewerSchemaException newer)
            {
                throw new StartRefusedException(newer.Message);
            }
            catch (StoreUnavailableException away)
            {
                Log.Waiting(logger, away.Message);
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Database: {Step}")]
        public static partial void Progress(ILogger logger, string step);

        [LoggerMessage(2, LogLevel.Warning, "{Warning}")]
        public static partial void Warning(ILogger logger, string warning);

        [LoggerMessage(3, LogLevel.Warning, "Waiting for the database before serving anything: {Reason}")]
        public static partial void Waiting(ILogger logger, string reason);
    }
}
