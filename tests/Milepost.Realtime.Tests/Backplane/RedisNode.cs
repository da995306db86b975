using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Realtime.Backplane.Redis;
using Milepost.Testing;

namespace Milepost.Realtime.Tests.Backplane;

/// <summary>A node's backplane over real Redis, with its loops running.</summary>
internal sealed class RedisNode : IAsyncDisposable
{
    public const long Epoch = 7;

    private readonly CancellationTokenSource _stop = new();
    private readonly RedisWatchLoop _watch;
    private Task _running = Task.CompletedTask;

    public RedisNode(params string[] connections)
    {
        Connections = new RedisConnections(connections, TimeProvider.System, NullLogger<RedisConnection>.Instance);
        Backplane = new RedisBackplane(Connections, () => Epoch, TimeProvider.System);
        _watch = new RedisWatchLoop(Connections, TimeProvider.System);
    }

    public RedisConnections Connections { get; }

    public RedisConnection Connection => Connections.All[0];

    public RedisBackplane Backplane { get; }

    /// <summary>Behind the attaching of the receiver.</summary>
    public async Task StartAsync(bool untilHealthy = true)
    {
        await _watch.StartAsync(CancellationToken.None);
        _running = Backplane.RunAsync(_stop.Token);
        if (untilHealthy)
        {
            await Task.WhenAll(Connections.All.Select(HealthyAsync));
        }
    }

    public static Task HealthyAsync(RedisConnection connection) =>
        ChangeAsync(connection, healthy: true, handler => connection.Restored += handler, handler => connection.Restored -= handler);

    public static Task AwayAsync(RedisConnection connection) =>
        ChangeAsync(connection, healthy: false, handler => connection.Lost += handler, handler => connection.Lost -= handler);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.Soon();
        await _watch.StopAsync(CancellationToken.None);
        _watch.Dispose();
        Connections.Dispose();
        _stop.Dispose();
    }

    private static async Task ChangeAsync(RedisConnection connection, bool healthy, Action<EventHandler> add, Action<EventHandler> remove)
    {
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        EventHandler handler = (_, _) => changed.TrySetResult();
        add(handler);
        if (connection.IsHealthy != healthy)
        {
            await changed.Task.Soon();
        }

        remove(handler);
    }
}
