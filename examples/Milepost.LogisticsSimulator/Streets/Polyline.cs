using System.Text;

namespace Milepost.LogisticsSimulator.Streets;

/// <summary>Encoded polylines (developers.google.com/maps/documentation/utilities/polylinealgorithm), of 5 or 6 decimal places.</summary>
internal static class Polyline
{
    public static string Encode(IEnumerable<Place> places, int precision)
    {
        var (text, scale) = (new StringBuilder(), Math.Pow(10, precision));
        var (lastLat, lastLon) = (0L, 0L);
        foreach (var place in places)
        {
            // Halves away from zero, as the algorithm's description rounds.
            var lat = (long)Math.Round(place.Lat * scale, MidpointRounding.AwayFromZero);
            var lon = (long)Math.Round(place.Lon * scale, MidpointRounding.AwayFromZero);
            Append(text, lat - lastLat);
            Append(text, lon - lastLon);
            (lastLat, lastLon) = (lat, lon);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, long difference)
    {
        var value = difference < 0 ? ~(difference << 1) : difference << 1;
        while (value >= 0x20)
        {
            text.Append((char)((0x20 | (value & 0x1f)) + 63));
            value >>= 5;
        }

        text.Append((char)(value + 63));
    }
}
