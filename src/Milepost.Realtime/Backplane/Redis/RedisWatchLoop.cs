using Microsoft.Extensions.Hosting;

namespace Milepost.Realtime.Backplane.Redis;

/// <summary>Connects at the start, and looks after every connection once a second.</summary>
public sealed class RedisWatchLoop(RedisConnections connections, TimeProvider time) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await connections.StartAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>One pass.</summary>
    public Task RunOnceAsync(CancellationToken cancellationToken) => Task.WhenAll(connections.All.Select(connection => connection.CheckAsync(cancellationToken)));

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
            // The server stops.
        }
    }
}
