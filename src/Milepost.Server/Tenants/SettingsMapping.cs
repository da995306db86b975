using Milepost.Core.Tenants;
using Milepost.Protocol.Tenants;

namespace Milepost.Server.Tenants;

/// <summary>Settings as they are shown: secrets are not part of any view.</summary>
internal static class SettingsMapping
{
    public static TenantSettingsView View(TenantSettings settings) => new()
    {
        Version = settings.Version,
        Brand = new TenantBrandView
        {
            Name = settings.Brand.Name,
            LogoUrl = settings.Brand.LogoUrl,
            Color = settings.Brand.Color,
            SupportEmail = settings.Brand.SupportEmail,
            FromEmail = settings.Brand.FromEmail,
            OrderUrl = settings.Brand.OrderUrl,
            Locale = settings.Brand.Locale,
        },
        Preferences = settings.Preferences,
        Limits = new TenantLimitsView
        {
            CustomerPerHour = settings.Limits.CustomerPerHour,
            CustomerPerDay = settings.Limits.CustomerPerDay,
            TenantPerSecond = settings.Limits.TenantPerSecond,
            SmsSegmentsPerMonth = settings.Limits.SmsSegmentsPerMonth,
            SmsCountries = settings.Limits.SmsCountries,
        },
        Routes = settings.Routes.ToDictionary(
            route => route.Key, IReadOnlyList<RouteStepView> (route) => [.. route.Value.Select(View)], StringComparer.Ordinal),
        RetentionDays = settings.RetentionDays,
        Tracking = TrackingSettings.View(settings.Tracking),
    };

    public static WebhookView View(WebhookEndpoint webhook) => new()
    {
        Id = webhook.Id,
        Url = webhook.Url,
        Types = webhook.Types,
        Enabled = webhook.Enabled,
        OffReason = webhook.OffReason,
        CreatedAt = webhook.CreatedAt,
        RotatedAt = webhook.RotatedAt,
    };

    private static RouteStepView View(RouteStep step) => new()
    {
        Channel = step.Channel,
        AfterSeconds = (int)step.After.TotalSeconds,
        UnlessAcknowledged = step.UnlessAcknowledged,
    };
}
