using System.Text.Json;
using System.Text.RegularExpressions;

namespace Milepost.Server.Tests.Api;

/// <summary>As much of JSON Schema as our document uses: type, properties, required, items, enum, oneOf, $ref, pattern.</summary>
internal sealed class SchemaCheck(JsonElement document)
{
    /// <summary>What is wrong with the value. A field that the schema does not name counts: the document would be behind the server.</summary>
    public IEnumerable<string> Mistakes(JsonElement schema, JsonElement value, string path = "$")
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            var target = reference.GetString()!.Split('/').Skip(1).Aggregate(document, (at, name) => at.GetProperty(name));
            return Mistakes(target, value, path);
        }

        if (schema.TryGetProperty("oneOf", out var choices))
        {
            return choices.EnumerateArray().Count(choice => !Mistakes(choice, value, path).Any()) == 1 ? [] : [$"{path} fits none or several of its choices"];
        }

        return OfType(schema, value, path).Concat(value.ValueKind switch
        {
            JsonValueKind.Object => OfObject(schema, value, path),
            JsonValueKind.Array when schema.TryGetProperty("items", out var items) => value.EnumerateArray().SelectMany((item, index) => Mistakes(items, item, $"{path}[{index}]")),
            JsonValueKind.String or JsonValueKind.Number => OfText(schema, value, path),
            _ => [],
        });
    }

    private static IEnumerable<string> OfType(JsonElement schema, JsonElement value, string path)
    {
        if (!schema.TryGetProperty("type", out var type))
        {
            yield break;
        }

        var allowed = type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()!).ToList() : [type.GetString()!];
        var actual = value.ValueKind switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => value.TryGetInt64(out _) ? "integer" : "number",
            JsonValueKind.Null => "null",
            _ => "boolean",
        };
        if (!allowed.Contains(actual, StringComparer.Ordinal) && !(actual == "integer" && allowed.Contains("number", StringComparer.Ordinal)))
        {
            yield return $"{path} is {actual}, not {string.Join(" or ", allowed)}";
        }
    }

    private static IEnumerable<string> OfText(JsonElement schema, JsonElement value, string path)
    {
        if (schema.TryGetProperty("enum", out var values) && !values.EnumerateArray().Any(one => one.GetRawText() == value.GetRawText()))
        {
            yield return $"{path} is {value.GetRawText()}, which is not in the list";
        }

        if (value.ValueKind == JsonValueKind.String && schema.TryGetProperty("pattern", out var pattern)
            && !Regex.IsMatch(value.GetString()!, pattern.GetString()!, RegexOptions.None, TimeSpan.FromSeconds(1)))
        {
            yield return $"{path} does not match {pattern}";
        }
    }

    private IEnumerable<string> OfObject(JsonElement schema, JsonElement value, string path)
    {
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray().Select(one => one.GetString()!).Where(name => !value.TryGetProperty(name, out _)))
            {
                yield return $"{path}.{name} is missing";
            }
        }

        if (!schema.TryGetProperty("properties", out var properties))
        {
            yield break;
        }

        foreach (var field in value.EnumerateObject())
        {
            if (!properties.TryGetProperty(field.Name, out var of))
            {
                yield return $"{path}.{field.Name} is not in the document";
                continue;
            }

            foreach (var mistake in Mistakes(of, field.Value, $"{path}.{field.Name}"))
            {
                yield return mistake;
            }
        }
    }
}
