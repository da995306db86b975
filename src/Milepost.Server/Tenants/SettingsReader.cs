using System.Text.RegularExpressions;
using Milepost.Core.Deliveries;
using Milepost.Core.Preferences;
using Milepost.Core.Tenants;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Preferences;
using Milepost.Protocol.Tenants;
using Milepost.Server.Channels.Sms;

namespace Milepost.Server.Tenants;

/// <summary>Why settings cannot be taken: where in the document, and what would be right.</summary>
internal sealed record SettingsProblem(ErrorCode Code, string Field, string Detail);

/// <summary>Makes settings of a document. Takes nothing that would be found out to be wrong only when a message goes out.</summary>
internal sealed partial class SettingsReader
{
    private const int MaxName = 100;
    private const int MaxUrl = 2048;
    private const int MaxRoutes = 200;
    private const int MaxSteps = 10;
    private const int MaxCountries = 500;
    private const int MaxLimit = 100_000_000;
    private const string Order = "{order}";
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private SettingsProblem? _problem;

    private SettingsReader()
    {
    }

    /// <summary>Exactly one of the two is there. Webhooks and version stay as they are in <paramref name="before"/>.</summary>
    /// <param name="request">What shall be.</param>
    /// <param name="before">What is.</param>
    /// <param name="mostDays">As long as the installation keeps; what is dropped is dropped for all.</param>
    /// <param name="mostLocationDays">The same for where drivers were.</param>
    public static (TenantSettings? Settings, SettingsProblem? Problem) Read(TenantSettingsRequest request, TenantSettings before, int mostDays, int mostLocationDays)
    {
        var reader = new SettingsReader();
        var settings = before with
        {
            Brand = reader.Brand(request.Brand ?? new TenantBrandView()),
            Preferences = reader.Preferences(request, before),
            Limits = reader.Limits(request.Limits ?? new TenantLimitsView()),
            Routes = reader.Routes(request.Routes ?? []),
            RetentionDays = request.RetentionDays,
            Tracking = TrackingSettings.Read(request.Tracking ?? new TenantTrackingView(), mostLocationDays, reader.Refuse),
        };
        reader.Refuse(request.RetentionDays < 1 || request.RetentionDays > mostDays, "retentionDays", $"1 to {mostDays} days: no longer than this installation keeps.");
        return reader._problem is { } problem ? (null, problem) : (settings, null);
    }

    private TenantBrand Brand(TenantBrandView brand)
    {
        Refuse(brand.Name is { } name && (name.Trim().Length == 0 || name.Length > MaxName || name.Any(char.IsControl)), "brand.name", $"1 to {MaxName} characters, on one line.");
        Refuse(brand.LogoUrl is { } logo && !IsAddress(logo), "brand.logoUrl", $"An address that begins with https://, of at most {MaxUrl} characters.");
        Refuse(brand.Color is { } color && !Color().IsMatch(color), "brand.color", "A colour is written #RRGGBB, for example #0A7C5B.");
        Email(brand.SupportEmail, "brand.supportEmail");
        Email(brand.FromEmail, "brand.fromEmail");
        Refuse(brand.OrderUrl is { } order && !IsOrderAddress(order), "brand.orderUrl", $"An address that begins with https:// and has {Order} behind the host, where the order's id is to stand.");
        Refuse(brand.Locale is { } locale && !LocaleTag.IsValid(locale), "brand.locale", "This is a language tag, for example de or pt-BR.");
        return new TenantBrand
        {
            Name = brand.Name?.Trim(),
            LogoUrl = brand.LogoUrl,
            Color = brand.Color,
            SupportEmail = brand.SupportEmail,
            FromEmail = brand.FromEmail,
            OrderUrl = brand.OrderUrl,
            Locale = brand.Locale,
        };
    }

    private NotificationPreferences Preferences(TenantSettingsRequest request, TenantSettings before)
    {
        if (request.Preferences is not { } document)
        {
            return new NotificationPreferences();
        }

        var (preferences, problem) = PreferenceReader.Read(document, before.Preferences);
        if (problem is not null)
        {
            _problem ??= new SettingsProblem(problem.Code, problem.Field.Length > 0 ? "preferences." + problem.Field : "preferences", problem.Detail);
        }

        return preferences ?? before.Preferences;
    }

