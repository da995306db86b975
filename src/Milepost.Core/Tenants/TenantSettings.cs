using Milepost.Core.Silence;
using Milepost.Protocol.Preferences;
using Milepost.Protocol.Tracking;

namespace Milepost.Core.Tenants;

/// <summary>What a tenant has set up for itself. What is absent follows the installation.</summary>
public sealed record TenantSettings
{
    public static readonly TenantSettings Default = new();

    /// <summary>Counts the changes; 0: never set.</summary>
    public long Version { get; init; }

    public TenantBrand Brand { get; init; } = new();

    /// <summary>What holds for customers who have not chosen.</summary>
    public NotificationPreferences Preferences { get; init; } = new();

    public TenantLimits Limits { get; init; } = new();

    /// <summary>By notification type: over what it goes, instead of the product's own route.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<RouteStep>> Routes { get; init; } = new Dictionary<string, IReadOnlyList<RouteStep>>();

    /// <summary>How many days notifications, entries of customers' streams and finished deliveries are kept, 1 to what the installation keeps; null: as the installation.</summary>
    public int? RetentionDays { get; init; }

    // Absent in what was stored before there was tracking: the generated reader then sets null, whatever the initialiser says.
    public TenantTracking Tracking { get; init => field = value ?? new(); } = new();

    /// <summary>Whom the tenant's own systems are told by; at most 20.</summary>
    public IReadOnlyList<WebhookEndpoint> Webhooks { get; init; } = [];
}

/// <summary>How the tenant's orders are tracked.</summary>
public sealed record TenantTracking
{
    /// <summary>What customers and guests see of orders under way.</summary>
    public VisibilityPolicy Visibility { get; init => field = value ?? VisibilityPolicy.Default; } = VisibilityPolicy.Default;

    /// <summary>After how much silence an order is late, or may be.</summary>
    public SilenceSettings Silence { get; init => field = value ?? new(); } = new();

    /// <summary>How many days places of drivers are kept, 1 to what the installation keeps; null: as the installation.</summary>
    public int? LocationDays { get; init; }
}

/// <summary>How the tenant's messages look.</summary>
public sealed record TenantBrand
{
    /// <summary>Stands in messages and as the sender's name.</summary>
    public string? Name { get; init; }

    public string? LogoUrl { get; init; }

    /// <summary>#RRGGBB.</summary>
    public string? Color { get; init; }

    public string? SupportEmail { get; init; }

    /// <summary>The From address of e-mails; null: the installation's.</summary>
    public string? FromEmail { get; init; }

    /// <summary>Where customers follow an order; <c>{order}</c> stands for its id.</summary>
    public string? OrderUrl { get; init; }

    /// <summary>A BCP 47 tag for customers of whom none is known.</summary>
    public string? Locale { get; init; }
}

/// <summary>How much goes out. Null: as the installation says. Critical messages are not counted out, except by the SMS budget.</summary>
public sealed record TenantLimits
{
    /// <summary>Messages to one customer on one channel in an hour.</summary>
    public int? CustomerPerHour { get; init; }

    /// <summary>Messages to one customer on one channel in a day (UTC).</summary>
    public int? CustomerPerDay { get; init; }

    /// <summary>Messages of the tenant on one channel a second.</summary>
    public int? TenantPerSecond { get; init; }

    /// <summary>SMS segments of the tenant in a calendar month (UTC).</summary>
    public int? SmsSegmentsPerMonth { get; init; }

    /// <summary>The countries SMS go to, as calling codes (<c>49</c>); empty: all that the installation allows.</summary>
    public IReadOnlyList<string> SmsCountries { get; init; } = [];
}

/// <summary>An address of the tenant's own systems that is told of notifications (Standard Webhooks).</summary>
public sealed record WebhookEndpoint
{
    public required string Id { get; init; }

    public required string Url { get; init; }

    /// <summary>What requests are signed with: <c>whsec_</c> and base64 of 24 to 64 bytes. Shown once.</summary>
    public required string Secret { get; init; }

    /// <summary>The secret before the last change; signatures are made with both for a day.</summary>
    public string? OldSecret { get; init; }

    public DateTimeOffset? RotatedAt { get; init; }

    /// <summary>The notification types to tell of; empty: all.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    public bool Enabled { get; init; } = true;

    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Why it is not enabled, where not a person has switched it off.</summary>
    public string? OffReason { get; init; }
}
