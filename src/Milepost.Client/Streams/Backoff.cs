namespace Milepost.Client.Streams;

/// <summary>Exponential backoff with full jitter: a wait anywhere between nothing and a ceiling that doubles with each attempt without progress.</summary>
internal sealed class Backoff(TimeSpan min, TimeSpan max, Random random)
{
    private int _attempts;

    public void Reset() => _attempts = 0;

    /// <summary>The next wait; never shorter than what the server asked for.</summary>
    public TimeSpan Next(TimeSpan? asked)
    {
        var ceiling = _attempts < 30 ? Math.Min(max.Ticks, min.Ticks * (double)(1L << _attempts)) : max.Ticks;
        _attempts++;
        var jitter = TimeSpan.FromTicks((long)(random.NextDouble() * ceiling));
        // The jitter comes on top: everybody was told the same time, and must not come back at once.
        return asked is { } floor ? floor + jitter : jitter;
    }
}
