using System.Diagnostics.Metrics;

namespace Milepost.Server.Telemetry;

/// <summary>What an instrument becomes at Prometheus.</summary>
internal enum MetricKind
{
    /// <summary>Measurements are added up; never falls.</summary>
    Counter,

    /// <summary>Measurements are added up; may fall.</summary>
    Sum,

    /// <summary>The last measurement counts; the instrument itself reports a total.</summary>
    Total,

    /// <summary>The last measurement counts.</summary>
    Gauge,
    Histogram,
}

internal static class MetricKinds
{
    public static MetricKind Of(Instrument instrument)
    {
        var type = instrument.GetType();
        var generic = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        return generic switch
        {
            _ when generic == typeof(Counter<>) => MetricKind.Counter,
            _ when generic == typeof(UpDownCounter<>) => MetricKind.Sum,
            _ when generic == typeof(ObservableCounter<>) => MetricKind.Total,
            _ when generic == typeof(Histogram<>) => MetricKind.Histogram,
            _ => MetricKind.Gauge,
        };
    }

    /// <summary>The word of the TYPE line.</summary>
    public static string Word(MetricKind kind) => kind switch
    {
        MetricKind.Counter or MetricKind.Total => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };
}
