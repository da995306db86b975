using System.ComponentModel;
using System.Reflection;
using Milepost.Core.Tracking;
using Milepost.Server.Channels.Apns;
using Milepost.Server.Channels.Email;
using Milepost.Server.Channels.Fcm;
using Milepost.Server.Channels.Sms;
using Milepost.Server.Channels.WebPush;
using Milepost.Server.Logistics;
using Milepost.Server.Logistics.Routing;
using Milepost.Server.Outgoing;
using Milepost.Server.Sharing;

namespace Milepost.Server.Settings;

/// <summary>One option: a property of an option class under its section.</summary>
internal sealed record OptionKey(string Section, PropertyInfo Property)
{
    public string Key { get; } = $"{Section}:{Property.Name}";

    public bool IsList { get; } = Property.PropertyType == typeof(IList<string>);

    public bool IsSensitive { get; } = Property.IsDefined(typeof(SensitiveAttribute));

    public string Description { get; } = Property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? "";
}

/// <summary>Every option there is. A new option class gets one line here and a property in <see cref="ServerSettings"/>.</summary>
internal static class OptionCatalog
{
    /// <summary>The addresses to listen on.</summary>
    public const string UrlsKey = "Urls";

    public const string UrlsDescription = "The addresses to listen on, separated by semicolons.";

    public const string DefaultUrl = "http://localhost:5080";

    /// <summary>What this process does.</summary>
    public const string RolesKey = "Roles";

    public const string RolesDescription = "What this process does: api, gateway, worker, or several of them with commas.";

    /// <summary>The options outside a section, and what they do.</summary>
    public static readonly IReadOnlyDictionary<string, string> RootKeys = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        [UrlsKey] = UrlsDescription,
        [RolesKey] = RolesDescription,
    };

    public static readonly IReadOnlyDictionary<string, Type> Sections = new Dictionary<string, Type>(StringComparer.OrdinalIgnoreCase)
    {
        ["Storage"] = typeof(StorageOptions),
        ["Auth"] = typeof(AuthOptions),
        ["Gateway"] = typeof(GatewayOptions),
        ["Ingest"] = typeof(IngestOptions),
        ["Redis"] = typeof(RedisOptions),
        ["Kafka"] = typeof(KafkaOptions),
        ["Tracking"] = typeof(TrackingOptions),
        ["Retention"] = typeof(RetentionOptions),
        ["Limits"] = typeof(LimitsOptions),
        ["Delivery"] = typeof(DeliveryOptions),
        ["Channels:Email"] = typeof(EmailOptions),
        ["Outgoing"] = typeof(OutgoingOptions),
        ["Sharing"] = typeof(SharingOptions),
        ["Channels:WebPush"] = typeof(WebPushOptions),
        ["Channels:Fcm"] = typeof(FcmOptions),
        ["Channels:Apns"] = typeof(ApnsOptions),
        ["Channels:Sms"] = typeof(SmsOptions),
        ["Logistics"] = typeof(LogisticsOptions),
        ["Routing"] = typeof(RoutingOptions),
    };

    public static readonly IReadOnlyDictionary<string, OptionKey> Keys = Sections
        .SelectMany(section => section.Value.GetProperties().Select(property => new OptionKey(section.Key, property)))
        .ToDictionary(option => option.Key, StringComparer.OrdinalIgnoreCase);

    // ASP.NET Core reads these itself and has no list of what they may hold.
    private static readonly HashSet<string> ForeignRoots = new(StringComparer.OrdinalIgnoreCase) { "Logging", "Kestrel", "AllowedHosts" };

    public static bool IsForeign(string key) => ForeignRoots.Contains(key.Split(':')[0]);

    /// <summary>The known key that was probably meant, or null.</summary>
    public static string? Suggest(string key) => Spelling.Nearest(key, [.. Keys.Keys, .. RootKeys.Keys]);
}
