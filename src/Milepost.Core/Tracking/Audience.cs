using System.Text.Json.Serialization;

namespace Milepost.Core.Tracking;

/// <summary>Who looks at an order.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Audience>))]
public enum Audience
{
    /// <summary>The tenant's own people.</summary>
    [JsonStringEnumMemberName("staff")] Staff,

    /// <summary>Whose order it is.</summary>
    [JsonStringEnumMemberName("customer")] Customer,

    /// <summary>Who has a share link.</summary>
    [JsonStringEnumMemberName("guest")] Guest,
}
