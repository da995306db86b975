using System.Collections.Concurrent;

namespace Milepost.Processes;

/// <summary>
/// What one client has seen. Judges nothing by itself but the one rule: within a stream each offset follows the one before. Every breach
/// is kept with its place, so that a failing seed can be read.
/// </summary>
public sealed class Ledger(string client)
{
    private readonly Dictionary<string, long> _last = new(StringComparer.Ordinal);
    private IReadOnlyDictionary<string, long> _goal = new Dictionary<string, long>(StringComparer.Ordinal);
    private TaskCompletionSource? _reached;

    public ConcurrentQueue<string> Breaches { get; } = new();

    public int Delivered { get; private set; }

    public int Doubled { get; private set; }

    public int OutOfOrder { get; private set; }

    public IReadOnlyDictionary<string, long> Last => _last;

    public void Saw(string stream, long offset, string how)
    {
        var last = _last.GetValueOrDefault(stream);
        if (offset == last + 1)
        {
            lock (_last)
            {
                _last[stream] = offset;
                LookAtGoal();
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

    /// <summary>Completes when everything up to these heads has been seen. For another thread than the one that sees.</summary>
    public Task ReachedAsync(IReadOnlyDictionary<string, long> heads)
    {
        lock (_last)
        {
            _goal = heads;
            _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            LookAtGoal();
            return _reached.Task;
        }
    }

    /// <summary>How many entries up to these heads have not been seen.</summary>
    public long Missing(IReadOnlyDictionary<string, long> heads)
    {
        lock (_last)
        {
            return heads.Sum(head => Math.Max(0, head.Value - _last.GetValueOrDefault(head.Key)));
        }
    }

    private void LookAtGoal()
    {
        if (_reached is not null && Has(_goal))
        {
            _reached.TrySetResult();
        }
    }
}
