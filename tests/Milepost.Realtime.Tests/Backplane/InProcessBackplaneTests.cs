using Milepost.Protocol.Streams;
using Milepost.Realtime.Backplane;

namespace Milepost.Realtime.Tests.Backplane;

public sealed class InProcessBackplaneTests : BackplaneConformance
{
    [Fact]
    public void A_node_alone_has_nobody_to_tell()
    {
        var backplane = new InProcessBackplane();
        _ = new Listener(backplane);

        (backplane.HasPeers, backplane.IsLossless, backplane.IsHealthy(A)).ShouldBe((false, true, true));
    }

    protected override Task<(IBackplane One, IBackplane Other)> CreateAsync()
    {
        var one = new InProcessBackplane();
        return Task.FromResult<(IBackplane, IBackplane)>((one, one.ForPeer()));
    }
}
