using System.Text.Json;
using System.Text.Unicode;
using Milepost.Protocol.Errors;

namespace Milepost.Server.Api;

/// <summary>
/// JSON as RFC 8259 and nothing beside it: valid Unicode, no lone surrogates, no field twice, at most 64 levels. What passes here can be read
/// without surprises.
/// </summary>
internal static class StrictJson
{
    public const int MaxDepth = 64;

    // Deeper than this the text is not even split into its items.
    private const int SplitDepth = 1_000;

    /// <summary>Parses one value. Null: <paramref name="refused"/> says why.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> text, out ErrorCode? refused)
    {
        refused = Check(text.Span);
        if (refused is not null)
        {
            return null;
        }

        try
        {
            return JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            // The check has read it all without complaint: only a repeated name is left to object to.
            refused = ErrorCode.DuplicateKey;
            return null;
        }
    }

    /// <summary>Splits an array into the texts of its items, without judging them. Null: this is not a JSON array.</summary>
    public static List<ReadOnlyMemory<byte>>? Split(ReadOnlyMemory<byte> text)
    {
        var items = new List<ReadOnlyMemory<byte>>();
        try
        {
            var reader = new Utf8JsonReader(text.Span, new JsonReaderOptions { MaxDepth = SplitDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                return null;
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                items.Add(text[start..(int)reader.BytesConsumed]);
            }

            return reader.Read() ? null : items;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ErrorCode? Check(ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text))
        {
            return ErrorCode.InvalidText;
        }

        try
        {
            var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = SplitDepth });
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject && reader.CurrentDepth >= MaxDepth)
                {
                    return ErrorCode.TooDeep;
                }

                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                {
                    // Reading is the check: half a surrogate pair has no text.
                    reader.GetString();
                }
            }

            return null;
        }
        catch (JsonException)
        {
            return ErrorCode.MalformedJson;
        }
        catch (InvalidOperationException)
        {
            return ErrorCode.InvalidText;
        }
    }
}
