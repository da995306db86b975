using Milepost.Core.Tracking;

namespace Milepost.Core.Etas;

/// <summary>
/// How fast a driver gets on, lights and traffic included: a mean that forgets with a time constant of three minutes. From places and times only: the
/// speed that devices report is in a different unit too often.
/// </summary>
/// <param name="MetersPerSecond">The mean, 0 or more.</param>
/// <param name="ObservedSeconds">For how long it was observed.</param>
/// <param name="AnchorTime">The end of the last stretch that counted.</param>
/// <param name="AnchorAt">Where that was.</param>
public sealed record SpeedHistory(double MetersPerSecond, double ObservedSeconds, DateTimeOffset AnchorTime, GeoPoint AnchorAt)
{
    private const double TimeConstant = 180;

    // Fixes jitter by some metres: over two seconds a parked car seems to run, over ten it crawls.
    private const double ShortestStretch = 10;

    // What happened in a longer silence is not known, the straight line least of all.
    private const double LongestStretch = 120;

    /// <summary>With one more fix, which must be precise enough; <paramref name="before"/> is null for the first.</summary>
    public static SpeedHistory Step(SpeedHistory? before, LocationFix fix)
    {
        if (before is null)
        {
            return new SpeedHistory(0, 0, fix.Time, fix.At);
        }

        var seconds = (fix.Time - before.AnchorTime).TotalSeconds;
        if (seconds < ShortestStretch)
        {
            return before;
        }

        if (seconds > LongestStretch)
        {
            return before with { AnchorTime = fix.Time, AnchorAt = fix.At };
        }

        var speed = Geodesy.Distance(before.AnchorAt, fix.At) / seconds;
        // In the beginning the plain mean, so that the first stretch does not count for all that follow.
        var weight = Math.Max(1 - Math.Exp(-seconds / TimeConstant), seconds / (before.ObservedSeconds + seconds));
        return new SpeedHistory(before.MetersPerSecond + ((speed - before.MetersPerSecond) * weight), before.ObservedSeconds + seconds, fix.Time, fix.At);
    }
}
