using System.Diagnostics.Metrics;
using Milepost.Testing;

namespace Milepost.Server.Tests.Ingest.Kafka;

/// <summary>Reads the lag as an exporter does.</summary>
internal sealed class LagReader : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<int, long> _partitions = [];

    public LagReader(string topic)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "milepost.kafka.lag")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            var read = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value);
            if ((string)read["topic"]! == topic)
            {
                _partitions[(int)read["partition"]!] = value;
            }
        });
        _listener.Start();
    }

    public int Partitions => _partitions.Count;

    public async Task UntilAsync(Func<long, bool> met)
    {
        using var deadline = new CancellationTokenSource(Deadline.Default);
        while (true)
        {
            _partitions.Clear();
            _listener.RecordObservableInstruments();
            if (_partitions.Count > 0 && met(_partitions.Values.Sum()))
            {
                return;
            }

            await Task.Delay(50, deadline.Token);
        }
    }

    public void Dispose() => _listener.Dispose();
}
