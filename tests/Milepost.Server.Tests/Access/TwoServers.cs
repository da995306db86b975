using Milepost.Server.Settings;
using Milepost.Server.Testing;
using Milepost.Testing;
using Milepost.Testing.Servers;

namespace Milepost.Server.Tests.Access;

/// <summary>Two whole servers on one database and one Redis.</summary>
internal sealed class TwoServers : IAsyncDisposable
{
    private readonly TempDirectory _data = new();

    private TwoServers(RedisServer redis) => Redis = redis;

    public RedisServer Redis { get; }

    public TestServer First { get; private set; } = null!;

    public TestServer Second { get; private set; } = null!;

    public static async Task<TwoServers> StartAsync(Action<ServerSettings>? configure = null)
    {
        var servers = new TwoServers(await RedisServer.StartAsync());
        servers.First = await servers.StartOneAsync(configure);
        servers.Second = await servers.StartOneAsync(configure);
        await servers.RedisIsAsync(healthy: true);
        return servers;
    }

    /// <summary>Waits until both servers know how Redis is.</summary>
    public async Task RedisIsAsync(bool healthy)
    {
        using var deadline = new CancellationTokenSource(Deadline.Default);
        foreach (var server in (TestServer[])[First, Second])
        {
            var connection = server.Get<Realtime.Backplane.Redis.RedisConnections>().All[0];
            while (connection.IsHealthy != healthy)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), deadline.Token);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await First.DisposeAsync();
        await Second.DisposeAsync();
        await Redis.DisposeAsync();
        _data.Dispose();
    }

    private Task<TestServer> StartOneAsync(Action<ServerSettings>? configure) => TestServer.StartAsync(
        settings =>
        {
            settings.Redis.Connections = Redis.Connection;
            configure?.Invoke(settings);
        },
        _data.Path);
}
