using Milepost.LogisticsSimulator.Faults;
using Milepost.LogisticsSimulator.Streets;

namespace Milepost.LogisticsSimulator.Tests.Streets;

public sealed class PolylineTests
{
    private static readonly Place[] Sample = [new(38.5, -120.2), new(40.7, -120.95), new(43.252, -126.453)];

    [Theory]
    [InlineData(5, "_p~iF~ps|U_ulLnnqC_mqNvxq`@")]
    [InlineData(6, "_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI")]
    public void The_published_example_is_encoded_as_published(int precision, string encoded) => Polyline.Encode(Sample, precision).ShouldBe(encoded);

    [Fact]
    public void What_is_encoded_can_be_read_back()
    {
        var places = Enumerable.Range(0, 200).Select(n => new Place(Math.Round(-80 + 0.7654321 * n, 6), Math.Round(170 - 1.2345678 * n, 6))).ToList();
        Polylines.Decode(Polyline.Encode(places, 6), 6).ShouldBe(places);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(50)]
    public void A_truncated_polyline_ends_where_a_longitude_is_missing(int places)
    {
        var encoded = Polyline.Encode(Enumerable.Range(0, places).Select(n => new Place(n, n * n % 170)), 5);
        var truncated = MessageFaults.Truncated(encoded);
        encoded.ShouldStartWith(truncated);
        Should.Throw<FormatException>(() => Polylines.Decode(truncated, 5));
    }
}

/// <summary>Reads polylines, to check them.</summary>
internal static class Polylines
{
    public static IReadOnlyList<Place> Decode(string text, int precision)
    {
        var (numbers, value, shift) = (new List<long>(), 0L, 0);
        foreach (var character in text)
        {
            value |= (long)((character - 63) & 0x1f) << shift;
            shift += 5;
            if (character - 63 < 0x20)
            {
                numbers.Add((value & 1) == 0 ? value >> 1 : ~(value >> 1));
                (value, shift) = (0, 0);
            }
        }

        if (shift > 0 || numbers.Count % 2 != 0)
        {
            throw new FormatException("the polyline ends in the middle");
        }

        var (places, lat, lon) = (new List<Place>(), 0L, 0L);
        for (var index = 0; index < numbers.Count; index += 2)
        {
            (lat, lon) = (lat + numbers[index], lon + numbers[index + 1]);
            places.Add(new Place(Math.Round(lat / Math.Pow(10, precision), precision), Math.Round(lon / Math.Pow(10, precision), precision)));
        }

        return places;
    }
}
