namespace Milepost.Core.Tracking;

/// <summary>A point of a route.</summary>
/// <param name="Point">Where.</param>
/// <param name="Meters">How far along the route.</param>
/// <param name="MetersOff">How far from the place that was looked up.</param>
public readonly record struct RoutePoint(GeoPoint Point, double Meters, double MetersOff);

/// <summary>The line of a route with its length at every point. Immutable; kept as its polyline, not as this.</summary>
public sealed class RouteGeometry
{
    // What lies this much farther than the nearest is taken for as near: then the first along the route counts.
    private const double AsNearMeters = 15;

    // Against the direction of travel a part of the route must be that much nearer.
    private const double WrongWayMeters = 30;
    private const double MovingMetersPerSecond = 2;

    private readonly GeoPoint[] _points;
    private readonly double[] _meters;

    private RouteGeometry(GeoPoint[] points, double[] meters)
    {
        _points = points;
        _meters = meters;
    }

    /// <summary>The points, each different from the one before it; at least two.</summary>
    public IReadOnlyList<GeoPoint> Points => _points;

    /// <summary>For each point, how many metres of the route lie before it.</summary>
    public IReadOnlyList<double> Meters => _meters;

    /// <summary>The length in metres.</summary>
    public double Length => _meters[^1];

    public GeoPoint Start => _points[0];

    public GeoPoint End => _points[^1];

    /// <summary>A route along these points; null where they are fewer than two different ones.</summary>
    public static RouteGeometry? Create(IEnumerable<GeoPoint> points)
    {
        var line = new List<GeoPoint>();
        var meters = new List<double>();
        foreach (var point in points)
        {
            if (line.Count == 0 || point != line[^1])
            {
                meters.Add(line.Count == 0 ? 0 : meters[^1] + Geodesy.Distance(line[^1], point));
                line.Add(point);
            }
        }

        return line.Count < 2 ? null : new RouteGeometry([.. line], [.. meters]);
    }

    /// <summary>The point so many metres along the route; its ends where there is no such.</summary>
    public GeoPoint At(double meters)
    {
        var segment = Segment(meters);
        var length = _meters[segment + 1] - _meters[segment];
        return Geodesy.Between(_points[segment], _points[segment + 1], Math.Clamp((meters - _meters[segment]) / length, 0, 1));
    }

    /// <summary>What is left of the route from so many metres on, at least its last point twice.</summary>
    public IReadOnlyList<GeoPoint> From(double meters)
    {
        var segment = Segment(meters);
        var point = At(meters);
        return [point, .. _points.AsSpan(segment + 1)];
    }

    /// <summary>
    /// The point of the route where a driver at <paramref name="fix"/> is: the nearest one between two places of the route. Where the route comes by more
    /// than once, the first that leads into the direction of travel.
    /// </summary>
    public RoutePoint Nearest(LocationFix fix, double from, double to)
    {
        (from, to) = (Math.Clamp(from, 0, Length), Math.Clamp(to, 0, Length));
        var (first, last) = (Segment(from), Segment(to));
        var costs = new double[last - first + 1];
        var best = double.PositiveInfinity;
        for (var segment = first; segment <= last; segment++)
        {
            var cost = On(segment, fix.At, from, to).MetersOff + WrongWay(segment, fix);
            costs[segment - first] = cost;
            best = Math.Min(best, cost);
        }

        var chosen = Array.FindIndex(costs, cost => cost <= best + AsNearMeters);
        while (chosen + 1 < costs.Length && costs[chosen + 1] <= costs[chosen])
        {
            chosen++;
        }

        return On(first + chosen, fix.At, from, to);
    }

    /// <summary>How far a place lies from the route.</summary>
    public double MetersOff(GeoPoint place)
    {
        var nearest = double.PositiveInfinity;
        for (var segment = 0; segment < _points.Length - 1; segment++)
        {
            nearest = Math.Min(nearest, Geodesy.Nearest(_points[segment], _points[segment + 1], place).Meters);
        }

        return nearest;
    }

    private RoutePoint On(int segment, GeoPoint at, double from, double to)
    {
        var nearest = Geodesy.Nearest(_points[segment], _points[segment + 1], at);
        var meters = _meters[segment] + (nearest.Fraction * (_meters[segment + 1] - _meters[segment]));
        if (meters >= from && meters <= to)
        {
            return new RoutePoint(nearest.Point, meters, nearest.Meters);
        }

        var edge = Math.Clamp(meters, from, to);
        var point = At(edge);
        return new RoutePoint(point, edge, Geodesy.Distance(point, at));
    }

    private double WrongWay(int segment, LocationFix fix) =>
        fix is { HeadingDegrees: { } heading, SpeedMetersPerSecond: > MovingMetersPerSecond } && Geodesy.Angle(heading, Geodesy.Bearing(_points[segment], _points[segment + 1])) > 90
            ? WrongWayMeters
            : 0;

    // The segment that holds the place; the last one for the end.
    private int Segment(double meters)
    {
        var found = Array.BinarySearch(_meters, meters);
        return Math.Clamp(found >= 0 ? found : ~found - 1, 0, _points.Length - 2);
    }
}
