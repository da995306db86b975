namespace Milepost.Server.Hosting;

/// <summary>Where a node is in its life.</summary>
internal enum NodePhase
{
    /// <summary>Not all parts run yet.</summary>
    Starting,
    Serving,

    /// <summary>It is about to stop: still serves what comes, and wants nothing new that lasts.</summary>
    Draining,
}

/// <summary>The phase of this node: whether it wants new work.</summary>
internal sealed class NodeLife
{
    private volatile NodePhase _phase = NodePhase.Starting;

    public NodePhase Phase => _phase;

    public void Started() => Interlocked.CompareExchange(ref _phase, NodePhase.Serving, NodePhase.Starting);

    public void Drain() => _phase = NodePhase.Draining;
}
