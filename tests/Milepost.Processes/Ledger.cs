using System.Collections.Concurrent;

namespace Milepost.Processes;

/// <summary>
/// What one client has seen. Judges nothing by itself but the one rule: within a stream each offset follows the one before. Every breach
/// is kept with its place, so that a failing seed can be read.
/// </summary>
public sealed class Ledger(string client)
{
    private readonly Dictionary<string, long> _last = new(StringComparer.Ordinal);

    public ConcurrentQueue<string> Breaches { get; } = new();

    public int Delivered { get; private set; }

    public int Doubled { get; private set; }

    public int OutOfOrder { get; private set; }

    public IReadOnlyDictionary<string, long> Last => _last;

    /// <summary>The last offsets as they are now, for another thread.</summary>
    public IReadOnlyDictionary<string, long> Snapshot()
    {
        lock (_last)
        {
            return new Dictionary<string, long>(_last, StringComparer.Ordinal);
        }
    }

    public void Saw(string stream, long offset, string how)
    {
        var last = _last.GetValueOrDefault(stream);
        if (offset == last + 1)
        {
            lock (_last)
            {
                _last[stream] = offset;
            }

            Delivered++;
            return;
        }

        Doubled += offset <= last ? 1 : 0;
        OutOfOrder += offset > last ? 1 : 0;
        Breaches.Enqueue($"{client}: {stream} went from {last} to {offset} over {how}");
    }

    public void Breach(string what) => Breaches.Enqueue($"{client}: {what}");

    /// <summary>Whether everything up to these heads has been seen.</summary>
    public bool Has(IReadOnlyDictionary<string, long> heads) => heads.All(head => _last.GetValueOrDefault(head.Key) >= head.Value);

    public long Missing(IReadOnlyDictionary<string, long> heads) => heads.Sum(head => Math.Max(0, head.Value - _last.GetValueOrDefault(head.Key)));
}
