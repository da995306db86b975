using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Milepost.Server.Telemetry;

/// <summary>Listens to the meters of this product and of what it stands on, and keeps what they measure since the start.</summary>
internal sealed class MetricCollector : IDisposable
{
    private static readonly string[] Prefixes = ["Milepost", "Microsoft.AspNetCore.", "System.Runtime", "Npgsql"];
    private readonly ConcurrentDictionary<Instrument, Metric> _metrics = new();
    private readonly MeterListener _listener = new();

    // Observable instruments report into their metrics while they are read: one reader at a time.
    private readonly Lock _reading = new();

    public MetricCollector()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (Array.Exists(Prefixes, prefix => instrument.Meter.Name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                listener.EnableMeasurementEvents(instrument, _metrics.GetOrAdd(instrument, static made => new Metric(made)));
            }
        };
        _listener.MeasurementsCompleted = (instrument, state) => _metrics.TryRemove(instrument, out _);
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, state) => Record(state, (double)value, tags));
        _listener.Start();
    }

    /// <summary>Everything, grouped by the name that Prometheus sees: two meters may have instruments of one name.</summary>
    public IReadOnlyList<MetricFamily> Read()
    {
        lock (_reading)
        {
            _listener.RecordObservableInstruments();
            return
            [
                .. _metrics.Values
                    .GroupBy(metric => metric.Name, StringComparer.Ordinal)
                    .OrderBy(group => group.Key, StringComparer.Ordinal)
                    .Select(MetricFamily.Of),
            ];
        }
    }

    public void Dispose() => _listener.Dispose();

    private static void Record(object? metric, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => ((Metric)metric!).Record(value, tags);
}
