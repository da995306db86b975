using Milepost.Core.Tenants;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Preferences;

namespace Milepost.Core.Notifications;

/// <summary>
/// Over what a notification of each type goes besides the inbox, and when. Data: a tenant's own row takes the place of ours. Whether the customer
/// wants it is another question, asked of each step.
/// </summary>
public static class NotificationRoutes
{
    /// <summary>How long a device has to acknowledge before something louder is tried.</summary>
    public static readonly TimeSpan AcknowledgeWithin = TimeSpan.FromSeconds(10);

    private static readonly RouteStep Email = new(NotificationChannel.Email, TimeSpan.Zero, UnlessAcknowledged: false);
    private static readonly RouteStep Push = new(NotificationChannel.Push, AcknowledgeWithin, UnlessAcknowledged: true);
    private static readonly RouteStep LateEmail = new(NotificationChannel.Email, TimeSpan.FromSeconds(60), UnlessAcknowledged: true);
    private static readonly RouteStep LateSms = new(NotificationChannel.Sms, TimeSpan.FromSeconds(60), UnlessAcknowledged: true);

    private static readonly Dictionary<string, IReadOnlyList<RouteStep>> ByType = new(StringComparer.Ordinal)
    {
        ["order.placed"] = [Email],
        ["order.paid"] = [Email],
        ["order.accepted"] = [Push],
        ["order.preparing"] = [],
        ["order.ready"] = [],
        ["order.courier_assigned"] = [],
        ["order.picked_up"] = [Push],
        ["order.out_for_delivery"] = [Push, LateSms],
        ["order.arriving"] = [Push with { After = TimeSpan.FromSeconds(5) }],
        ["order.nearby"] = [Push with { After = TimeSpan.FromSeconds(5) }],
        ["order.delayed"] = [Push],
        ["order.delivered"] = [Push, Email],
        ["order.ready_for_collection"] = [Push, LateEmail, LateSms],
        ["order.attempt_failed"] = [Push, Email, LateSms],
        ["order.exception"] = [Push, Email, LateSms],
        ["order.cancelled"] = [Push, Email],
        ["order.returning"] = [Push],
        ["order.returned"] = [Push, Email],
        ["order.note.added"] = [Push],
        ["customer.updated"] = [Email, Push],
    };

    private static readonly Dictionary<NotificationPriority, IReadOnlyList<RouteStep>> ByPriority = new()
    {
        [NotificationPriority.Low] = [],
        [NotificationPriority.Normal] = [Push],
        [NotificationPriority.High] = [Push, LateEmail],
        [NotificationPriority.Critical] = [Push, Email, LateSms],
    };

    /// <summary>The steps of a type; of a tenant's own type those of its priority.</summary>
    public static IReadOnlyList<RouteStep> Of(string type, NotificationPriority priority, TenantSettings tenant) =>
        tenant.Routes.TryGetValue(type, out var own) ? own : ByType.TryGetValue(type, out var steps) ? steps : ByPriority[priority];
}
