using System.Runtime.InteropServices;
using Milepost.Server.Settings;

namespace Milepost.Server.Hosting;

/// <summary>
/// What the process does when it is told to stop.
/// 1. The first signal: readiness goes off, and everything is served as before until the load balancer has noticed
///    (<c>Gateway:DrainSeconds</c>). A person's Ctrl-C (SIGINT) does not wait for that.
/// 2. The host stops: clients are told to come back, requests in flight are answered, what was taken in is recorded.
/// 3. A second signal ends the process at once.
/// 4. <see cref="Limit"/> after the first signal the process ends in any case.
/// </summary>
internal sealed partial class StopSignals(
    ServerSettings settings, NodeLife life, IHostApplicationLifetime host, IServiceProvider services, TimeProvider time, ILoggerFactory loggers) : IHostLifetime, IDisposable
{
    /// <summary>From the first signal to the end in every case. Service managers kill after 30 s by default.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(29);

    private const int SignalExitCode = 128;

    private readonly ILogger _logger = loggers.CreateLogger<StopSignals>();
    private readonly CancellationTokenSource _gone = new();
    private PosixSignalRegistration[] _registrations = [];
    private int _signals;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _registrations = [.. ((PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT]).Select(signal => PosixSignalRegistration.Create(signal, On))];
        host.ApplicationStarted.Register(life.Started);
        host.ApplicationStopping.Register(life.Drain);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        Array.ForEach(_registrations, registration => registration.Dispose());
        _gone.Cancel();
        _gone.Dispose();
    }

    private void On(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _signals) > 1)
        {
            Log.SecondSignal(_logger, context.Signal);
            End(SignalExitCode + Number(context.Signal));
            return;
        }

        // A node that does not serve yet has nobody to wait for.
        var wasServing = life.Phase == NodePhase.Serving;
        life.Drain();
        var grace = wasServing && context.Signal == PosixSignal.SIGTERM ? TimeSpan.FromSeconds(settings.Gateway.DrainSeconds) : TimeSpan.Zero;
        Log.Stopping(_logger, context.Signal, grace);
        _ = StopAsync(grace);
        _ = CutAsync();
    }

    private async Task StopAsync(TimeSpan grace)
    {
        if (grace > TimeSpan.Zero)
        {
            await Task.Delay(grace, time);
        }

        host.StopApplication();
    }

    /// <summary>Ends the process when something does not come to its end.</summary>
    private async Task CutAsync()
    {
        try
        {
            await Task.Delay(Limit, time, _gone.Token);
        }
        catch (OperationCanceledException)
        {
            // Everything has ended by itself.
            return;
        }

        var stuck = services.GetServices<IHostedService>().OfType<BackgroundService>().Where(loop => loop.ExecuteTask is { IsCompleted: false }).Select(loop => loop.GetType().Name);
        Log.Stuck(_logger, Limit, string.Join(", ", stuck));
        End(1);
    }

    private void End(int exitCode)
    {
        // The console's logger writes from a queue; this empties it.
        loggers.Dispose();
        Environment.Exit(exitCode);
    }

    private static int Number(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGINT => 2,
        PosixSignal.SIGQUIT => 3,
        _ => 15,
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Signal}: this node is no longer ready and stops in {Grace}")]
        public static partial void Stopping(ILogger logger, PosixSignal signal, TimeSpan grace);

        [LoggerMessage(2, LogLevel.Warning, "{Signal} again: the process ends at once. What was not acknowledged will be sent again")]
        public static partial void SecondSignal(ILogger logger, PosixSignal signal);

        [LoggerMessage(3, LogLevel.Error, "The process did not stop within {Limit} and is cut. Still running: {Loops}")]
        public static partial void Stuck(ILogger logger, TimeSpan limit, string loops);
    }
}
