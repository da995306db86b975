using Milepost.Realtime.Backplane;

namespace Milepost.Realtime.Tests.Backplane;

/// <summary>What every backplane does, between two nodes over real Redis.</summary>
public abstract class RedisBackplaneConformance(string connection) : BackplaneConformance
{
    private readonly RedisNode _one = new(connection);
    private readonly RedisNode _other = new(connection);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override Task<(IBackplane One, IBackplane Other)> CreateAsync() => Task.FromResult<(IBackplane, IBackplane)>((_one.Backplane, _other.Backplane));

    protected override Task StartAsync() => Task.WhenAll(_one.StartAsync(), _other.StartAsync());
}
