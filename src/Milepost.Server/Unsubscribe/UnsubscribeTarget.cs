using Milepost.Core.Preferences;
using Milepost.Protocol.Notifications;

namespace Milepost.Server.Unsubscribe;

/// <summary>Which e-mails a link ends, and whose.</summary>
internal abstract record UnsubscribeTarget(string Tenant, string CustomerId)
{
    /// <summary>Those of one notification type.</summary>
    public sealed record OfType(string Tenant, string CustomerId, string Type) : UnsubscribeTarget(Tenant, CustomerId);

    /// <summary>Those of a category.</summary>
    public sealed record OfCategory(string Tenant, string CustomerId, NotificationCategory Category) : UnsubscribeTarget(Tenant, CustomerId);

    /// <summary>Critical e-mails cannot be ended.</summary>
    public bool IsCritical => this switch
    {
        OfType it => NotificationTypes.Find(it.Type)?.Critical == true,
        OfCategory it => NotificationTypes.IsCritical(it.Category, NotificationPriority.Normal),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
