using System.Globalization;
using System.Text.Json;
using Milepost.Protocol;

namespace Milepost.Server.Logistics;

/// <summary>
/// Reads members of an object that came from outside: of the right type and within their bounds, or the whole document is refused. Members that
/// nobody asks for are ignored. <c>null</c> counts as absent.
/// </summary>
/// <param name="document">An object.</param>
internal readonly struct StrictDocument(JsonElement document)
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <summary>Parses an object. The caller disposes it.</summary>
    /// <exception cref="RefusedDocumentException">It is no JSON, or no object.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> text)
    {
        JsonDocument json;
        try
        {
            json = JsonDocument.Parse(text, Options);
        }
        catch (JsonException)
        {
            throw new RefusedDocumentException("json");
        }

        if (json.RootElement.ValueKind == JsonValueKind.Object)
        {
            return json;
        }

        json.Dispose();
        throw new RefusedDocumentException("json");
    }

    public string Text(string name, int maxLength) => OptionalText(name, maxLength) is { Length: > 0 } text ? text : throw new RefusedDocumentException(name);

    /// <summary>Text without control characters; an empty one is absent.</summary>
    public string? OptionalText(string name, int maxLength)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        string? text;
        try
        {
            text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            throw new RefusedDocumentException(name);
        }

        return text is null || text.Length > maxLength || text.Any(char.IsControl) ? throw new RefusedDocumentException(name) : text.Length == 0 ? null : text;
    }

    public string Id(string name) => OptionalId(name) ?? throw new RefusedDocumentException(name);

    public string? OptionalId(string name) => OptionalText(name, Identifiers.MaxLength) is not { } id ? null : Identifiers.IsValid(id) ? id : throw new RefusedDocumentException(name);

    public double Number(string name, double min, double max) => OptionalNumber(name, min, max) ?? throw new RefusedDocumentException(name);

    public double? OptionalNumber(string name, double min, double max) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= min && number <= max ? number : throw new RefusedDocumentException(name);

    public long Whole(string name, long min, long max) => OptionalWhole(name, min, max) ?? throw new RefusedDocumentException(name);

    public long? OptionalWhole(string name, long min, long max) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= min && number <= max ? number : throw new RefusedDocumentException(name);

    public DateTimeOffset Time(string name, DateTimeOffset earliest, DateTimeOffset latest) => OptionalTime(name, earliest, latest) ?? throw new RefusedDocumentException(name);

    public DateTimeOffset? OptionalTime(string name, DateTimeOffset earliest, DateTimeOffset latest) => OptionalText(name, 64) is not { } text ? null
        : Rfc3339.TryParse(text, out var time) && time >= earliest && time <= latest ? time : throw new RefusedDocumentException(name);

    /// <summary>One of the words; a word that is not known counts as <paramref name="other"/>, where there is such a thing.</summary>
    public string? OptionalWord(string name, IReadOnlySet<string> words, string? other) => OptionalText(name, 32) is not { } word ? null
        : words.Contains(word) ? word : other ?? throw new RefusedDocumentException(name);

    public StrictDocument? OptionalObject(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new StrictDocument(value) : throw new RefusedDocumentException(name);

    private JsonElement? Find(string name) => document.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}

/// <summary>A document from outside that is not what it should be.</summary>
/// <param name="member">The first member that is wrong, a name of ours: what came with it is not repeated.</param>
internal sealed class RefusedDocumentException(string member) : Exception($"The document was refused: {member}.")
{
    public string Member => member;
}
