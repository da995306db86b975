using Milepost.Core.Tenants;
using Milepost.Server.Settings;

namespace Milepost.Server.Channels.Sms;

/// <summary>The SMS budget of a tenant: segments in a calendar month (UTC).</summary>
internal static class SmsBudget
{
    public const string Scope = "sms_budget";

    /// <summary>Segments in a month; null: no limit.</summary>
    public static int? LimitOf(TenantSettings tenant, DeliveryOptions options) => (tenant.Limits.SmsSegmentsPerMonth ?? options.SmsSegmentsPerMonth) is > 0 and var limit ? limit : null;

    public static long PeriodOf(DateTimeOffset now) => (now.UtcDateTime.Year * 100) + now.UtcDateTime.Month;

    public static DateTimeOffset EndOf(DateTimeOffset now) => new DateTimeOffset(now.UtcDateTime.Year, now.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1);
}
