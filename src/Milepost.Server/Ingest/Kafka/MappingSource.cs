using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Milepost.Core.DeadLetters;

namespace Milepost.Server.Ingest.Kafka;

/// <summary>Where a mapped field takes its value.</summary>
internal abstract record MappingSource
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

        return text.StartsWith("$.", StringComparison.Ordinal) || text.StartsWith("$[", StringComparison.Ordinal) ? ParsePath(text) : null;
    }

    /// <summary><c>$.name[0].name</c>: names without dots, brackets and blanks.</summary>
    private static Path? ParsePath(string text)
    {
        var steps = new List<string>();
        foreach (var part in text.Replace("[", ".[", StringComparison.Ordinal).Split('.')[1..])
        {
            var isPlace = part.Length is > 2 and <= 6 && part[0] == '[' && part[^1] == ']' && part[1..^1].All(char.IsAsciiDigit);
            if (part.Length == 0 || (!isPlace && part.Any(letter => letter is '[' or ']' || char.IsWhiteSpace(letter))))
            {
                return null;
            }

            steps.Add(part);
        }

        return new Path(steps);
    }

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
