using Milepost.Core.Deliveries;
using Milepost.Protocol.Preferences;

namespace Milepost.Core.Notifications;

/// <summary>What was decided for one way of a notification when it was made. Kept with it, so that anybody can be told why.</summary>
/// <param name="Channel">The way, as the customer chooses among them; null for the tenant's webhooks.</param>
/// <param name="DeliveryId">The delivery that was planned; null: none was.</param>
/// <param name="Code"><see cref="Planned"/>, or why not: one of <see cref="ClearanceCode"/>.</param>
/// <param name="Text">The same for people.</param>
public sealed record ChannelVerdict(NotificationChannel? Channel, string? DeliveryId, string Code, string Text)
{
    public const string Planned = "planned";
}
