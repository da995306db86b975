namespace Milepost.LoadTest.Posting;

/// <summary>When each event of a run is due, in ticks of the clock since the start of the posting: at a steady rate, then at that of the burst.</summary>
internal sealed class Schedule
{
    private readonly double _perEvent;
    private readonly double _perBurstEvent;
    private readonly long _burstStart;

    public Schedule(LoadSettings settings, long frequency)
    {
        var warm = (long)(settings.WarmUp.TotalSeconds * settings.Rate);
        var steadyEnd = warm + (long)(settings.Duration.TotalSeconds * settings.Rate);
        var end = steadyEnd + (long)(settings.Burst.TotalSeconds * settings.BurstRate);
        _perEvent = frequency / settings.Rate;
        _perBurstEvent = settings.BurstRate > 0 ? frequency / settings.BurstRate : 0;
        _burstStart = (long)(steadyEnd * _perEvent);
        var storm = steadyEnd;
        if (settings.StormAt is { } at)
        {
            StormAt = (long)((settings.WarmUp + at).TotalSeconds * frequency);
            storm = Math.Min(steadyEnd, (long)Math.Ceiling(StormAt.Value / _perEvent));
        }

        Bounds = new PhaseBounds(warm, storm, steadyEnd, end);
    }

    public PhaseBounds Bounds { get; }

    public long Total => Bounds.End;

    /// <summary>When the connections are reset; null: never.</summary>
    public long? StormAt { get; }

    public long Due(long number) =>
        number < Bounds.Burst ? (long)(number * _perEvent) : _burstStart + (long)((number - Bounds.Burst) * _perBurstEvent);

    /// <summary>How many events are due by then.</summary>
    public long Count(long elapsed)
    {
        if (elapsed < _burstStart)
        {
            return Math.Min(Bounds.Burst, (long)(elapsed / _perEvent) + 1);
        }

        return Bounds.Burst == Total ? Total : Math.Min(Total, Bounds.Burst + (long)((elapsed - _burstStart) / _perBurstEvent) + 1);
    }
}
