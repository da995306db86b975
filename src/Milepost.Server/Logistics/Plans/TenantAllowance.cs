namespace Milepost.Server.Logistics.Plans;

/// <summary>How many requests may go out for a tenant: as many as are filled up in a second, and no more than that many at once.</summary>
/// <param name="perSecond">So many.</param>
/// <param name="now">The time, as <see cref="TimeProvider.GetTimestamp"/>.</param>
/// <param name="frequency">Of that time, per second.</param>
internal sealed class TenantAllowance(int perSecond, long now, long frequency)
{
    private double _left = perSecond;
    private long _filledAt = now;

    /// <summary>Takes one. False: wait.</summary>
    public bool TryTake(long at)
    {
        _left = Math.Min(perSecond, _left + ((double)Math.Max(0, at - _filledAt) / frequency * perSecond));
        _filledAt = Math.Max(at, _filledAt);
        if (_left < 1)
        {
            return false;
        }

        _left--;
        return true;
    }
}
