using System.Text.Json;
using System.Text.Json.Nodes;

namespace Milepost.Core.Preferences;

/// <summary>RFC 7396: a document that says what changes in another one.</summary>
public static class JsonMergePatch
{
    /// <summary>The patched document; <paramref name="target"/> is used up. What is null in the patch goes, objects are merged, everything else is replaced.</summary>
    public static JsonNode? Apply(JsonNode? target, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            return ToNode(patch);
        }

        var result = target as JsonObject ?? [];
        foreach (var change in patch.EnumerateObject())
        {
            if (change.Value.ValueKind == JsonValueKind.Null)
            {
                result.Remove(change.Name);
                continue;
            }

            // A node has one parent: it is taken out of the old place before it is put into the new one.
            var before = result[change.Name];
            result.Remove(change.Name);
            result[change.Name] = Apply(before, change.Value);
        }

        return result;
    }

    private static JsonNode? ToNode(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => JsonArray.Create(value),
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        _ => JsonValue.Create(value),
    };
}
