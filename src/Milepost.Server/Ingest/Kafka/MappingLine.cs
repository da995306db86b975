using System.Diagnostics.CodeAnalysis;

namespace Milepost.Server.Ingest.Kafka;

/// <summary>
/// One line of a field mapping: <c>[topic] field = source [| theirs > ours]...</c>, for example
/// <c>order_status_updated data.status = $.state | PACKED > preparing | SHIPPED > out_for_delivery</c>.
/// </summary>
/// <param name="Topic">The topic that it holds for; null for all.</param>
/// <param name="Field">What it fills: an attribute, or <c>data.</c> and a path of names.</param>
/// <param name="Source">Where the value is.</param>
/// <param name="Words">Their words and ours.</param>
internal sealed record MappingLine(string? Topic, string Field, MappingSource Source, IReadOnlyDictionary<string, string> Words)
{
    /// <summary>What a line may fill beside data.</summary>
    public static readonly IReadOnlyList<string> Attributes = ["id", "source", "subject", "type", "time", "tenant"];

    public static bool TryParse(string text, [NotNullWhen(true)] out MappingLine? line, out string problem)
    {
        line = null;
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var left = equals < 0 ? [] : text[..equals].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (left.Length is not (1 or 2))
        {
            problem = "is written as: [topic] field = source";
            return false;
        }

        var field = left[^1];
        if (!Attributes.Contains(field, StringComparer.Ordinal) && !IsDataPath(field))
        {
            problem = $"'{field}' is not a field. The fields are {string.Join(", ", Attributes)} and data.<name>";
            return false;
        }

        var right = text[(equals + 1)..].Split('|', StringSplitOptions.TrimEntries);
        if (MappingSource.Parse(right[0]) is not { } source)
        {
            problem = $"'{right[0]}' is not a source. Sources are $.path.in[0].the.value, $key, $position, $header.name and 'a constant'";
            return false;
        }

        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var word in right[1..])
        {
            var pair = word.Split('>', StringSplitOptions.TrimEntries);
            if (pair.Length != 2 || pair.Any(side => side.Length == 0) || !words.TryAdd(pair[0], pair[1]))
            {
                problem = $"'{word}' is not a translation, or one of a word that is translated already. Write it as theirs > ours";
                return false;
            }
        }

        problem = "";
        line = new MappingLine(left.Length == 2 ? left[0] : null, field, source, words);
        return true;
    }

    private static bool IsDataPath(string field)
    {
        var names = field.Split('.');
        return names.Length is > 1 and <= 8 && names[0] == "data" && Array.TrueForAll(names, name => name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_'));
    }
}
