namespace Milepost.Core.Tracking;

/// <summary>
/// Tells when a driver is nearby and when arriving: each once in an attempt, and not nearby behind arriving. Pure.
/// <para>A fix is inside a circle when its distance with its accuracy is within the radius, so that noise at the edge does not bring anybody in; more than
/// half the radius is not added, or phones between high houses would never arrive. One that is less accurate than the radius, late or suspect says nothing.
/// It counts when a second fix agrees that was measured a second later or more, or when nothing else is heard for <see cref="TrackingOptions.DwellSeconds"/>.
/// The way between two fixes counts too: who passes through the circle, deeper than its edge and for longer than that, was there.</para>
/// <para>Out is who is farther than the radius, the accuracy and <see cref="TrackingOptions.LeaveMeters"/>.</para>
/// </summary>
public static class ArrivalRules
{
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(1);

    // Nobody knows the way in a longer silence.
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(120);

    private static readonly ArrivalState Start = new() { Nearby = CircleState.Outside, Arriving = CircleState.Outside };

    /// <summary>A fix that <see cref="FixFilter"/> accepted.</summary>
    /// <param name="state">What was; null: an attempt begins.</param>
    /// <param name="destination">Where the order goes.</param>
    /// <param name="fix">The fix.</param>
    /// <param name="now">The time by our clock.</param>
    /// <param name="rules">The numbers.</param>
    public static ArrivalStep Step(ArrivalState? state, GeoPoint destination, LocationFix fix, DateTimeOffset now, TrackingOptions rules)
    {
        var before = state ?? Start;
        var late = TimeSpan.FromSeconds(rules.LateSeconds);
        if (fix.Quality is FixQuality.Late or FixQuality.Suspect || fix.ReceivedAt - fix.Time > late || now - fix.Time > late || fix.Time <= before.Last?.Time)
        {
            return Raise(before, now, rules);
        }

        var leg = new Leg(before.Last, fix, destination, now, rules);
        return Raise(
            new ArrivalState
            {
                Nearby = leg.Into(before.Nearby, rules.NearbyMeters),
                Arriving = leg.Into(before.Arriving, rules.ArrivingMeters),
                Last = fix.AccuracyMeters > rules.NearbyMeters ? before.Last : fix,
            },
            now,
            rules);
    }

    /// <summary>Time went by without a fix: the one that said "inside" may have stood long enough.</summary>
    public static ArrivalStep Check(ArrivalState state, DateTimeOffset now, TrackingOptions rules) => Raise(state, now, rules);

    private static ArrivalStep Raise(ArrivalState state, DateTimeOffset now, TrackingOptions rules)
    {
        var dwell = TimeSpan.FromSeconds(rules.DwellSeconds);
        var (nearby, arriving) = (Settle(state.Nearby, now, dwell), Settle(state.Arriving, now, dwell));
        var kind = arriving is { Inside: true, Raised: false } ? ArrivalKind.Arriving : nearby is { Inside: true, Raised: false } ? ArrivalKind.Nearby : (ArrivalKind?)null;
        var after = state with
        {
            Nearby = kind is null ? nearby : nearby with { Raised = true },
            Arriving = kind is ArrivalKind.Arriving ? arriving with { Raised = true } : arriving,
        };
        DateTimeOffset?[] waits = [Wait(after.Nearby, dwell), Wait(after.Arriving, dwell)];
        return new ArrivalStep(after, kind, waits.Min());
    }

    private static CircleState Settle(CircleState circle, DateTimeOffset now, TimeSpan dwell) =>
        circle is { Inside: false, HeardAt: { } heard } && now - heard >= dwell ? circle with { Inside = true } : circle;

    private static DateTimeOffset? Wait(CircleState circle, TimeSpan dwell) => circle is { Inside: false, Raised: false, HeardAt: { } heard } ? heard + dwell : null;

    // The way from the last fix to this one.
    private sealed class Leg(LocationFix? last, LocationFix fix, GeoPoint destination, DateTimeOffset now, TrackingOptions rules)
    {
        private readonly double _distance = Geodesy.Distance(fix.At, destination);

        public CircleState Into(CircleState circle, double radius)
        {
            var accuracy = fix.AssumedAccuracy();
            if (accuracy >= radius)
            {
                return circle;
            }

            if (_distance + Slack(fix, radius) <= radius)
            {
                var since = circle.InsideSince ?? fix.Time;
                return circle with { InsideSince = since, HeardAt = circle.HeardAt ?? now, Inside = circle.Inside || fix.Time - since >= Apart };
            }

            return circle with
            {
                InsideSince = null,
                HeardAt = null,
                Inside = (circle.Inside && _distance - accuracy <= radius + rules.LeaveMeters) || Crosses(radius),
            };
        }

        private static double Slack(LocationFix fix, double radius) => Math.Min(fix.AssumedAccuracy(), radius / 2);

        // Through the circle, though neither end says so: deeper than the edge, and long enough on a way at even speed.
        private bool Crosses(double radius)
        {
            if (last is null || fix.Time - last.Time > LongestGap || last.AssumedAccuracy() >= radius)
            {
                return false;
            }

            var inner = radius - rules.LeaveMeters - Math.Max(Slack(last, radius), Slack(fix, radius));
            var length = Geodesy.Distance(last.At, fix.At);
            var depth = Geodesy.Nearest(last.At, fix.At, destination).Meters;
            if (depth >= inner || length <= 0 || length / (fix.Time - last.Time).TotalSeconds > rules.MaxMetersPerSecond)
            {
                return false;
            }

            var chord = Math.Min(length, 2 * Math.Sqrt((radius * radius) - (depth * depth)));
            return chord / length * (fix.Time - last.Time).TotalSeconds >= rules.DwellSeconds;
        }
    }
}
