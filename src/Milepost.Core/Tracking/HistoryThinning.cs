namespace Milepost.Core.Tracking;

/// <summary>Which fixes go into the history: as many as tell where the driver went, not as many as came.</summary>
public static class HistoryThinning
{
    /// <summary>Whether a fix is kept behind the last kept one (null: none yet): it is much later or much farther.</summary>
    public static bool Keeps(LocationFix? kept, LocationFix fix, TrackingOptions rules) =>
        kept is null
        || fix.Time - kept.Time >= TimeSpan.FromSeconds(rules.KeepSeconds)
        || (fix.Time > kept.Time && Geodesy.Distance(kept.At, fix.At) >= rules.KeepMeters);

    /// <summary>The ones of a batch that are kept, and the driver's state behind them.</summary>
    /// <param name="track">The state behind <see cref="FixFilter"/>.</param>
    /// <param name="accepted">Oldest to newest.</param>
    /// <param name="rules">The numbers.</param>
    public static (DriverTrack Track, IReadOnlyList<LocationFix> Kept) Step(DriverTrack track, IReadOnlyList<LocationFix> accepted, TrackingOptions rules)
    {
        var kept = new List<LocationFix>();
        foreach (var fix in accepted)
        {
            if (Keeps(track.Kept, fix, rules))
            {
                kept.Add(fix);
                track = track with { Kept = fix };
            }
        }

        return (track, kept);
    }
}
