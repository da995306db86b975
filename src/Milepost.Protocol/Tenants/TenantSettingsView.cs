using Milepost.Protocol.Preferences;
using Milepost.Protocol.Tracking;

namespace Milepost.Protocol.Tenants;

/// <summary>What a tenant has set up for itself. What is absent follows the installation.</summary>
public sealed record TenantSettingsView
{
    /// <summary>Counts the changes; 0: never set. The answer's <c>ETag</c> says the same.</summary>
    public long Version { get; init; }

    public TenantBrandView Brand { get; init; } = new();

    /// <summary>What holds for customers who have not chosen.</summary>
    public NotificationPreferences Preferences { get; init; } = new();

    public TenantLimitsView Limits { get; init; } = new();

    /// <summary>By notification type: over what it goes, instead of the product's own route. At most 200.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<RouteStepView>> Routes { get; init; } = new Dictionary<string, IReadOnlyList<RouteStepView>>();

    /// <summary>How many days notifications are kept, 1 to 3650.</summary>
    public int? RetentionDays { get; init; }

    // As the next two: the generated reader sets null where it is absent, whatever the initialiser says.
    public TenantTrackingView Tracking { get; init => field = value ?? new(); } = new();
}

/// <summary>How the tenant's orders are tracked.</summary>
public sealed record TenantTrackingView
{
    public SilenceView Silence { get; init => field = value ?? new(); } = new();

    /// <summary>What customers and guests see of orders under way; what is absent is as the product does it.</summary>
    public VisibilityPolicy Visibility { get; init => field = value ?? new(); } = new();

    /// <summary>How many days it is kept where drivers were, 1 to 3650.</summary>
    public int? LocationDays { get; init; }
}

/// <summary>After how many seconds of silence an order is late, or may be; 0 to 86400. 0: not by this rule; absent: as the product does it.</summary>
public sealed record SilenceView
{
    /// <summary>Not accepted since it was placed, or paid.</summary>
    public int? AcceptSeconds { get; init; }

    /// <summary>Not picked up since it is ready, or has a driver.</summary>
    public int? PickUpSeconds { get; init; }

    /// <summary>Under way, and nothing heard of the driver: the location is stale.</summary>
    public int? StaleSeconds { get; init; }

    /// <summary>Under way, and nothing heard of the driver: the order is late, or may be.</summary>
    public int? SilentSeconds { get; init; }

    /// <summary>Behind the newest ETA, or its window.</summary>
    public int? EtaSeconds { get; init; }

    /// <summary>Behind the promise, or its window.</summary>
    public int? PromiseSeconds { get; init; }
}

/// <summary>How the tenant's messages look.</summary>
public sealed record TenantBrandView
{
    /// <summary>Stands in messages and as the sender's name; at most 100 characters.</summary>
    public string? Name { get; init; }

    /// <summary>An https address.</summary>
    public string? LogoUrl { get; init; }

    /// <summary>#RRGGBB.</summary>
    public string? Color { get; init; }

    public string? SupportEmail { get; init; }

    /// <summary>The From address of e-mails.</summary>
    public string? FromEmail { get; init; }

    /// <summary>Where customers follow an order: an https address; <c>{order}</c> stands for its id.</summary>
    public string? OrderUrl { get; init; }

    /// <summary>A BCP 47 tag for customers of whom none is known.</summary>
    public string? Locale { get; init; }
}

/// <summary>How much goes out. 0: no limit. Critical messages are not counted out, except by the SMS budget.</summary>
public sealed record TenantLimitsView
{
    /// <summary>Messages to one customer on one channel in an hour.</summary>
    public int? CustomerPerHour { get; init; }

    /// <summary>Messages to one customer on one channel in a day (UTC).</summary>
    public int? CustomerPerDay { get; init; }

    /// <summary>Messages of the tenant on one channel a second.</summary>
    public int? TenantPerSecond { get; init; }

    /// <summary>SMS segments of the tenant in a calendar month (UTC).</summary>
    public int? SmsSegmentsPerMonth { get; init; }

    /// <summary>
    /// The countries SMS go to, by the first digits of their numbers (<c>49</c>); with <c>-</c> before them: those they do not go to. The longest
    /// that fits a number decides. Absent or empty: all that the installation allows.
    /// </summary>
    public IReadOnlyList<string>? SmsCountries { get; init; }
}

/// <summary>One way on which a notification goes out.</summary>
public sealed record RouteStepView
{
    /// <summary><c>email</c>, <c>sms</c> or <c>push</c>; the inbox always has it.</summary>
    public required NotificationChannel Channel { get; init; }

    /// <summary>How long behind the event, in seconds: 0 to 86400.</summary>
    public int AfterSeconds { get; init; }

    /// <summary>Only if no device of the customer has confirmed it by then.</summary>
    public bool UnlessAcknowledged { get; init; }
}

/// <summary>How much of its budgets a tenant has used.</summary>
public sealed record BudgetsView(BudgetView Sms);

/// <summary>A budget.</summary>
/// <param name="Period">The month (UTC), for example <c>2026-11</c>.</param>
/// <param name="Used">SMS segments.</param>
/// <param name="Limit">Absent: no limit.</param>
/// <param name="EndsAt">When the next period begins.</param>
public sealed record BudgetView(string Period, long Used, int? Limit, DateTimeOffset EndsAt);
