using System.Numerics;

namespace Milepost.LoadTest.Measuring;

/// <summary>A histogram on its way to another process. <paramref name="Buckets"/>: bucket and count, in turns.</summary>
internal sealed record HistogramNote(long[] Buckets, long Max, long WithinSecond);

/// <summary>
/// Counts durations in microseconds in log-linear buckets: exact below 128, then 64 buckets per power of two, so that a reported
/// value is at most 1.6 % too high. The largest value is kept exactly. One thread writes at a time.
/// </summary>
internal sealed class Histogram
{
    private const int SubBits = 6;
    private const int Sub = 1 << SubBits;
    private const long Second = 1_000_000;
    private readonly long[] _counts = new long[(64 - SubBits) * Sub];

    public long Count { get; private set; }

    public long Max { get; private set; }

    /// <summary>How many were not longer than a second; exact, whatever the buckets.</summary>
    public long WithinSecond { get; private set; }

    public void Add(long value)
    {
        value = Math.Max(0, value);
        _counts[IndexOf(value)]++;
        Count++;
        WithinSecond += value <= Second ? 1 : 0;
        Max = Math.Max(Max, value);
    }

    public void Merge(Histogram other)
    {
        for (var index = 0; index < _counts.Length; index++)
        {
            _counts[index] += other._counts[index];
        }

        Count += other.Count;
        WithinSecond += other.WithinSecond;
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>The value that the given part (0 to 1) of all does not exceed; 0 when there is none.</summary>
    public long Quantile(double part)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(part * Count));
        long seen = 0;
        for (var index = 0; index < _counts.Length; index++)
        {
            seen += _counts[index];
            if (seen >= rank)
            {
                return Math.Min(HighestOf(index), Max);
            }
        }

        return Max;
    }

    public HistogramNote ToNote()
    {
        var sparse = new List<long>();
        for (var index = 0; index < _counts.Length; index++)
        {
            if (_counts[index] > 0)
            {
                sparse.Add(index);
                sparse.Add(_counts[index]);
            }
        }

        return new HistogramNote([.. sparse], Max, WithinSecond);
    }

    public static Histogram Of(HistogramNote note)
    {
        var histogram = new Histogram { Max = note.Max, WithinSecond = note.WithinSecond };
        for (var at = 0; at + 1 < note.Buckets.Length; at += 2)
        {
            histogram._counts[note.Buckets[at]] = note.Buckets[at + 1];
            histogram.Count += note.Buckets[at + 1];
        }

        return histogram;
    }

    public static Histogram Of(IEnumerable<HistogramNote> notes)
    {
        var sum = new Histogram();
        foreach (var note in notes)
        {
            sum.Merge(Of(note));
        }

        return sum;
    }

    internal static int IndexOf(long value)
    {
        if (value < 2 * Sub)
        {
            return (int)value;
        }

        var shift = BitOperations.Log2((ulong)value) - SubBits;
        return (shift << SubBits) + (int)(value >> shift);
    }

    internal static long HighestOf(int index)
    {
        if (index < 2 * Sub)
        {
            return index;
        }

        var shift = (index >> SubBits) - 1;
        return (((long)(index & (Sub - 1)) + Sub + 1) << shift) - 1;
    }
}
