using System.Globalization;

namespace Milepost.Server.Telemetry;

/// <summary>
/// The labels of one measurement as they stand between the braces: <c>code="4100",transport="sse"</c>, sorted by name, so that the same
/// labels in another order are the same series.
/// </summary>
internal static class LabelText
{
    public static string Of(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        if (tags.Length == 1)
        {
            return One(tags[0]);
        }

        var sorted = tags.ToArray();
        Array.Sort(sorted, static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        return string.Join(',', sorted.Select(One));
    }

    private static string One(KeyValuePair<string, object?> tag) =>
        $"{PrometheusNames.Label(tag.Key)}=\"{PrometheusNames.Value(Text(tag.Value))}\"";

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        true => "true",
        false => "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
