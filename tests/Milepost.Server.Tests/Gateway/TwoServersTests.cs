using Microsoft.Extensions.DependencyInjection;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Backplane.Redis;
using Milepost.Server.Hosting;
using Milepost.Server.Settings;
using Milepost.Server.Testing;
using Milepost.Testing;
using Milepost.Testing.Servers;

namespace Milepost.Server.Tests.Gateway;

/// <summary>Two whole servers on one PostgreSQL and one Redis: one takes events and holds no connections, the other does the reverse.</summary>
public sealed class TwoServersTests : IAsyncLifetime
{
    private PostgresServer _postgres = null!;
    private RedisServer _redis = null!;
    private TestServer _api = null!;
    private TestServer _gateway = null!;
    private Shop _shop = null!;

    private RedisConnection Connection => _gateway.Get<RedisConnections>().All[0];

    private Readiness Readiness => _gateway.App.Services.GetServices<IReadinessPart>().Single(part => part.Name == "redis").Current;

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgresServer.StartAsync();
        _redis = await RedisServer.StartAsync();
        var database = await _postgres.CreateDatabaseAsync();
        _api = await StartAsync(Roles.Api);
        _gateway = await StartAsync(Roles.Gateway);
        _shop = new Shop(_api);

        Task<TestServer> StartAsync(Roles roles) => TestServer.StartAsync(
            settings =>
            {
                settings.Storage.Provider = StorageOptions.Postgres;
                settings.Storage.ConnectionString = database;
                settings.Redis.Connections = _redis.Connection;
            },
            roles: roles);
    }

    public async ValueTask DisposeAsync()
    {
        _shop.Dispose();
        await _api.DisposeAsync();
        await _gateway.DisposeAsync();
        await _redis.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    [Fact]
    public async Task What_one_server_records_the_other_delivers_with_Redis_without_it_and_again_with_it()
    {
        await StateAsync(healthy: true);
        await using var live = await LiveSocket.OpenAsync(_gateway, "/ws/notifications", TestServer.Token("anna"));
        await live.NextAsync(FrameTypes.Ready);
        await _shop.PlacesAsync("o-1", "anna");
        await ArrivesAsync(1);
        Readiness.State.ShouldBe(ReadinessState.Ready);

        await _redis.KillAsync();
        await _shop.WritesNoteAsync("o-1");
        await ArrivesAsync(2);
        await StateAsync(healthy: false);
        Readiness.State.ShouldBe(ReadinessState.Degraded);
        await _shop.WritesNoteAsync("o-1");
        await ArrivesAsync(3);

        await _redis.RestartAsync();
        await StateAsync(healthy: true);
        await _shop.WritesNoteAsync("o-1");
        await ArrivesAsync(4);
        Readiness.State.ShouldBe(ReadinessState.Ready);

        async Task ArrivesAsync(long offset)
        {
            while ((await live.NextAsync()).ShouldNotBeNull().Offset is not { } arrived || arrived != offset)
            {
            }
        }
    }

    private async Task StateAsync(bool healthy)
    {
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        EventHandler handler = (_, _) => changed.TrySetResult();
        Connection.Restored += handler;
        Connection.Lost += handler;
        if (Connection.IsHealthy != healthy)
        {
            await changed.Task.Soon();
        }

        Connection.IsHealthy.ShouldBe(healthy);
    }
}
