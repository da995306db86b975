using System.Text.Json;
using Milepost.Core.Deliveries;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Preferences;

namespace Milepost.Core.Notifications;

/// <summary>A notification that no event of an order caused: somebody asked for it. Recorded like an event, with an identity of its own.</summary>
public sealed record MessageRequest
{
    /// <summary>Names the request among those of the tenant.</summary>
    public required string RequestId { get; init; }

    /// <summary>Decides template, preference and route.</summary>
    public required string Type { get; init; }

    public required NotificationCategory Category { get; init; }

    public required NotificationPriority Priority { get; init; }

    /// <summary>Literal words; null: the template's.</summary>
    public string? Title { get; init; }

    public string? Body { get; init; }

    /// <summary>What the template speaks of.</summary>
    public JsonElement? Data { get; init; }

    public string? OrderId { get; init; }

    /// <summary>Besides the inbox only these; null: as the type's route says.</summary>
    public IReadOnlyList<NotificationChannel>? Channels { get; init; }

    /// <summary>Not before; null: at once.</summary>
    public DateTimeOffset? SendAt { get; init; }

    /// <summary>Not behind; null: as the type says.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>A newer one with the same key takes the place of an older one that still waits.</summary>
    public string? CollapseKey { get; init; }

    /// <summary>Those of a window (aligned to UTC midnight) with the same collapse key go out as one at its end. The inbox has each at once.</summary>
    public TimeSpan? DigestWindow { get; init; }

    public DeliveryLane Lane { get; init; }
}
