using Milepost.LoadTest.Posting;

namespace Milepost.LoadTest.Workers;

/// <summary>What one customer's connection has seen. Guarded by its worker's lock.</summary>
internal sealed class CustomerRecord(int customer, int customers)
{
    private readonly List<ulong> _seen = [];
    private long _lastOffset;
    private long _lastNumber = -1;

    public long Duplicated { get; private set; }

    public long OutOfOrder { get; private set; }

    public long Overtaken { get; private set; }

    public long Delivered { get; private set; }

    /// <summary>False: seen before.</summary>
    public bool Add(EventId id, long offset)
    {
        OutOfOrder += _lastOffset != 0 && offset != _lastOffset + 1 ? 1 : 0;
        _lastOffset = offset;
        Overtaken += id.Number < _lastNumber ? 1 : 0;
        _lastNumber = id.Number;

        var round = (int)(id.Number / customers);
        while (_seen.Count <= round / 64)
        {
            _seen.Add(0);
        }

        var bit = 1UL << (round % 64);
        if ((_seen[round / 64] & bit) != 0)
        {
            Duplicated++;
            return false;
        }

        _seen[round / 64] |= bit;
        Delivered++;
        return true;
    }

    /// <summary>Which of the run's first <paramref name="events"/> events are this customer's, were acknowledged, and have not come.</summary>
    public IEnumerable<long> Missing(long events, Func<long, bool> acknowledged)
    {
        for (long round = 0, number = customer; number < events; round++, number += customers)
        {
            var word = (int)(round / 64);
            if ((word >= _seen.Count || (_seen[word] & (1UL << (int)(round % 64))) == 0) && acknowledged(number))
            {
                yield return number;
            }
        }
    }
}
