using System.Text;

namespace Milepost.Core.Tracking;

/// <summary>
/// Lines as text: the Encoded Polyline Algorithm Format (developers.google.com/maps/documentation/utilities/polylinealgorithm). Latitude before longitude,
/// differences, in steps of 10^-5 or 10^-6 degrees. Nothing in the text says which of the two: see <see cref="RouteReader"/>.
/// </summary>
public static class EncodedPolyline
{
    /// <summary>The most points that a line may have; more is an error of the sender.</summary>
    public const int MaxPoints = 100_000;

    // 180 degrees in millionths, doubled and with its sign, have 30 bits: six groups of five. A difference has one bit more.
    private const int MaxBits = 35;

    /// <summary>
    /// Reads a line. Null: <paramref name="problem"/> says why, without repeating the text. A text that ends within a number or between
    /// a latitude and its longitude is refused, never read as a shorter line; so is a point beyond the poles or the antimeridian.
    /// </summary>
    /// <param name="text">The text, unescaped (a backslash is a letter of the alphabet).</param>
    /// <param name="precision">5 or 6: the digits behind the point.</param>
    /// <param name="problem">Why it is not a line; empty if it is one.</param>
    /// <param name="longitudeFirst">Read the first number of each point as its longitude, against the format: some senders mix the two up.</param>
    public static IReadOnlyList<GeoPoint>? Decode(string text, int precision, out string problem, bool longitudeFirst = false)
    {
        var factor = Factor(precision);
        var points = new List<GeoPoint>(Math.Min(text.Length / 4, MaxPoints));
        long first = 0, second = 0;
        var at = 0;
        while (at < text.Length)
        {
            if (points.Count == MaxPoints)
            {
                problem = $"it has more than {MaxPoints} points";
                return null;
            }

            if (!Next(text, ref at, out var one, out problem) || !Next(text, ref at, out var other, out problem))
            {
                return null;
            }

            (first, second) = (first + one, second + other);
            var point = new GeoPoint((longitudeFirst ? second : first) / factor, (longitudeFirst ? first : second) / factor);
            if (!point.IsInRange())
            {
                problem = $"its point {points.Count + 1} lies outside of -90 to 90 and -180 to 180 degrees at precision {precision}";
                return null;
            }

            points.Add(point);
        }

        problem = points.Count == 0 ? "it is empty" : "";
        return points.Count == 0 ? null : points;
    }

    /// <summary>Writes a line.</summary>
    /// <exception cref="ArgumentException">A point is out of range.</exception>
    public static string Encode(IEnumerable<GeoPoint> points, int precision)
    {
        var factor = Factor(precision);
        var text = new StringBuilder();
        long lat = 0, lon = 0;
        foreach (var point in points)
        {
            if (!point.IsInRange())
            {
                throw new ArgumentException("a point is out of range", nameof(points));
            }

            // Differences of what was rounded: rounded differences would drift.
            var (north, east) = (Round(point.Lat * factor), Round(point.Lon * factor));
            Append(text, north - lat);
            Append(text, east - lon);
            (lat, lon) = (north, east);
        }

        return text.ToString();
    }

    private static double Factor(int precision) => precision switch
    {
        5 => 1e5,
        6 => 1e6,
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "lines are written with 5 or 6 digits"),
    };

    private static long Round(double value) => (long)Math.Round(value, MidpointRounding.AwayFromZero);

    private static bool Next(string text, ref int at, out long value, out string problem)
    {
        long bits = 0;
        value = 0;
        for (var shift = 0; at < text.Length; shift += 5)
        {
            var group = text[at++] - 63;
            if (group is < 0 or > 63 || shift >= MaxBits)
            {
                problem = group is < 0 or > 63 ? $"its letter {at} cannot stand in one" : $"its number at letter {at} is too large";
                return false;
            }

            bits |= (long)(group & 31) << shift;
            if (group < 32)
            {
                value = (bits & 1) == 0 ? bits >> 1 : ~(bits >> 1);
                problem = "";
                return true;
            }
        }

        problem = "it was cut off";
        return false;
    }

    private static void Append(StringBuilder text, long difference)
    {
        var bits = difference < 0 ? ~(difference << 1) : difference << 1;
        for (; bits >= 32; bits >>= 5)
        {
            text.Append((char)((32 | (bits & 31)) + 63));
        }

        text.Append((char)(bits + 63));
    }
}
