using Milepost.Protocol.Streams;
using Milepost.Realtime.Backplane;
using Milepost.Realtime.Streams;
using Milepost.Testing.Servers;

namespace Milepost.Realtime.Tests.Backplane;

public sealed class RedisClusterTests(RedisClusterFixture redis) : BackplaneConformance, IClassFixture<RedisClusterFixture>
{
    private RedisNode _one = null!;
    private RedisNode _other = null!;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _one.DisposeAsync();
        await _other.DisposeAsync();
    }

    protected override Task<(IBackplane One, IBackplane Other)> CreateAsync()
    {
        (_one, _other) = (new RedisNode(redis.Cluster.Connection), new RedisNode(redis.Cluster.Connection));
        return Task.FromResult<(IBackplane, IBackplane)>((_one.Backplane, _other.Backplane));
    }

    protected override Task StartAsync() => Task.WhenAll(_one.StartAsync(), _other.StartAsync());
}

/// <summary>One cluster for all tests of a class.</summary>
public sealed class RedisClusterFixture : IAsyncLifetime
{
    internal RedisCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Cluster = await RedisCluster.StartAsync();

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
