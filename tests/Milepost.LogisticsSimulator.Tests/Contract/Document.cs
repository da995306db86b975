using System.Globalization;
using System.Text.Json.Nodes;
using Milepost.Testing;
using YamlDotNet.RepresentationModel;

namespace Milepost.LogisticsSimulator.Tests.Contract;

/// <summary>A document of <c>docs/protocol</c>, as JSON.</summary>
internal sealed class Document
{
    public static Document Rest { get; } = new("logistics.openapi.yaml");

    public static Document Live { get; } = new("logistics.asyncapi.yaml");

    private Document(string name)
    {
        using var reader = File.OpenText(Path.Combine(Repository.Root, "docs", "protocol", name));
        var yaml = new YamlStream();
        yaml.Load(reader);
        Root = (JsonObject)Json(yaml.Documents[0].RootNode)!;
    }

    public JsonObject Root { get; }

    /// <summary>Follows names from the root, and references on the way.</summary>
    public JsonNode At(params string[] names) => names.Aggregate((JsonNode)Root, (node, name) => Resolve(node)[name] ?? throw new InvalidOperationException($"{string.Join(" / ", names)}: there is no {name}"));

    public JsonNode Resolve(JsonNode node) =>
        node is JsonObject json && json["$ref"]?.GetValue<string>() is { } reference
            ? Resolve(At(reference.TrimStart('#', '/').Split('/')))
            : node;

    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Select(member => KeyValuePair.Create(((YamlScalarNode)member.Key).Value!, Json(member.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Select(Json)]),
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain } scalar => Plain(scalar.Value!),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value!),
        _ => throw new NotSupportedException(node.GetType().Name),
    };

    private static JsonNode? Plain(string text) =>
        text is "true" or "false" ? JsonValue.Create(text is "true")
        : text is "null" ? null
        : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number)
        : JsonValue.Create(text);
}
