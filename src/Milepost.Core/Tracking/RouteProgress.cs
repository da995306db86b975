namespace Milepost.Core.Tracking;

/// <summary>How far a driver has come along a route; kept as JSON. Starts anew (null) with every new route.</summary>
public sealed record RouteProgress
{
    /// <summary>The time of the fix that it was reckoned from.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Metres of the route behind the driver.</summary>
    public required double MetersDone { get; init; }

    /// <summary>Metres ahead; off the route with the way back to it.</summary>
    public required double MetersToGo { get; init; }

    /// <summary>Where on the route that is.</summary>
    public required GeoPoint On { get; init; }

    /// <summary>How far from the route the driver was.</summary>
    public required double MetersOff { get; init; }

    /// <summary>Farther from the route than streets and accuracy explain; the progress stands still.</summary>
    public bool OffRoute { get; init; }

    /// <summary>Since when <see cref="OffRoute"/>, by the fixes' times.</summary>
    public DateTimeOffset? OffSince { get; init; }

    /// <summary>Far from the route: raised beyond 500 m, cleared below 300 m.</summary>
    public bool Deviating { get; init; }

    private const double OffMeters = 50;
    private const double RaiseMeters = 500;
    private const double ClearMeters = 300;

    // Noise lets a driver seem to go back a little; the place on the route does not follow.
    private const double BackMeters = 30;

    // Who has left the route for so long may come back to it anywhere.
    private static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(20);

    /// <summary>
    /// One more fix. The driver is looked for where one can have got to since the last one, and forward: where the route crosses itself or returns through the
    /// same street, the place does not jump. Fixes that are imprecise, suspect or older change nothing.
    /// </summary>
    public static RouteProgress Project(RouteGeometry route, RouteProgress? before, LocationFix fix, TrackingOptions rules)
    {
        if (before is null)
        {
            return From(route, null, fix, route.Nearest(fix, 0, route.Length));
        }

        if (fix.Time <= before.Time || fix.Quality is FixQuality.Suspect || fix.AccuracyMeters > rules.ImpreciseMeters)
        {
            return before;
        }

        var reach = (rules.MaxMetersPerSecond * (fix.Time - before.Time).TotalSeconds) + fix.AssumedAccuracy();
        var ahead = route.Nearest(fix, before.MetersDone - BackMeters, before.MetersDone + reach);
        if (ahead.MetersOff <= Tolerance(fix))
        {
            return From(route, before, fix, ahead with { Meters = Math.Max(before.MetersDone, ahead.Meters) });
        }

        var anywhere = route.Nearest(fix, 0, route.Length);
        var lost = before.OffSince is { } since && fix.Time - since >= LostAfter;
        return lost && anywhere.MetersOff <= Tolerance(fix)
            ? From(route, before, fix, anywhere)
            : From(route, before, fix, new RoutePoint(before.On, before.MetersDone, Math.Min(ahead.MetersOff, anywhere.MetersOff)), stray: true);
    }

    /// <summary>What is left of the route, for those who draw it.</summary>
    public IReadOnlyList<GeoPoint> Remaining(RouteGeometry route) => route.From(MetersDone);

    private static double Tolerance(LocationFix fix) => OffMeters + fix.AssumedAccuracy();

    private static RouteProgress From(RouteGeometry route, RouteProgress? before, LocationFix fix, RoutePoint point, bool stray = false)
    {
        var off = stray || point.MetersOff > Tolerance(fix);
        return new RouteProgress
        {
            Time = fix.Time,
            MetersDone = point.Meters,
            MetersToGo = route.Length - point.Meters + (off ? point.MetersOff : 0),
            On = route.At(point.Meters),
            MetersOff = point.MetersOff,
            OffRoute = off,
            OffSince = off ? before?.OffSince ?? fix.Time : null,
            Deviating = before is { Deviating: true } ? point.MetersOff >= ClearMeters : point.MetersOff - fix.AssumedAccuracy() > RaiseMeters,
        };
    }
}
