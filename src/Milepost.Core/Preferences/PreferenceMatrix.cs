using Milepost.Core.Customers;
using Milepost.Core.Tenants;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Preferences;

namespace Milepost.Core.Preferences;

/// <summary>Everything that holds for a customer, type by channel, with who says so.</summary>
public static class PreferenceMatrix
{
    private static readonly NotificationChannel[] Channels = Enum.GetValues<NotificationChannel>();

    /// <param name="customer">Null: nothing is known of the customer.</param>
    /// <param name="tenant">The tenant's settings.</param>
    public static PreferencesView Of(Customer? customer, TenantSettings tenant)
    {
        var own = customer?.Preferences ?? new NotificationPreferences();
        var quiet = QuietOf(own, tenant);
        return new PreferencesView
        {
            Version = customer?.PreferencesVersion ?? 0,
            Own = own,
            Types = NotificationTypes.All.ToDictionary(
                type => type.Type,
                type => new TypeView
                {
                    Category = type.Category,
                    Priority = type.Priority,
                    Quiet = PreferenceRules.Quiet(type, quiet),
                    Channels = Row(type.Type, type.Category, type.Critical, own, tenant),
                },
                StringComparer.Ordinal),
            // A category without a type: what a type without choices would meet. Only security is critical by its category.
            Categories = Enum.GetValues<NotificationCategory>().ToDictionary(
                category => category,
                category => Row("", category, NotificationTypes.IsCritical(category, NotificationPriority.Normal), own, tenant)),
            QuietHours = quiet,
            TimeZone = CustomerPlace.ZoneOf(customer, tenant),
            Locale = CustomerPlace.LocaleOf(customer, tenant),
        };
    }

    /// <summary>The quiet hours in force: the customer's as a whole, else the tenant's.</summary>
    public static QuietHours? QuietOf(NotificationPreferences own, TenantSettings tenant) => own.QuietHours ?? tenant.Preferences.QuietHours;

    private static IReadOnlyDictionary<NotificationChannel, Choice> Row(
        string type, NotificationCategory category, bool critical, NotificationPreferences own, TenantSettings tenant) =>
        Channels.ToDictionary(channel => channel, channel => PreferenceRules.Decide(type, category, critical, channel, own, tenant.Preferences));
}
