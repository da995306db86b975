using System.Text.Json.Serialization;
using Milepost.Protocol.Notifications;

namespace Milepost.Server.Channels.Apns;

/// <summary>What the app gets.</summary>
internal sealed record ApnsPayload
{
    public required ApnsAps Aps { get; init; }

    /// <summary>Where a tap leads.</summary>
    public string? Link { get; init; }

    public required string Type { get; init; }

    public string? OrderId { get; init; }

    public required string NotificationId { get; init; }

    public string? CollapseKey { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public static ApnsPayload Of(OutgoingMessage message, string title, string body) => new()
    {
        Aps = new ApnsAps
        {
            Alert = new ApnsAlert(title, body),
            Sound = message.Priority is NotificationPriority.Low ? null : "default",
            ThreadId = message.OrderId,
        },
        Link = message.Link,
        Type = message.Type,
        OrderId = message.OrderId,
        NotificationId = message.NotificationId,
        CollapseKey = message.CollapseKey,
        CreatedAt = message.CreatedAt,
    };
}

/// <summary>Apple's own part.</summary>
internal sealed record ApnsAps
{
    public required ApnsAlert Alert { get; init; }

    public string? Sound { get; init; }

    /// <summary>Groups what is shown.</summary>
    [JsonPropertyName("thread-id")]
    public string? ThreadId { get; init; }
}

internal sealed record ApnsAlert(string Title, string Body);

/// <summary>Apple's answer to what it does not take.</summary>
/// <param name="Reason">A word of Apple's table.</param>
/// <param name="Timestamp">With 410: since when the token is not valid, in milliseconds since 1970.</param>
internal sealed record ApnsReply(string? Reason, long? Timestamp);
