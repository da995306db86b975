using System.Globalization;
using System.Text;

namespace Milepost.Server.Telemetry;

/// <summary>Writes Prometheus' text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Measurements that were dropped since their labels took too many values.</summary>
    public const string DroppedName = "milepost_metric_dropped_total";

    public static string Write(IReadOnlyList<MetricFamily> families)
    {
        var text = new StringBuilder(16 * 1024);
        foreach (var family in families.Where(family => family.Samples.Count > 0))
        {
            Head(text, family.Name, family.Help, MetricKinds.Word(family.Kind));
            foreach (var sample in family.Samples)
            {
                if (family.Kind == MetricKind.Histogram)
                {
                    Histogram(text, family.Name, sample);
                }
                else
                {
                    Line(text, family.Name, sample.Labels, sample.Value);
                }
            }
        }

        Head(text, DroppedName, "Measurements that were not kept since their labels took too many values", "counter");
        Line(text, DroppedName, "", families.Sum(family => family.Dropped));
        return text.ToString();
    }

    private static void Head(StringBuilder text, string name, string help, string type) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(PrometheusNames.Help(help)).Append('\n')
            .Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private static void Histogram(StringBuilder text, string name, Sample sample)
    {
        var separator = sample.Labels.Length > 0 ? "," : "";
        foreach (var (bound, count) in sample.Buckets)
        {
            Line(text, name + "_bucket", $"{sample.Labels}{separator}le=\"{Number(bound)}\"", count);
        }

        Line(text, name + "_bucket", $"{sample.Labels}{separator}le=\"+Inf\"", sample.Count);
        Line(text, name + "_sum", sample.Labels, sample.Value);
        Line(text, name + "_count", sample.Labels, sample.Count);
    }

    private static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
