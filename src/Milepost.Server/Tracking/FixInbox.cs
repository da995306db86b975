using Milepost.Core.Tracking;

namespace Milepost.Server.Tracking;

/// <summary>
/// The fixes that wait for the tracker, by driver. A driver is handed out at most once in an interval, with all that has come meanwhile: that is what keeps
/// those who follow from being sent more than they can see, and what keeps the store from being asked for every fix. Bounded: of a driver the newest
/// arrivals stay, and beyond <see cref="MaxDrivers"/> new drivers are not taken until there is room.
/// </summary>
internal sealed class FixInbox(TimeSpan interval, TimeProvider time)
{
    public const int MaxDrivers = 100_000;
    public const int MaxFixes = 200;

    private readonly Lock _lock = new();
    private readonly Dictionary<DriverKey, Turn> _drivers = [];

    // A driver whose turn comes just before the end of the interval is not made to wait for another pass.
    private readonly TimeSpan _early = interval / 20;

    /// <summary>How many drivers have fixes that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _drivers.Values.Count(driver => driver.Fixes.Count > 0);
            }
        }
    }

    /// <summary>How many fixes found no room.</summary>
    public long Add(string tenant, IReadOnlyList<LocationFix> fixes)
    {
        var lost = 0L;
        lock (_lock)
        {
            foreach (var fix in fixes)
            {
                var key = new DriverKey(tenant, fix.DriverId);
                if (!_drivers.TryGetValue(key, out var waiting))
                {
                    if (_drivers.Count >= MaxDrivers)
                    {
                        lost++;
                        continue;
                    }

                    _drivers[key] = waiting = new Turn();
                }

                if (waiting.Fixes.Count == MaxFixes)
                {
                    waiting.Fixes.RemoveAt(0);
                    lost++;
                }

                waiting.Fixes.Add(fix);
            }
        }

        return lost;
    }

    /// <summary>Hands the driver out at that time even if no fix comes.</summary>
    public void LookAt(DriverKey driver, DateTimeOffset at)
    {
        lock (_lock)
        {
            if (!_drivers.TryGetValue(driver, out var waiting))
            {
                if (_drivers.Count >= MaxDrivers)
                {
                    return;
                }

                _drivers[driver] = waiting = new Turn();
            }

            waiting.LookAt = waiting.LookAt is { } other && other < at ? other : at;
        }
    }

    /// <summary>The drivers whose turn it is, at most so many, those who wait longest first; each with what has come, in the order of arrival.</summary>
    public IReadOnlyList<(DriverKey Driver, IReadOnlyList<LocationFix> Fixes)> Take(int limit)
    {
        var (now, wall) = (time.GetTimestamp(), time.GetUtcNow());
        var taken = new List<(DriverKey, IReadOnlyList<LocationFix>)>();
        lock (_lock)
        {
            var gone = new List<DriverKey>();
            foreach (var (key, waiting) in _drivers.Where(driver => driver.Value.IsDue(now, time, interval - _early)).OrderBy(driver => driver.Value.TakenAt))
            {
                if (waiting.Fixes.Count > 0 || waiting.LookAt <= wall)
                {
                    if (taken.Count < limit)
                    {
                        taken.Add((key, waiting.Fixes));
                        (waiting.Fixes, waiting.TakenAt, waiting.LookAt) = ([], now, null);
                    }
                }
                else if (waiting.LookAt is null)
                {
                    // Nothing came for an interval: whoever comes next is served at once.
                    gone.Add(key);
                }
            }

            gone.ForEach(key => _drivers.Remove(key));
        }

        return taken;
    }

    /// <summary>Gives back what could not be done. What has come meanwhile is newer.</summary>
    public void Return(IEnumerable<(DriverKey Driver, IReadOnlyList<LocationFix> Fixes)> taken)
    {
        lock (_lock)
        {
            foreach (var (key, fixes) in taken)
            {
                if (!_drivers.TryGetValue(key, out var waiting))
                {
                    _drivers[key] = waiting = new Turn { TakenAt = time.GetTimestamp() };
                }

                waiting.Fixes.InsertRange(0, fixes.TakeLast(MaxFixes - Math.Min(MaxFixes, waiting.Fixes.Count)));
            }
        }
    }

    private sealed class Turn
    {
        public List<LocationFix> Fixes { get; set; } = [];

        /// <summary>Handed out then even without fixes.</summary>
        public DateTimeOffset? LookAt { get; set; }

        /// <summary>Monotonic; null before the first time.</summary>
        public long? TakenAt { get; set; }

        public bool IsDue(long now, TimeProvider time, TimeSpan interval) => TakenAt is not { } taken || time.GetElapsedTime(taken, now) >= interval;
    }
}
