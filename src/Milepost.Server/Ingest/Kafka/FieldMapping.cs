using System.Text.Json;
using System.Text.Json.Nodes;
using Milepost.Core.DeadLetters;
using Milepost.Protocol;

namespace Milepost.Server.Ingest.Kafka;

/// <summary>Turns plain JSON of a topic into a CloudEvent, as the configuration declares it.</summary>
internal sealed class FieldMapping
{
    private static readonly string[] Required = ["id", "source", "subject", "type"];

    // Unix times below this are seconds (until the year 5138), above it milliseconds (from 1973 on).
    private const long FirstMilliseconds = 100_000_000_000;

    private readonly Dictionary<string, MappingLine[]> _topics;

    private FieldMapping(Dictionary<string, MappingLine[]> topics) => _topics = topics;

    /// <summary>Reads the declaration; what is wrong with it goes to <paramref name="errors"/>.</summary>
    public static FieldMapping Parse(IEnumerable<string> declaration, IEnumerable<string> topics, List<string> errors)
    {
        var lines = new List<MappingLine>();
        var before = errors.Count;
        foreach (var text in declaration)
        {
            if (!MappingLine.TryParse(text, out var line, out var problem))
            {
                errors.Add($"Kafka:Mapping: '{text}': {problem}.");
            }
            else if (line.Topic is { } topic && !topics.Contains(topic, StringComparer.Ordinal))
            {
                errors.Add($"Kafka:Mapping: '{text}': {topic} is not one of Kafka:Topics.");
            }
            else if (lines.Exists(other => other.Topic == line.Topic && other.Field == line.Field))
            {
                errors.Add($"Kafka:Mapping: '{text}': {line.Field} has a source already.");
            }
            else
            {
                lines.Add(line);
            }
        }

        // What is said of one topic holds before what is said of all.
        var mapped = topics.Distinct(StringComparer.Ordinal).ToDictionary(
            topic => topic,
            topic => lines.Where(line => line.Topic == topic).Concat(lines.Where(line => line.Topic is null && !lines.Exists(own => own.Topic == topic && own.Field == line.Field))).ToArray(),
            StringComparer.Ordinal);
        if (errors.Count == before)
        {
            errors.AddRange(mapped.Where(pair => pair.Value.Length > 0).SelectMany(pair => Required
                .Where(field => Array.TrueForAll(pair.Value, line => line.Field != field))
                .Select(field => $"Kafka:Mapping: {pair.Key} has no source for {field}.")));
        }

        return new FieldMapping(mapped);
    }

    public bool Covers(string topic) => _topics.TryGetValue(topic, out var lines) && lines.Length > 0;

    public CloudEventContent Apply(TopicMessage message, JsonElement root)
    {
        var attributes = new JsonObject { ["specversion"] = "1.0" };
        var data = new JsonObject();
        foreach (var line in _topics[message.Topic])
        {
            if (line.Source.Read(message, root) is not { } value)
            {
                continue;
            }

            var fitted = Fit(line, value);
            if (MappingLine.Attributes.Contains(line.Field, StringComparer.Ordinal))
            {
                attributes[line.Field] = fitted;
            }
            else
            {
                Put(data, line.Field.Split('.')[1..], fitted);
            }
        }

        return CloudEventContent.Of(attributes, data);
    }

    private static JsonNode? Fit(MappingLine line, JsonNode value)
    {
        // Ids are texts here and often numbers elsewhere; times are often counted from 1970.
        var isAttribute = MappingLine.Attributes.Contains(line.Field, StringComparer.Ordinal);
        if (value.GetValueKind() == JsonValueKind.Number)
        {
            if (line.Field == "time" && long.TryParse(value.ToJsonString(), out var unix) && unix is >= 0 and < FirstMilliseconds * 1_000)
            {
                return JsonValue.Create(Rfc3339.Format(unix < FirstMilliseconds ? DateTimeOffset.FromUnixTimeSeconds(unix) : DateTimeOffset.FromUnixTimeMilliseconds(unix)));
            }

            return isAttribute || line.Field.EndsWith(".id", StringComparison.Ordinal) ? Translate(line, value.ToJsonString()) : value;
        }

        return value.GetValueKind() == JsonValueKind.String ? Translate(line, value.GetValue<string>()) : value;
    }

    private static JsonNode Translate(MappingLine line, string text) => JsonValue.Create(line.Words.GetValueOrDefault(text, text));

    private static void Put(JsonObject target, string[] path, JsonNode? value)
    {
        foreach (var name in path[..^1])
        {
            if (target[name] is not JsonObject next)
            {
                target[name] = next = [];
            }

            target = next;
        }

        target[path[^1]] = value;
    }
}
