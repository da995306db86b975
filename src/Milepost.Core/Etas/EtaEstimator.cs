using Milepost.Core.Tracking;

namespace Milepost.Core.Etas;

/// <summary>
/// Our own estimate: what is left of the way at the speed the driver was seen to get on with, and the stops before. It knows no traffic; its window says so.
/// </summary>
public static class EtaEstimator
{
    /// <summary>35 km/h: a city, lights included. Where nothing was observed.</summary>
    public const double DefaultMetersPerSecond = 35 / 3.6;

    /// <summary>Slower than on foot is waiting, not driving.</summary>
    public const double SlowestMetersPerSecond = 1.5;

    /// <summary>What a stop takes, door to door.</summary>
    public static readonly TimeSpan PerStop = TimeSpan.FromMinutes(4);

    /// <summary>No window reaches less far to either side.</summary>
    public static readonly TimeSpan ShortestReach = TimeSpan.FromMinutes(2);

    // An observation counts as much as the default after so many seconds.
    private const double DefaultSeconds = 120;
    private const double SureSeconds = 300;
    private const double KnownSeconds = 60;

    private static readonly TimeSpan OldFix = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan VeryOldFix = TimeSpan.FromMinutes(5);

    /// <summary>Estimates the arrival.</summary>
    /// <param name="metersToGo">What is left of the way, 0 or more; see <see cref="RouteProgress.MetersToGo"/>.</param>
    /// <param name="speed">What was observed; null: nothing.</param>
    /// <param name="stopsBefore">Stops before this one; null: not known, taken as none.</param>
    /// <param name="fixTime">When the driver was there.</param>
    /// <param name="now">The time.</param>
    public static EtaEstimate FromProgress(double metersToGo, SpeedHistory? speed, int? stopsBefore, DateTimeOffset fixTime, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(metersToGo);
        ArgumentOutOfRangeException.ThrowIfNegative(stopsBefore ?? 0, nameof(stopsBefore));
        var left = TimeSpan.FromSeconds(metersToGo / Pace(speed)) + (PerStop * (stopsBefore ?? 0));
        // The driver has gone on since.
        var age = now > fixTime ? now - fixTime : TimeSpan.Zero;
        var at = Later(now - age + left, now + EtaPublication.Floor);
        var confidence = Confidence(speed, stopsBefore, age);
        var reach = (left * Share(confidence)) + age;
        reach = reach > ShortestReach ? reach : ShortestReach;
        return new EtaEstimate
        {
            At = at,
            // What goes wrong makes late, seldom early.
            From = Later(at - (reach / 2), now),
            To = at + reach,
            Source = EtaSource.Estimate,
            Confidence = confidence,
            CalculatedAt = now,
        };
    }

    /// <summary>Metres per second to reckon with: the observed speed, the less observed the nearer to the default.</summary>
    public static double Pace(SpeedHistory? speed)
    {
        var observed = speed is null ? 0 : Math.Min(speed.ObservedSeconds, 2 * SureSeconds);
        var mean = (((speed?.MetersPerSecond ?? 0) * observed) + (DefaultMetersPerSecond * DefaultSeconds)) / (observed + DefaultSeconds);
        return Math.Max(mean, SlowestMetersPerSecond);
    }

    private static EtaConfidence Confidence(SpeedHistory? speed, int? stopsBefore, TimeSpan age)
    {
        if (speed is not { ObservedSeconds: >= KnownSeconds } || stopsBefore > 3 || age > VeryOldFix)
        {
            return EtaConfidence.Low;
        }

        return speed.ObservedSeconds >= SureSeconds && stopsBefore == 0 && age <= OldFix ? EtaConfidence.High : EtaConfidence.Medium;
    }

    private static double Share(EtaConfidence confidence) => confidence switch
    {
        EtaConfidence.High => 0.15,
        EtaConfidence.Medium => 0.25,
        EtaConfidence.Low => 0.4,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
