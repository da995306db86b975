using Milepost.Core.Leases;

namespace Milepost.Server.Logistics.Leases;

/// <summary>A lease as its holder sees it, measured by the monotonic clock from before the call that gave it.</summary>
internal sealed class HeldLease(WorkLease lease, TimeProvider time, long since)
{
    private long _since = since;

    public WorkLease Lease => lease;

    /// <summary>What the holder before has left.</summary>
    public string Left => lease.Payload;

    /// <summary>What is left for the next holder: asked at each renewal and at the end.</summary>
    public Func<string> ToLeave { get; set; } = () => lease.Payload;

    /// <summary>For how long nobody else can have it; not above zero: perhaps somebody has.</summary>
    public TimeSpan Remaining => LeasedWork.LeaseFor - LeasedWork.Margin - time.GetElapsedTime(Interlocked.Read(ref _since));

    public bool IsHeld => Remaining > TimeSpan.Zero;

    public void Renewed(long asked) => Interlocked.Exchange(ref _since, asked);
}
