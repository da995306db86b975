namespace Milepost.Server.Telemetry;

/// <summary>All series of one name, as they go into one block of the text.</summary>
internal sealed record MetricFamily(string Name, MetricKind Kind, string Help, IReadOnlyList<Sample> Samples, long Dropped)
{
    /// <summary>Of several instruments with one name the first decides the kind; those of another kind would make the block unreadable.</summary>
    public static MetricFamily Of(IEnumerable<Metric> metrics)
    {
        var all = metrics.ToList();
        var first = all[0];
        var samples = all.Where(metric => metric.Kind == first.Kind).SelectMany(metric => metric.Read()).DistinctBy(sample => sample.Labels, StringComparer.Ordinal);
        return new MetricFamily(first.Name, first.Kind, first.Help, [.. samples.OrderBy(sample => sample.Labels, StringComparer.Ordinal)], all.Sum(metric => metric.Dropped));
    }
}
