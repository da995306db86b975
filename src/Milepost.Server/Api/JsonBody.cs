using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Net.Http.Headers;
using Milepost.Protocol.Errors;

namespace Milepost.Server.Api;

/// <summary>Reads a request's body as JSON.</summary>
internal static class JsonBody
{
    public const string Json = "application/json";
    public const string MergePatch = "application/merge-patch+json";

    /// <summary>The document, which the caller disposes, or the answer for a body that is none.</summary>
    /// <param name="context">The request.</param>
    /// <param name="maxBytes">A longer body is refused.</param>
    /// <param name="mediaTypes">What the content may call itself.</param>
    public static async Task<(JsonDocument? Document, IResult? Refused)> ReadAsync(HttpContext context, int maxBytes, params string[] mediaTypes)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) || !mediaTypes.Contains(type.MediaType.ToString(), StringComparer.OrdinalIgnoreCase))
        {
            return (null, Problems.Result(ErrorCode.UnsupportedMediaType, $"Send {string.Join(" or ", mediaTypes)}.", "Content-Type"));
        }

        if (await ReadAllAsync(context, maxBytes) is not { } text)
        {
            return (null, Problems.Result(ErrorCode.BodyTooLarge, $"At most {maxBytes} bytes."));
        }

        var document = StrictJson.Parse(text, out var refused);
        return document is null ? (null, Problems.Result(refused!)) : (document, null);
    }

    /// <summary>Either the value or the answer that refuses it.</summary>
    public static async Task<(T? Value, IResult? Refused)> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        if (!context.Request.HasJsonContentType())
        {
            return (null, Problems.Result(ErrorCode.UnsupportedMediaType, "Send application/json."));
        }

        try
        {
            var value = await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted);
            return value is null ? (null, Problems.Result(ErrorCode.MalformedJson)) : (value, null);
        }
        catch (JsonException)
        {
            return (null, Problems.Result(ErrorCode.MalformedJson));
        }
    }

    // Null: there is more.
    private static async Task<ReadOnlyMemory<byte>?> ReadAllAsync(HttpContext context, int maxBytes)
    {
        if (context.Request.ContentLength > maxBytes)
        {
            return null;
        }

        var buffer = new byte[maxBytes + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, context.RequestAborted);
        return length > maxBytes ? null : buffer.AsMemory(0, length);
    }
}
