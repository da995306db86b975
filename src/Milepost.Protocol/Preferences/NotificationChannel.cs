using System.Text.Json.Serialization;

namespace Milepost.Protocol.Preferences;

/// <summary>The ways to a customer, as the customer chooses among them.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NotificationChannel>))]
public enum NotificationChannel
{
    /// <summary>The inbox and everything live. Switched off it still keeps the notification, archived from the start.</summary>
    [JsonStringEnumMemberName("in_app")] InApp,
    [JsonStringEnumMemberName("email")] Email,
    [JsonStringEnumMemberName("sms")] Sms,

    /// <summary>Web push and the pushes of phones (FCM, APNs).</summary>
    [JsonStringEnumMemberName("push")] Push,
}
