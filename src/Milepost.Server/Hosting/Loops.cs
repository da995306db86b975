using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Backplane;
using Milepost.Realtime.Sessions;
using Milepost.Server.Gateway;

namespace Milepost.Server.Hosting;

/// <summary>Runs the recorder; at the end everything that was taken in is still recorded.</summary>
internal sealed class RecorderLoop(EventRecorder recorder) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        stoppingToken.Register(recorder.Complete);
        return recorder.RunAsync();
    }
}

/// <summary>The sessions' shared heartbeat.</summary>
internal sealed class HeartbeatLoop(SessionRegistry registry) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => registry.RunAsync(stoppingToken);
}

/// <summary>Carries hints between the nodes.</summary>
internal sealed class BackplaneLoop(IBackplane backplane) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => backplane.RunAsync(stoppingToken);
}

/// <summary>Writes down, once a second, what devices have confirmed.</summary>
internal sealed partial class AcknowledgementLoop(Acknowledgements pending, IStreamLog log, TimeProvider time, ILogger<AcknowledgementLoop> logger) : BackgroundService
{
    // When thousands of devices come back at once each of them confirms something. In one piece that would hold the writer for hundreds of
    // milliseconds, and what is recorded would wait for it; between two pieces it goes first.
    private const int AtATime = 100;

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        KeyValuePair<StreamName, long>[][] pieces = [.. pending.Take().Chunk(AtATime)];
        for (var written = 0; written < pieces.Length; written++)
        {
            try
            {
                await log.AcknowledgeAsync(pieces[written], cancellationToken);
            }
            catch (StoreUnavailableException failure)
            {
                Keep(failure, [.. pieces[written..].SelectMany(piece => piece)]);
                return;
            }
        }
    }

    private void Keep(StoreUnavailableException failure, IReadOnlyList<KeyValuePair<StreamName, long>> positions)
    {
        Log.NotWritten(logger, failure, positions.Count);
        foreach (var (stream, offset) in positions)
        {
            pending.Add(stream, offset);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await RunOnceAsync(CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await RunOnceAsync(CancellationToken.None);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Count} acknowledgements could not be written; they are tried again")]
        public static partial void NotWritten(ILogger logger, Exception failure, int count);
    }
}
