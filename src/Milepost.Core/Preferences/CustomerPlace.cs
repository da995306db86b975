using Milepost.Core.Customers;
using Milepost.Core.Tenants;

namespace Milepost.Core.Preferences;

/// <summary>Where a customer is and what language they read: the nearest that is known.</summary>
public static class CustomerPlace
{
    /// <summary>The zone of those of whom nothing is known.</summary>
    public const string DefaultZone = "UTC";

    /// <summary>The language of those of whom nothing is known.</summary>
    public const string DefaultLocale = "en";

    /// <summary>The zone: the device's (for a push), the customer's choice, what the shop told, the tenant's default, UTC. Names that are no zones are passed over.</summary>
    public static string ZoneOf(Customer? customer, TenantSettings tenant, Device? device = null) =>
        new[] { device?.TimeZone, customer?.Preferences.TimeZone, customer?.Profile.TimeZone, tenant.Preferences.TimeZone }
            .FirstOrDefault(zone => zone is not null && QuietHoursCalendar.IsZone(zone)) ?? DefaultZone;

    /// <summary>The language: the device's (for a push), the customer's choice, what the shop told, the tenant's, English.</summary>
    public static string LocaleOf(Customer? customer, TenantSettings tenant, Device? device = null) =>
        new[] { device?.Locale, customer?.Preferences.Locale, customer?.Profile.Locale, tenant.Preferences.Locale, tenant.Brand.Locale }
            .FirstOrDefault(locale => locale is not null && LocaleTag.IsValid(locale)) ?? DefaultLocale;
}
