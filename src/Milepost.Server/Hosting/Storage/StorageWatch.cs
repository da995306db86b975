using Milepost.Core.Recording;

namespace Milepost.Server.Hosting.Storage;

/// <summary>Asks the database once a second whether events could be recorded.</summary>
internal sealed partial class StorageWatch(IStorageEngine engine, TimeProvider time, ILogger<StorageWatch> logger) : BackgroundService, IReadinessPart
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    // Null: all is well.
    private volatile string? _problem = "not asked yet";

    public string Name => "storage";

    public Readiness Current => _problem is { } problem ? new Readiness(ReadinessState.Unavailable, problem) : new Readiness(ReadinessState.Ready);

    /// <summary>One question.</summary>
    internal async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var before = _problem;
        var problem = await ProblemAsync(cancellationToken);
        _problem = problem;
        if (problem is not null && before != problem)
        {
            Log.Unavailable(logger, problem);
        }
        else if (problem is null && before is not null)
        {
            Log.Available(logger);
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
            // The server stops.
        }
    }

    private async Task<string?> ProblemAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // The limit holds even where the engine is slow to give up.
            await engine.PingAsync(either.Token).WaitAsync(either.Token);
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "the database does not answer in time";
        }
        catch (StoreUnavailableException failure)
        {
            return failure.Message;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Nothing can be recorded: {Problem}")]
        public static partial void Unavailable(ILogger logger, string problem);

        [LoggerMessage(2, LogLevel.Information, "The database takes events")]
        public static partial void Available(ILogger logger);
    }
}