    private TenantLimits Limits(TenantLimitsView limits)
    {
        Count(limits.CustomerPerHour, "limits.customerPerHour");
        Count(limits.CustomerPerDay, "limits.customerPerDay");
        Count(limits.TenantPerSecond, "limits.tenantPerSecond");
        Count(limits.SmsSegmentsPerMonth, "limits.smsSegmentsPerMonth");
        var countries = limits.SmsCountries ?? [];
        Refuse(countries.Count > MaxCountries, "limits.smsCountries", $"At most {MaxCountries} entries.");
        for (var index = 0; index < countries.Count; index++)
        {
            Refuse(!CallingCodes.IsEntry(countries[index]), $"limits.smsCountries[{index}]", CallingCodes.Rule);
        }

        return new TenantLimits
        {
            CustomerPerHour = limits.CustomerPerHour,
            CustomerPerDay = limits.CustomerPerDay,
            TenantPerSecond = limits.TenantPerSecond,
            SmsSegmentsPerMonth = limits.SmsSegmentsPerMonth,
            SmsCountries = countries,
        };
    }

    private Dictionary<string, IReadOnlyList<RouteStep>> Routes(Dictionary<string, IReadOnlyList<RouteStepView?>?> routes)
    {
        Refuse(routes.Count > MaxRoutes, "routes", $"At most {MaxRoutes} notification types.");
        var read = new Dictionary<string, IReadOnlyList<RouteStep>>(StringComparer.Ordinal);
        foreach (var (type, steps) in routes)
        {
            Refuse(!PreferenceReader.IsTypeName(type), $"routes.{type}", $"A notification type is {PreferenceReader.TypeRule}.");
            Refuse(steps is null || steps.Count > MaxSteps || steps.Contains(null), $"routes.{type}", $"A list of at most {MaxSteps} steps.");
            read[type] = [.. (steps ?? []).OfType<RouteStepView>().Select((step, index) => Step(step, $"routes.{type}[{index}]"))];
        }

        return read;
    }

    private RouteStep Step(RouteStepView step, string field)
    {
        Refuse(step.Channel is not (NotificationChannel.Email or NotificationChannel.Sms or NotificationChannel.Push), field + ".channel", "email, sms or push; the inbox always has it.");
        Refuse(step.AfterSeconds < 0 || step.AfterSeconds > LongestWait.TotalSeconds, field + ".afterSeconds", "0 to 86400 seconds.");
        return new RouteStep(step.Channel, TimeSpan.FromSeconds(step.AfterSeconds), step.UnlessAcknowledged);
    }

    private void Email(string? address, string field) => Refuse(address is not null && EmailAddress.Parse(address, out _) is null, field, "This is an e-mail address, without a name.");

    private void Count(int? count, string field) => Refuse(count is < 0 or > MaxLimit, field, $"0 (no limit) to {MaxLimit}.");

    private void Refuse(bool isWrong, string field, string detail)
    {
        if (isWrong)
        {
            _problem ??= new SettingsProblem(ErrorCode.InvalidField, field, detail);
        }
    }

    private static bool IsAddress(string text) =>
        text.Length <= MaxUrl && text.All(letter => letter > ' ' && letter != '\\' && !char.IsControl(letter))
        && Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps && address.UserInfo.Length == 0;

    // In the host an id could lead customers anywhere.
    private static bool IsOrderAddress(string text) =>
        text.Contains(Order, StringComparison.Ordinal) && IsAddress(text.Replace(Order, "o-1", StringComparison.Ordinal))
        && text.IndexOf(Order, StringComparison.Ordinal) > text.IndexOfAny(['/', '?', '#'], "https://".Length) && text.IndexOfAny(['/', '?', '#'], "https://".Length) > 0;

    [GeneratedRegex("^#[0-9A-Fa-f]{6}\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Color();
}
