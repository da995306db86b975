using Milepost.Realtime.Sessions;

namespace Milepost.Server.Hosting;

/// <summary>
/// When the host stops, before Kestrel stops listening to them: every client is told to come back, each at another moment. Connections that
/// do not take their goodbye are cut, so that they do not hold up the end of everything else.
/// </summary>
internal sealed partial class SessionDrain(SessionRegistry registry, IHostApplicationLifetime host, TimeProvider time, ILogger<SessionDrain> logger) : BackgroundService
{
    private static readonly TimeSpan ReconnectSpread = TimeSpan.FromSeconds(5);

    // The close handshake takes a round trip; a phone on a slow network may take a few.
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(8);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        host.ApplicationStopping.Register(() => registry.Drain(ReconnectSpread, new Random(Environment.ProcessId)));
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, host.ApplicationStopping);
        }
        catch (OperationCanceledException)
        {
            // The host begins to stop; this loop is stopped later, when Kestrel has let go of all connections.
        }

        try
        {
            await Task.Delay(Goodbye, time, stoppingToken);
            var cut = registry.CutAll();
            if (cut > 0)
            {
                Log.Cut(logger, cut, Goodbye);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Everybody went by themselves.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Count} connections did not take their goodbye within {Goodbye} and were cut; their cursors resume elsewhere")]
        public static partial void Cut(ILogger logger, int count, TimeSpan goodbye);
    }
}
