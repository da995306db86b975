using Milepost.Realtime.Backplane;
using Milepost.Testing.Servers;

namespace Milepost.Realtime.Tests.Backplane;

public sealed class RedisBackplaneTests(RedisFixture redis) : BackplaneConformance, IClassFixture<RedisFixture>
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
        (_one, _other) = (new RedisNode(redis.Server.Connection), new RedisNode(redis.Server.Connection));
        return Task.FromResult<(IBackplane, IBackplane)>((_one.Backplane, _other.Backplane));
    }

    protected override Task StartAsync() => Task.WhenAll(_one.StartAsync(), _other.StartAsync());
}

/// <summary>One Redis for all tests of a class.</summary>
public sealed class RedisFixture : IAsyncLifetime
{
    internal RedisServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
