using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Milepost.Protocol.Errors;
using Milepost.Server.Api;

namespace Milepost.Server.Templates;

internal static class TemplateRequests
{
    /// <summary>Reads the body, or tells what is wrong with it.</summary>
    public static async Task<(T? Request, IResult? Refused)> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        if (!context.Request.HasJsonContentType())
        {
            return (null, Problems.Result(ErrorCode.UnsupportedMediaType, "Send application/json."));
        }

        try
        {
            var request = await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted);
            return request is null ? (null, Problems.Result(ErrorCode.MalformedJson)) : (request, null);
        }
        catch (JsonException)
        {
            return (null, Problems.Result(ErrorCode.MalformedJson));
        }
    }
}
