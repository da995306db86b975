using System.Text.Json.Serialization;

namespace Milepost.Protocol.Preferences;

/// <summary>Whose choice counts, most special first.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChoiceSource>))]
public enum ChoiceSource
{
    /// <summary>Nobody chooses: what is critical always comes.</summary>
    [JsonStringEnumMemberName("critical")] Critical,

    /// <summary>The customer's, for this notification type.</summary>
    [JsonStringEnumMemberName("customer_type")] CustomerType,

    /// <summary>The customer's, for the category.</summary>
    [JsonStringEnumMemberName("customer_category")] CustomerCategory,

    /// <summary>The customer's, for the whole channel.</summary>
    [JsonStringEnumMemberName("customer_channel")] CustomerChannel,

    /// <summary>The tenant's, for this notification type.</summary>
    [JsonStringEnumMemberName("tenant_type")] TenantType,

    /// <summary>The tenant's, for the category.</summary>
    [JsonStringEnumMemberName("tenant_category")] TenantCategory,

    /// <summary>The tenant's, for the whole channel.</summary>
    [JsonStringEnumMemberName("tenant_channel")] TenantChannel,

    /// <summary>Nobody has chosen; the product's own.</summary>
    [JsonStringEnumMemberName("default")] Default,
}

/// <summary>Whether a notification of some type goes over some channel, and who says so.</summary>
/// <param name="Allowed">It goes.</param>
/// <param name="Source">Whose choice it is.</param>
/// <param name="Fixed">It cannot be switched off.</param>
public readonly record struct Choice(bool Allowed, ChoiceSource Source, bool Fixed);
