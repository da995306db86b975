using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Milepost.Protocol.Streams;
using Milepost.Server.Telemetry;

namespace Milepost.Server.Gateway;

/// <summary>
/// What devices have confirmed and the store does not know yet. Only the newest offset of a stream matters, so this holds at most one number
/// for each stream, however often devices confirm.
/// </summary>
internal sealed class Acknowledgements : IDisposable
{
    private readonly Meter _meter = new(ServerMetrics.MeterName);
    private ConcurrentDictionary<StreamName, long> _pending = new();

    public Acknowledgements() => _meter.CreateObservableGauge(
        "milepost.acknowledgement.pending", () => _pending.Count, "{stream}", "Streams with confirmed positions that the store does not know yet");

    public void Add(StreamName stream, long offset)
    {
        if (offset > 0)
        {
            _pending.AddOrUpdate(stream, offset, (_, present) => Math.Max(present, offset));
        }
    }

    public void Dispose() => _meter.Dispose();

    /// <summary>Takes what is pending; empty when nothing is.</summary>
    public IReadOnlyCollection<KeyValuePair<StreamName, long>> Take() =>
        _pending.IsEmpty ? [] : [.. Interlocked.Exchange(ref _pending, new ConcurrentDictionary<StreamName, long>())];
}
