using System.Collections.Concurrent;
using Milepost.Core.Tracking;

namespace Milepost.Server.Tracking;

/// <summary>The lines of the routes that are driven now, by their polylines: reading one anew for every fix would be most of the tracker's work.</summary>
internal sealed class RouteLines
{
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<string, RouteGeometry?> _lines = new(StringComparer.Ordinal);

    /// <summary>The line of a polyline with precision 5; null: it is none.</summary>
    public RouteGeometry? Of(string polyline)
    {
        if (_lines.TryGetValue(polyline, out var line))
        {
            return line;
        }

        if (_lines.Count >= Most)
        {
            // Those that are still driven are back with the next fix.
            _lines.Clear();
        }

        return _lines[polyline] = EncodedPolyline.Decode(polyline, 5, out _) is { } points ? RouteGeometry.Create(points) : null;
    }
}
