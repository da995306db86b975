namespace Milepost.Server.Logistics.Plans;

/// <summary>How much may be asked for a tenant: in no second more than so many requests, and not too many at once.</summary>
/// <param name="perSecond">So many requests.</param>
/// <param name="atOnce">So many fetches.</param>
/// <param name="second">A second, in the unit of <see cref="TimeProvider.GetTimestamp"/>.</param>
internal sealed class TenantAllowance(int perSecond, int atOnce, long second)
{
    private readonly Lock _gate = new();

    // When each of the last requests went out, in a ring: the oldest must be a second ago before the next one takes its place.
    private readonly long[] _taken = [.. Enumerable.Repeat(long.MinValue / 2, perSecond)];
    private int _next;
    private int _running;

    /// <summary>Takes the room for one fetch. False: wait.</summary>
    /// <param name="requests">How many requests it may take; where more than are allowed in a second, all of them are taken.</param>
    /// <param name="now">The time.</param>
    public bool TryBegin(int requests, long now)
    {
        lock (_gate)
        {
            var count = Math.Min(requests, _taken.Length);
            if (_running >= atOnce || now - _taken[(_next + count - 1) % _taken.Length] < second)
            {
                return false;
            }

            _running++;
            for (var index = 0; index < count; index++)
            {
                _taken[_next] = now;
                _next = (_next + 1) % _taken.Length;
            }

            return true;
        }
    }

    public void End()
    {
        lock (_gate)
        {
            _running--;
        }
    }
}
