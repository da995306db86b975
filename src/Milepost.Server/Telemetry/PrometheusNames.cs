using System.Text;

namespace Milepost.Server.Telemetry;

/// <summary>Names and texts as Prometheus takes them (exposition formats, text format 0.0.4; metric and label naming).</summary>
internal static class PrometheusNames
{
    // UCUM, as OpenTelemetry's instruments write their units, to the words that Prometheus uses.
    private static readonly IReadOnlyDictionary<string, string> Units = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["s"] = "seconds",
        ["ms"] = "milliseconds",
        ["us"] = "microseconds",
        ["ns"] = "nanoseconds",
        ["min"] = "minutes",
        ["h"] = "hours",
        ["d"] = "days",
        ["By"] = "bytes",
        ["KiBy"] = "kibibytes",
        ["MiBy"] = "mebibytes",
        ["%"] = "percent",
    };

    /// <summary><c>milepost.commit.duration</c> in <c>s</c> is <c>milepost_commit_duration_seconds</c>; counters end with <c>_total</c>.</summary>
    public static string Metric(string name, string? unit, MetricKind kind)
    {
        var isCounter = kind is MetricKind.Counter or MetricKind.Total;
        var metric = Identifier(name, allowColon: true);
        if (isCounter && metric.EndsWith("_total", StringComparison.Ordinal))
        {
            metric = metric[..^"_total".Length];
        }

        if (unit is not null && Units.TryGetValue(unit, out var word) && !metric.EndsWith("_" + word, StringComparison.Ordinal))
        {
            metric += "_" + word;
        }

        return isCounter ? metric + "_total" : metric;
    }

    public static string Label(string name) => Identifier(name, allowColon: false);

    /// <summary>A label's value between its quotes.</summary>
    public static string Value(string text) => text.AsSpan().IndexOfAny('\\', '"', '\n') < 0
        ? text
        : text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    /// <summary>The text of a HELP line, where quotes stay as they are.</summary>
    public static string Help(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Identifier(string name, bool allowColon)
    {
        var text = new StringBuilder(name.Length + 1);
        foreach (var letter in name)
        {
            var isDigit = char.IsAsciiDigit(letter);
            if (isDigit && text.Length == 0)
            {
                text.Append('_');
            }

            text.Append(isDigit || char.IsAsciiLetter(letter) || (allowColon && letter == ':') ? letter : '_');
        }

        return text.ToString();
    }
}
