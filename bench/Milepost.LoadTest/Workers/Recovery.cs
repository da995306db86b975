using Milepost.LoadTest.Measuring;

namespace Milepost.LoadTest.Workers;

/// <summary>How connections that broke came back. From any thread.</summary>
internal sealed class Recovery
{
    private readonly Lock _gate = new();
    private readonly Histogram _times = new();
    private readonly Histogram _attempts = new();
    private long _broken;
    private long _failedAttempts;

    /// <summary>How many have not come back yet.</summary>
    public long Open
    {
        get
        {
            lock (_gate)
            {
                return _broken - _times.Count;
            }
        }
    }

    public long Broken => Interlocked.Read(ref _broken);

    public void Broke()
    {
        lock (_gate)
        {
            _broken++;
        }
    }

    public void AttemptFailed()
    {
        lock (_gate)
        {
            _failedAttempts++;
        }
    }

    /// <param name="sinceBreak">In microseconds.</param>
    /// <param name="sinceAttempt">From the beginning of the first attempt to connect again.</param>
    public void CaughtUp(long sinceBreak, long sinceAttempt)
    {
        lock (_gate)
        {
            _times.Add(sinceBreak);
            _attempts.Add(sinceAttempt);
        }
    }

    public RecoveryNote ToNote()
    {
        lock (_gate)
        {
            return new RecoveryNote(_broken, _failedAttempts, _times.ToNote(), _attempts.ToNote());
        }
    }
}
