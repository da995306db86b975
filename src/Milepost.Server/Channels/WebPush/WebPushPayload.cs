namespace Milepost.Server.Channels.WebPush;

/// <summary>What the service worker gets.</summary>
internal sealed record WebPushPayload
{
    public required string Title { get; init; }

    public required string Body { get; init; }

    /// <summary>Where a click leads.</summary>
    public string? Link { get; init; }

    /// <summary>The notification's type.</summary>
    public required string Type { get; init; }

    public string? OrderId { get; init; }

    public required string NotificationId { get; init; }

    /// <summary>The tag under which a newer notification takes the place of an older one.</summary>
    public string? CollapseKey { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public static WebPushPayload Of(OutgoingMessage message, string title, string body) => new()
    {
        Title = title,
        Body = body,
        Link = message.Link,
        Type = message.Type,
        OrderId = message.OrderId,
        NotificationId = message.NotificationId,
        CollapseKey = message.CollapseKey,
        CreatedAt = message.CreatedAt,
    };
}
