namespace Milepost.LoadTest.Workers;

/// <summary>A sorted set of numbers as first and last of each run of neighbours: what failed, failed in a row.</summary>
internal static class NumberRanges
{
    public static List<long> Of(IEnumerable<long> sorted)
    {
        var ranges = new List<long>();
        foreach (var number in sorted)
        {
            if (ranges.Count > 0 && ranges[^1] == number - 1)
            {
                ranges[^1] = number;
            }
            else
            {
                ranges.Add(number);
                ranges.Add(number);
            }
        }

        return ranges;
    }

    public static bool Contains(IReadOnlyList<long> ranges, long number)
    {
        var low = 0;
        var high = (ranges.Count / 2) - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (number < ranges[2 * middle])
            {
                high = middle - 1;
            }
            else if (number > ranges[(2 * middle) + 1])
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }
}
