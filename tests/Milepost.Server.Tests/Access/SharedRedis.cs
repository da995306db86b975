using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Realtime.Backplane.Redis;
using Milepost.Testing;
using Milepost.Testing.Servers;

namespace Milepost.Server.Tests.Access;

/// <summary>A real Redis, and the connections of as many nodes as a test has.</summary>
public sealed class SharedRedis : IAsyncLifetime
{
    private readonly List<RedisConnections> _nodes = [];

    public RedisServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RedisServer.StartAsync();

    /// <summary>The connections of one more node; returns when they work.</summary>
    public async Task<RedisConnections> NodeAsync()
    {
        var node = new RedisConnections([Server.Connection], TimeProvider.System, NullLogger<RedisConnection>.Instance);
        _nodes.Add(node);
        await node.StartAsync(CancellationToken.None).Soon();
        await HealthyAsync(node, healthy: true);
        return node;
    }

    /// <summary>Looks after the connections, as the server's loop does, until they are as expected.</summary>
    public static async Task HealthyAsync(RedisConnections node, bool healthy)
    {
        using var loop = new RedisWatchLoop(node, TimeProvider.System);
        using var deadline = new CancellationTokenSource(Deadline.Default);
        while (node.All[0].IsHealthy != healthy)
        {
            await loop.RunOnceAsync(deadline.Token);
            await Task.Delay(TimeSpan.FromMilliseconds(20), deadline.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _nodes.ForEach(node => node.Dispose());
        await Server.DisposeAsync();
    }
}
