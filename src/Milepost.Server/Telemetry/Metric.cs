using System.Diagnostics.Metrics;

namespace Milepost.Server.Telemetry;

/// <summary>One instrument and its series.</summary>
internal sealed class Metric(Instrument instrument)
{
    // A label that takes ever new values would eat the memory of this process and of Prometheus. Ours cannot; other people's instruments might.
    public const int MaxSeries = 500;

    private readonly Lock _lock = new();
    private readonly Dictionary<KeyValuePair<string, object?>[], Series> _series = new(TagsComparer.Instance);

    // The same labels in another order, or as another type with the same text, are the same series to Prometheus.
    private readonly Dictionary<string, Series> _byText = new(StringComparer.Ordinal);
    private readonly double[] _bounds = MetricKinds.Of(instrument) == MetricKind.Histogram ? Buckets.For(instrument) : [];
    private long _dropped;

    public MetricKind Kind { get; } = MetricKinds.Of(instrument);

    public string Name { get; } = PrometheusNames.Metric(instrument.Name, instrument.Unit, MetricKinds.Of(instrument));

    public string Help { get; } = instrument.Description is { Length: > 0 } text ? text : instrument.Name;

    /// <summary>Measurements that were not kept because there are too many series.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_lock)
        {
            var lookup = _series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
            if (!lookup.TryGetValue(tags, out var series))
            {
                if (_series.Count >= MaxSeries)
                {
                    _dropped++;
                    return;
                }

                var text = LabelText.Of(tags);
                if (!_byText.TryGetValue(text, out series))
                {
                    series = new Series(text, _bounds);
                    _byText.Add(text, series);
                }

                lookup[tags] = series;
            }

            series.Record(value, Kind);
        }
    }

    public IReadOnlyList<Sample> Read()
    {
        lock (_lock)
        {
            return [.. _byText.Values.Select(series => series.Read())];
        }
    }
}
