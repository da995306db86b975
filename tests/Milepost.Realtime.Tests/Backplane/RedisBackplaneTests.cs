using Milepost.Testing.Servers;

namespace Milepost.Realtime.Tests.Backplane;

public sealed class RedisBackplaneTests(RedisFixture redis) : RedisBackplaneConformance(redis.Server.Connection), IClassFixture<RedisFixture>;

/// <summary>One Redis for all tests of a class.</summary>
public sealed class RedisFixture : IAsyncLifetime
{
    internal RedisServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
