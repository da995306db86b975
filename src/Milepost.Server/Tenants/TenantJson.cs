using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Tenants;
using Milepost.Server.Api;

namespace Milepost.Server.Tenants;

/// <summary>A document that replaces a tenant's settings. The choices are read by their own rules.</summary>
internal sealed record TenantSettingsRequest
{
    public long? Version { get; init; }

    public TenantBrandView? Brand { get; init; }

    public JsonElement? Preferences { get; init; }

    public TenantLimitsView? Limits { get; init; }

    public Dictionary<string, IReadOnlyList<RouteStepView?>?>? Routes { get; init; }

    public int? RetentionDays { get; init; }

    public TenantTrackingView? Tracking { get; init; }
}

/// <summary>Reads what admins send: a field that is not known is a mistake of theirs, not nothing.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(TenantSettingsRequest))]
[JsonSerializable(typeof(WebhookRequest))]
internal sealed partial class TenantJson : JsonSerializerContext;

internal static class TenantBody
{
    private const int MaxBytes = 256 * 1024;

    /// <summary>Either the document or the answer that refuses it, which names the field.</summary>
    public static async Task<(T? Value, IResult? Refused)> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        var (document, refused) = await JsonBody.ReadAsync(context, MaxBytes, JsonBody.Json);
        if (document is null)
        {
            return (null, refused);
        }

        using var owned = document;
        try
        {
            return document.RootElement.Deserialize(type) is { } value ? (value, null) : (null, Problems.Result(ErrorCode.InvalidField, "The body is a JSON object."));
        }
        catch (JsonException wrong)
        {
            var field = wrong.Path is { Length: > 2 } path ? path[2..] : null;
            return (null, Problems.Result(ErrorCode.InvalidField, "The field is missing, not known, or its value is not one of those that it can have.", field));
        }
    }
}
