using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Milepost.Protocol.Errors;

namespace Milepost.Server.Api;

/// <summary>Reads a request's JSON body.</summary>
internal static class JsonBody
{
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
}
