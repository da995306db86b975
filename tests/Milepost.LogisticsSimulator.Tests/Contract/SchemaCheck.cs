using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Milepost.LogisticsSimulator.Tests.Contract;

/// <summary>
/// Holds values against the schemas of a document. It knows the words that our documents use and refuses others, so that none is passed
/// over; and it is stricter than they are: a member that the schema does not name is a fault.
/// </summary>
internal sealed class SchemaCheck(Document document)
{
    private static readonly string[] Known =
        ["type", "description", "format", "minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMaximum", "enum", "const", "required", "properties", "default"];

    /// <summary>What is wrong with the value; empty where it keeps the schema.</summary>
    public IReadOnlyList<string> Faults(JsonNode schema, JsonNode? value)
    {
        List<string> faults = [];
        Check(schema, value, "$", faults);
        return faults;
    }

    private void Check(JsonNode reference, JsonNode? value, string path, List<string> faults)
    {
        var schema = (JsonObject)document.Resolve(reference);
        schema.Select(member => member.Key).Except(Known, StringComparer.Ordinal).ShouldBeEmpty($"{path}: the check does not know these words");
        if (schema["const"] is { } only && !JsonNode.DeepEquals(only, value))
        {
            faults.Add($"{path}: is not {only}");
        }

        if (schema["enum"] is JsonArray choices && !choices.Any(choice => JsonNode.DeepEquals(choice, value)))
        {
            faults.Add($"{path}: is none of {choices.ToJsonString()}");
        }

        var kind = value?.GetValueKind() ?? JsonValueKind.Null;
        var asked = schema["type"]?.GetValue<string>();
        var fits = asked switch
        {
            null => true,
            "object" => kind == JsonValueKind.Object,
            "string" => kind == JsonValueKind.String,
            "number" => kind == JsonValueKind.Number,
            "integer" => kind == JsonValueKind.Number && Number(value!) % 1 == 0,
            _ => throw new NotSupportedException(asked),
        };
        if (!fits)
        {
            faults.Add($"{path}: is {kind}, not {asked}");
            return;
        }

        if (kind == JsonValueKind.Object)
        {
            CheckObject(schema, (JsonObject)value!, path, faults);
        }
        else if (kind == JsonValueKind.String)
        {
            CheckString(schema, value!.GetValue<string>(), path, faults);
        }
        else if (kind == JsonValueKind.Number)
        {
            CheckNumber(schema, Number(value!), path, faults);
        }
    }

    private void CheckObject(JsonObject schema, JsonObject value, string path, List<string> faults)
    {
        var properties = schema["properties"] as JsonObject ?? [];
        faults.AddRange((schema["required"] as JsonArray ?? []).Select(name => name!.GetValue<string>()).Where(name => !value.ContainsKey(name)).Select(name => $"{path}: {name} is missing"));
        foreach (var (name, member) in value)
        {
            if (properties[name] is { } of)
            {
                Check(of, member, $"{path}.{name}", faults);
            }
            else
            {
                faults.Add($"{path}: {name} is not known");
            }
        }
    }

    private static void CheckString(JsonObject schema, string value, string path, List<string> faults)
    {
        if (value.Length < (int?)Limit(schema, "minLength") || value.Length > (int?)Limit(schema, "maxLength"))
        {
            faults.Add($"{path}: has {value.Length} characters");
        }

        if (schema["pattern"]?.GetValue<string>() is { } pattern && !Regex.IsMatch(value, pattern, RegexOptions.ECMAScript, TimeSpan.FromSeconds(5)))
        {
            faults.Add($"{path}: \"{value}\" does not match {pattern}");
        }

        var format = schema["format"]?.GetValue<string>();
        var wellFormed = format switch
        {
            null => true,
            "date-time" => Regex.IsMatch(value, @"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5))
                && DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, out _),
            "uri" => Uri.TryCreate(value, UriKind.Absolute, out _),
            "uri-reference" => Uri.TryCreate(value, UriKind.RelativeOrAbsolute, out _),
            _ => throw new NotSupportedException(format),
        };
        if (!wellFormed)
        {
            faults.Add($"{path}: \"{value}\" is no {format}");
        }
    }

    private static void CheckNumber(JsonObject schema, decimal value, string path, List<string> faults)
    {
        if (value < Limit(schema, "minimum") || value > Limit(schema, "maximum") || value >= Limit(schema, "exclusiveMaximum"))
        {
            faults.Add($"{path}: {value} is out of range");
        }
    }

    private static decimal? Limit(JsonObject schema, string name) => schema[name] is { } limit ? Number(limit) : null;

    private static decimal Number(JsonNode value) => decimal.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);
}
