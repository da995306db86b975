using Microsoft.AspNetCore.Http;
using Milepost.Core.Tracking;
using Milepost.Server.Channels.Apns;
using Milepost.Server.Channels.Email;
using Milepost.Server.Channels.Fcm;
using Milepost.Server.Channels.Push;
using Milepost.Server.Channels.Sms;
using Milepost.Server.Channels.WebPush;
using Milepost.Server.Logistics;
using Milepost.Server.Logistics.Routing;
using Milepost.Server.Outgoing;
using Milepost.Server.Sharing;

namespace Milepost.Server.Settings;

/// <summary>
/// Reads <c>appsettings.json</c>, then <c>MILEPOST__SECTION__KEY</c>, then <c>--Section:Key=value</c>; the later wins. A key that nobody
/// reads is refused rather than ignored: a misspelt setting must not look as if it were in force.
/// </summary>
internal static class SettingsLoader
{
    private const string Mask = "********";

    public static SettingsResult Load(SettingsSources sources)
    {
        var errors = new List<string>();
        var merged = Merge(sources.Read(errors), errors);
        var binding = new OptionBinding(merged, errors);

        var storage = binding.Bind<StorageOptions>();
        var auth = binding.Bind<AuthOptions>();
        var gateway = binding.Bind<GatewayOptions>();
        var ingest = binding.Bind<IngestOptions>();
        var redis = binding.Bind<RedisOptions>();
        var kafka = binding.Bind<KafkaOptions>();
        var tracking = binding.Bind<TrackingOptions>();
        var retention = binding.Bind<RetentionOptions>();
        var limits = binding.Bind<LimitsOptions>();
        var delivery = binding.Bind<DeliveryOptions>();
        var email = binding.Bind<EmailOptions>();
        var outgoing = binding.Bind<OutgoingOptions>();
        var sharing = binding.Bind<SharingOptions>();
        var webPush = binding.Bind<WebPushOptions>();
        var fcm = binding.Bind<FcmOptions>();
        var apns = binding.Bind<ApnsOptions>();
        var sms = binding.Bind<SmsOptions>();
        var logistics = binding.Bind<LogisticsOptions>();
        var routing = binding.Bind<RoutingOptions>();
        var urls = Urls(merged, errors);
        var roles = RoleNames.Parse(merged.GetValueOrDefault(OptionCatalog.RolesKey)?.Value ?? RoleNames.Write(Roles.All), errors);
        OptionRules.Check(roles, storage, errors);
        OptionRules.Check(storage, auth, gateway, errors);
        OptionRules.Check(redis, errors);
        OptionRules.Check(kafka, errors);
        EmailOptionRules.Check(email, errors);
        errors.AddRange([.. OutgoingRules.Problems(outgoing), .. PushRules.Problems(webPush), .. PushRules.Problems(fcm), .. PushRules.Problems(apns)]);
        SmsOptionRules.Check(sms, errors);
        LogisticsOptionRules.Check(logistics, errors);
        LogisticsOptionRules.Check(routing, errors);
        if (errors.Count > 0)
        {
            return new SettingsResult.Refused(errors);
        }

        var effective = Effective([storage, auth, gateway, ingest, redis, kafka, retention, limits, delivery, email, outgoing, sharing, webPush, fcm, apns, sms, logistics, routing, tracking], merged, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [OptionCatalog.UrlsKey] = string.Join(';', urls),
            [OptionCatalog.RolesKey] = RoleNames.Write(roles),
        });
        storage.DataDirectory = Path.GetFullPath(storage.DataDirectory, sources.WorkingDirectory);
        return new SettingsResult.Loaded(
            new ServerSettings
            {
                Configuration = new ConfigurationBuilder().AddInMemoryCollection(merged.ToDictionary(pair => pair.Key, pair => (string?)pair.Value.Value)).Build(),
                Storage = storage,
                Auth = auth,
                Gateway = gateway,
                Ingest = ingest,
                Redis = redis,
                Kafka = kafka,
                Tracking = tracking,
                Retention = retention,
                Limits = limits,
                Delivery = delivery,
                Email = email,
                Outgoing = outgoing,
                Sharing = sharing,
                WebPush = webPush,
                Fcm = fcm,
                Apns = apns,
                Sms = sms,
                Logistics = logistics,
                Routing = routing,
                Roles = roles,
                Urls = urls,
            },
            effective);
    }

    private static Dictionary<string, RawSetting> Merge(IReadOnlyList<RawSetting> settings, List<string> errors)
    {
        var merged = new Dictionary<string, RawSetting>(StringComparer.OrdinalIgnoreCase);
        foreach (var setting in settings)
        {
            if (OptionCatalog.IsForeign(setting.Key) || OptionCatalog.RootKeys.ContainsKey(setting.Key))
            {
                merged[setting.Key] = setting;
            }
            else if (OptionCatalog.Keys.TryGetValue(setting.Key, out var option))
            {
                DropWeakerItems(merged, option, setting.Origin);
                merged[option.Key] = setting;
            }
            else if (IsListItem(setting.Key, out var list))
            {
                // A stronger origin replaces a list as a whole; mixing items of two origins by index surprises everybody.
                DropWeakerItems(merged, list, setting.Origin);
                merged[setting.Key] = setting;
            }
            else
            {
                var suggestion = OptionCatalog.Suggest(setting.Key) is { } known ? $" Did you mean {known}?" : " 'milepost config check' lists all settings.";
                errors.Add($"{setting.Written} ({setting.Origin}) is not a setting of Milepost.{suggestion}");
            }
        }

        return merged;
    }

    private static bool IsListItem(string key, out OptionKey list)
    {
        var colon = key.LastIndexOf(':');
        list = null!;
        return colon > 0 && int.TryParse(key[(colon + 1)..], out _)
            && OptionCatalog.Keys.TryGetValue(key[..colon], out list!) && list.IsList;
    }

    private static void DropWeakerItems(Dictionary<string, RawSetting> merged, OptionKey option, string origin)
    {
        if (option.IsList)
        {
            foreach (var weaker in merged.Where(pair => Belongs(pair.Key, option) && pair.Value.Origin != origin).Select(pair => pair.Key).ToList())
            {
                merged.Remove(weaker);
            }
        }
    }

    private static bool Belongs(string key, OptionKey option) =>
        key.Equals(option.Key, StringComparison.OrdinalIgnoreCase) || key.StartsWith(option.Key + ":", StringComparison.OrdinalIgnoreCase);

    private static string[] Urls(Dictionary<string, RawSetting> merged, List<string> errors)
    {
        var setting = merged.GetValueOrDefault(OptionCatalog.UrlsKey);
        var urls = (setting?.Value ?? OptionCatalog.DefaultUrl).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (urls.Length == 0)
        {
            errors.Add($"{OptionCatalog.UrlsKey}: needs at least one address, for example {OptionCatalog.DefaultUrl}.");
        }

        foreach (var url in urls)
        {
            if (!IsListenAddress(url))
            {
                errors.Add($"{OptionCatalog.UrlsKey}: '{url}' is not an address to listen on, for example {OptionCatalog.DefaultUrl} or http://0.0.0.0:80.");
            }
        }

        return urls;
    }

    private static bool IsListenAddress(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            return address.Scheme is "http" or "https" && address.Host.Length > 0 && address.Port is >= 0 and <= 65535;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static List<EffectiveSetting> Effective(IReadOnlyList<object> sections, Dictionary<string, RawSetting> merged, IReadOnlyDictionary<string, string> roots)
    {
        var rows = roots.Select(root => new EffectiveSetting(
            root.Key, root.Value, merged.GetValueOrDefault(root.Key)?.Origin ?? SettingOrigin.Default, OptionCatalog.RootKeys[root.Key])).ToList();
        foreach (var option in OptionCatalog.Keys.Values)
        {
            var value = option.Property.GetValue(sections.Single(section => section.GetType() == option.Property.DeclaringType));
            var text = value is IList<string> list ? string.Join(", ", list) : value?.ToString() ?? "";
            var origin = merged.FirstOrDefault(pair => Belongs(pair.Key, option)).Value?.Origin ?? SettingOrigin.Default;
            rows.Add(new EffectiveSetting(option.Key, option.IsSensitive && text.Length > 0 ? Mask : text, origin, option.Description));
        }

        return rows;
    }
}
