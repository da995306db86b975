using System.Globalization;
using System.Text.Json.Serialization;
using Milepost.Protocol;
using Milepost.Protocol.Notifications;
using Milepost.Server.Channels.Push;

namespace Milepost.Server.Channels.Fcm;

/// <summary>A request of FCM's HTTP v1.</summary>
internal sealed record FcmRequest(FcmMessage Message)
{
    // FCM's own limits: a message lives at most four weeks.
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(28);

    public static FcmRequest Of(OutgoingMessage message, string title, string body, DateTimeOffset now)
    {
        var collapse = message.CollapseKey is { } key ? CollapseName.Of(message.Tenant, key) : null;
        var life = Math.Clamp((message.ExpiresAt - now).TotalSeconds, 0, LongestLife.TotalSeconds);
        return new FcmRequest(new FcmMessage
        {
            Token = message.Address,
            Notification = new FcmNotification(title, body),
            Data = Data(message),
            Android = new FcmAndroid
            {
                CollapseKey = collapse,
                Ttl = string.Create(CultureInfo.InvariantCulture, $"{(long)life}s"),
                Priority = message.Priority is NotificationPriority.High or NotificationPriority.Critical ? "HIGH" : "NORMAL",
                Notification = collapse is null ? null : new FcmAndroidNotification(collapse),
            },
        });
    }

    private static Dictionary<string, string> Data(OutgoingMessage message)
    {
        var data = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["type"] = message.Type,
            ["notificationId"] = message.NotificationId,
            ["createdAt"] = Rfc3339.Format(message.CreatedAt),
        };
        foreach (var (name, value) in new[] { ("link", message.Link), ("orderId", message.OrderId), ("collapseKey", message.CollapseKey) })
        {
            if (value is not null)
            {
                data[name] = value;
            }
        }

        return data;
    }
}

internal sealed record FcmMessage
{
    public required string Token { get; init; }

    public required FcmNotification Notification { get; init; }

    /// <summary>For the app. FCM takes strings only.</summary>
    public required IReadOnlyDictionary<string, string> Data { get; init; }

    public required FcmAndroid Android { get; init; }
}

internal sealed record FcmNotification(string Title, string Body);

internal sealed record FcmAndroid
{
    [JsonPropertyName("collapse_key")]
    public string? CollapseKey { get; init; }

    public required string Ttl { get; init; }

    public required string Priority { get; init; }

    public FcmAndroidNotification? Notification { get; init; }
}

/// <param name="Tag">A newer notification with it takes the place of the one that is shown.</param>
internal sealed record FcmAndroidNotification(string Tag);

/// <summary>FCM's answer: a name, or an error.</summary>
internal sealed record FcmReply
{
    /// <summary><c>projects/{project}/messages/{id}</c>.</summary>
    public string? Name { get; init; }

    public FcmError? Error { get; init; }
}

internal sealed record FcmError
{
    /// <summary>A word of google.rpc.Code.</summary>
    public string? Status { get; init; }

    public IReadOnlyList<FcmErrorDetail>? Details { get; init; }

    /// <summary>FCM's own word where there is one.</summary>
    public string? Word => Details?.FirstOrDefault(detail => detail.ErrorCode is not null)?.ErrorCode ?? Status;

    /// <summary>The request is wrong because the token is none.</summary>
    public bool IsAboutToken => Details?.Any(detail => detail.FieldViolations?.Any(violation => violation.Field == "message.token") ?? false) ?? false;
}

internal sealed record FcmErrorDetail
{
    public string? ErrorCode { get; init; }

    public IReadOnlyList<FcmField>? FieldViolations { get; init; }
}

internal sealed record FcmField(string? Field);
