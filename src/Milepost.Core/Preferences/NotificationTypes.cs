using Milepost.Core.Notifications;
using Milepost.Protocol.Events;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Preferences;

namespace Milepost.Core.Preferences;

/// <summary>How notifications of one type are treated, unless somebody has chosen otherwise.</summary>
/// <param name="Type">For example <c>order.delivered</c>.</param>
/// <param name="Category">What it is about.</param>
/// <param name="Priority">How urgent it is.</param>
/// <param name="Quiet">What becomes of it in quiet hours. Not for critical ones: they go out.</param>
/// <param name="UsefulFor">For how long it is worth telling; above zero. The inbox keeps it longer.</param>
public sealed record NotificationType(string Type, NotificationCategory Category, NotificationPriority Priority, QuietRule Quiet, TimeSpan UsefulFor)
{
    /// <summary>Cannot be switched off, and knows no quiet hours.</summary>
    public bool Critical => NotificationTypes.IsCritical(Category, Priority);

    /// <summary>Whether it goes over the channel where nobody has chosen: everything but SMS, which costs money; critical ones there too.</summary>
    public bool GoesTo(NotificationChannel channel) => channel != NotificationChannel.Sms || Critical;
}

/// <summary>The one table of notification types. Words and occasions stand in <see cref="NotificationRules"/>, what a type means for people here.</summary>
public static class NotificationTypes
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    // What is told of an order's status, in the order of the table of statuses. A push that says "arrives in a moment" is wrong a quarter of an hour
    // later; that an order was cancelled is worth knowing for days.
    private static readonly Dictionary<OrderStatus, (QuietRule Quiet, TimeSpan UsefulFor)> ByStatus = new()
    {
        [OrderStatus.Placed] = (QuietRule.Defer, Day),
        [OrderStatus.Paid] = (QuietRule.Defer, Day),
        [OrderStatus.Accepted] = (QuietRule.Defer, TimeSpan.FromHours(4)),
        [OrderStatus.Preparing] = (QuietRule.Drop, TimeSpan.FromHours(1)),
        [OrderStatus.Ready] = (QuietRule.Drop, TimeSpan.FromHours(1)),
        [OrderStatus.CourierAssigned] = (QuietRule.Drop, TimeSpan.FromHours(1)),
        [OrderStatus.PickedUp] = (QuietRule.Defer, TimeSpan.FromHours(4)),
        [OrderStatus.OutForDelivery] = (QuietRule.Defer, TimeSpan.FromHours(4)),
        [OrderStatus.Arriving] = (QuietRule.Now, TimeSpan.FromMinutes(10)),
        [OrderStatus.Delivered] = (QuietRule.Defer, Day),
        [OrderStatus.ReadyForCollection] = (QuietRule.Defer, Day),
        [OrderStatus.AttemptFailed] = (QuietRule.Now, TimeSpan.FromHours(12)),
        [OrderStatus.Exception] = (QuietRule.Now, 3 * Day),
        [OrderStatus.Cancelled] = (QuietRule.Now, 3 * Day),
        [OrderStatus.Returning] = (QuietRule.Defer, Day),
        [OrderStatus.Returned] = (QuietRule.Defer, 3 * Day),
    };

    /// <summary>Those that the product itself sends, in the order in which people should see them.</summary>
    public static readonly IReadOnlyList<NotificationType> All =
    [
        .. NotificationRules.ByStatus.Select(row => Of(row.Value, ByStatus[row.Key].Quiet, ByStatus[row.Key].UsefulFor)),
        // Whoever waits at the door is told at any hour; and it is soon not true any more.
        Of(NotificationRules.Nearby, QuietRule.Now, TimeSpan.FromMinutes(5)),
        Of(NotificationRules.Delayed, QuietRule.Now, TimeSpan.FromMinutes(30)),
        Of(NotificationRules.Note, QuietRule.Defer, Day),
        Of(NotificationRules.ContactChanged, QuietRule.Now, 3 * Day),
    ];

    private static readonly Dictionary<string, NotificationType> ByName = All.ToDictionary(row => row.Type, StringComparer.Ordinal);

    /// <summary>A type that the product itself sends; null: a tenant's own, or none.</summary>
    public static NotificationType? Find(string type) => ByName.GetValueOrDefault(type);

    /// <summary>
    /// The row of a type. A tenant's own type (<c>POST notifications</c>) is treated by what its notification says: low priority is dropped in quiet
    /// hours, critical goes out, the rest waits; each is worth telling for a day.
    /// </summary>
    public static NotificationType Of(string type, NotificationCategory category, NotificationPriority priority) => Find(type) ?? new NotificationType(
        type, category, priority,
        IsCritical(category, priority) ? QuietRule.Now : priority == NotificationPriority.Low ? QuietRule.Drop : QuietRule.Defer,
        Day);

    /// <summary>Whether what is urgent like this, or about the security of an account, is critical.</summary>
    public static bool IsCritical(NotificationCategory category, NotificationPriority priority) =>
        priority == NotificationPriority.Critical || category == NotificationCategory.Security;

    private static NotificationType Of(NotificationRule rule, QuietRule quiet, TimeSpan usefulFor) => new(rule.Type, rule.Category, rule.Priority, quiet, usefulFor);
}
