using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Milepost.Core.DeadLetters;

namespace Milepost.Server.Ingest.Kafka;

/// <summary>Where a mapped field takes its value.</summary>
internal abstract partial record MappingSource
{
    private MappingSource()
    {
    }

    public abstract JsonNode? Read(TopicMessage message, JsonElement root);

    /// <summary>Null: the text says no source.</summary>
    public static MappingSource? Parse(string text)
    {
        if (text.Length >= 2 && text[0] == '\'' && text[^1] == '\'')
        {
            return new Constant(text[1..^1]);
        }

        if (text == "$key")
        {
            return new Key();
        }

        if (text == "$position")
        {
            return new Position();
        }

        if (text.StartsWith("$header.", StringComparison.Ordinal) && text.Length > "$header.".Length)
        {
            return new Header(text["$header.".Length..]);
        }

        return PathForm().IsMatch(text) ? new Path([.. PathStep().Matches(text).Select(step => step.Groups[1].Success ? step.Groups[1].Value : step.Groups[2].Value)]) : null;
    }

    [GeneratedRegex(@"\A\$(\.[^.\[\]\s]+|\[[0-9]{1,4}\])+\z", RegexOptions.CultureInvariant)]
    private static partial Regex PathForm();

    [GeneratedRegex(@"\.([^.\[\]]+)|(\[[0-9]+\])", RegexOptions.CultureInvariant)]
    private static partial Regex PathStep();

    public sealed record Constant(string Text) : MappingSource
    {
        public override JsonNode Read(TopicMessage message, JsonElement root) => JsonValue.Create(Text);
    }

    /// <summary>The message's key as text.</summary>
    public sealed record Key : MappingSource
    {
        public override JsonNode? Read(TopicMessage message, JsonElement root) => message.Key is null ? null : JsonValue.Create(Encoding.UTF8.GetString(message.Key));
    }

    /// <summary>Topic, partition and offset: an identity where the sender has none. A message that is sent twice then counts as two.</summary>
    public sealed record Position : MappingSource
    {
        public override JsonNode Read(TopicMessage message, JsonElement root) =>
            JsonValue.Create(string.Create(CultureInfo.InvariantCulture, $"{message.Topic}/{message.Partition}/{message.Offset}"));
    }

    public sealed record Header(string Name) : MappingSource
    {
        public override JsonNode? Read(TopicMessage message, JsonElement root) =>
            message.Headers.FirstOrDefault(header => header.Name == Name)?.Value is { } value ? JsonValue.Create(Encoding.UTF8.GetString(value)) : null;
    }

    /// <summary>A value of the message; names and places ("[0]") from the root.</summary>
    public sealed record Path(IReadOnlyList<string> Steps) : MappingSource
    {
        public override JsonNode? Read(TopicMessage message, JsonElement root)
        {
            var at = root;
            foreach (var step in Steps)
            {
                var found = step[0] == '['
                    ? TryItem(at, int.Parse(step[1..^1], CultureInfo.InvariantCulture), out at)
                    : at.ValueKind == JsonValueKind.Object && at.TryGetProperty(step, out at);
                if (!found)
                {
                    return null;
                }
            }

            return at.ValueKind switch
            {
                JsonValueKind.Object => JsonObject.Create(at),
                JsonValueKind.Array => JsonArray.Create(at),
                JsonValueKind.Null => null,
                _ => JsonValue.Create(at),
            };
        }

        private static bool TryItem(JsonElement array, int place, out JsonElement item)
        {
            item = default;
            if (array.ValueKind != JsonValueKind.Array || place >= array.GetArrayLength())
            {
                return false;
            }

            item = array[place];
            return true;
        }
    }
}
