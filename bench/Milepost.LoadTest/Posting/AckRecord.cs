using Milepost.LoadTest.Measuring;

namespace Milepost.LoadTest.Posting;

/// <summary>What became of the posted events: latencies by phase, and which were never confirmed.</summary>
internal sealed class AckRecord(Schedule schedule, long start, long ticksPerSecond)
{
    private readonly Lock _gate = new();
    private readonly Histogram[] _latencies = [new(), new(), new(), new()];
    private readonly List<(long Due, long Microseconds)> _storm = [];
    private readonly HashSet<long> _unacknowledged = [];
    private long _acknowledged;

    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    public void Confirm(IReadOnlyList<long> numbers, IEnumerable<long> rejected, long now)
    {
        lock (_gate)
        {
            var before = _unacknowledged.Count;
            _unacknowledged.UnionWith(rejected);
            Interlocked.Add(ref _acknowledged, numbers.Count - (_unacknowledged.Count - before));
            foreach (var number in numbers)
            {
                var due = schedule.Due(number);
                var microseconds = (now - start - due) / (ticksPerSecond / 1_000_000);
                var phase = schedule.Bounds.Of(number);
                _latencies[(int)phase].Add(microseconds);
                if (phase == Phase.Storm)
                {
                    _storm.Add((due, microseconds));
                }
            }
        }
    }

    public void Fail(IEnumerable<long> numbers)
    {
        lock (_gate)
        {
            _unacknowledged.UnionWith(numbers);
        }
    }

    public bool Failed(long number)
    {
        lock (_gate)
        {
            return _unacknowledged.Contains(number);
        }
    }

    /// <summary>From an event's due time to the server's confirmation that it is on disk.</summary>
    public Histogram Latencies(Phase phase) => _latencies[(int)phase];

    /// <summary>Only of the events that were due within this time from the storm's beginning.</summary>
    public Histogram DuringStorm(TimeSpan length)
    {
        var until = schedule.StormAt + (long)(length.TotalSeconds * ticksPerSecond);
        var histogram = new Histogram();
        lock (_gate)
        {
            foreach (var (_, microseconds) in _storm.Where(sample => sample.Due <= until))
            {
                histogram.Add(microseconds);
            }
        }

        return histogram;
    }

    public IReadOnlyList<long> Unacknowledged()
    {
        lock (_gate)
        {
            return [.. _unacknowledged.Order()];
        }
    }
}
