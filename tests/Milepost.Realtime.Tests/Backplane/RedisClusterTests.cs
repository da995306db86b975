using Milepost.Testing.Servers;

namespace Milepost.Realtime.Tests.Backplane;

public sealed class RedisClusterTests(RedisClusterFixture redis) : RedisBackplaneConformance(redis.Cluster.Connection), IClassFixture<RedisClusterFixture>;

/// <summary>One cluster for all tests of a class.</summary>
public sealed class RedisClusterFixture : IAsyncLifetime
{
    internal RedisCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Cluster = await RedisCluster.StartAsync();

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
