namespace Milepost.Server.Telemetry;

/// <summary>One series as it was read.</summary>
/// <param name="Labels">As they stand between the braces; empty: none.</param>
/// <param name="Value">The value, or the sum of a histogram.</param>
/// <param name="Count">How many measurements a histogram holds.</param>
/// <param name="Buckets">Upper bounds and how many measurements are at most that, not counting the endless one.</param>
internal sealed record Sample(string Labels, double Value, long Count, IReadOnlyList<(double Bound, long Count)> Buckets);

/// <summary>What one instrument measured under one set of labels. Guarded by the metric's lock.</summary>
internal sealed class Series(string labels, double[] bounds)
{
    private readonly long[] _buckets = new long[bounds.Length + 1];
    private double _value;
    private long _count;

    public void Record(double value, MetricKind kind)
    {
        switch (kind)
        {
            case MetricKind.Counter or MetricKind.Sum:
                _value += value;
                break;
            case MetricKind.Total or MetricKind.Gauge:
                _value = value;
                break;
            default:
                _value += value;
                _count++;
                var index = Array.BinarySearch(bounds, value);
                _buckets[index < 0 ? ~index : index]++;
                break;
        }
    }

    public Sample Read()
    {
        var below = 0L;
        var buckets = new List<(double, long)>(bounds.Length);
        for (var index = 0; index < bounds.Length; index++)
        {
            below += _buckets[index];
            buckets.Add((bounds[index], below));
        }

        return new Sample(labels, _value, _count, buckets);
    }
}
