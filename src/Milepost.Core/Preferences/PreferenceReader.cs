using System.Text.Json;
using System.Text.RegularExpressions;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Preferences;

namespace Milepost.Core.Preferences;

/// <summary>Why choices cannot be taken.</summary>
/// <param name="Code">What a program decides by.</param>
/// <param name="Field">Where in the document, for example <c>types.order.delivered.email</c>; empty: the document itself.</param>
/// <param name="Detail">For people.</param>
public sealed record PreferenceProblem(ErrorCode Code, string Field, string Detail);

/// <summary>
/// Reads a document of choices, and takes nothing in it that it does not understand. What somebody has already chosen is not held against them: a type
/// that became critical since, or a number of entries from before there was a limit, refuses no other change.
/// </summary>
public sealed partial class PreferenceReader
{
    /// <summary>How many notification types a document may name, for choices and for quiet hours each.</summary>
    public const int MaxTypes = 200;

    /// <summary>What a notification type is called, for error texts.</summary>
    public const string TypeRule = "1 to 64 characters out of a-z 0-9 . _ -";

    private readonly NotificationPreferences _before;
    private PreferenceProblem? _problem;

    private PreferenceReader(NotificationPreferences before) => _before = before;

    /// <summary>Whether a notification type may be called that.</summary>
    public static bool IsTypeName(string type) => TypeName().IsMatch(type);

    /// <summary>Reads the document. Null is what it is not: exactly one of the two is there.</summary>
    /// <param name="document">A JSON object without repeated names.</param>
    /// <param name="before">What was chosen until now.</param>
    public static (NotificationPreferences? Preferences, PreferenceProblem? Problem) Read(JsonElement document, NotificationPreferences before)
    {
        var reader = new PreferenceReader(before);
        var preferences = reader.Document(document);
        return reader._problem is { } problem ? (null, problem) : (preferences, null);
    }

    private NotificationPreferences Document(JsonElement document)
    {
        IReadOnlyDictionary<NotificationChannel, bool>? channels = null;
        Dictionary<NotificationCategory, IReadOnlyDictionary<NotificationChannel, bool>>? categories = null;
        Dictionary<string, IReadOnlyDictionary<NotificationChannel, bool>>? types = null;
        QuietHours? quiet = null;
        string? zone = null, locale = null;
        foreach (var (name, value) in Fields(document, ""))
        {
            switch (name)
            {
                case "channels":
                    channels = Channels(value, name, critical: false, null);
                    break;
                case "categories":
                    categories = Categories(value);
                    break;
                case "types":
                    types = Types(value);
                    break;
                case "quietHours":
                    quiet = new QuietHoursReader(_before.QuietHours, Refuse).Read(value);
                    break;
                case "timeZone":
                    zone = Text(value, name, QuietHoursCalendar.IsZone, "This is the name of an IANA time zone, for example Europe/Berlin.");
                    break;
                case "locale":
                    locale = Text(value, name, LocaleTag.IsValid, "This is a language tag, for example de or pt-BR.");
                    break;
                default:
                    Refuse(ErrorCode.InvalidField, name, "The fields are channels, categories, types, quietHours, timeZone and locale.");
                    break;
            }
        }

        return new NotificationPreferences
        {
            Channels = Filled(channels),
            Categories = Filled(categories),
            Types = Filled(types),
            QuietHours = quiet,
            TimeZone = zone,
            Locale = locale,
        };
    }

    private Dictionary<NotificationCategory, IReadOnlyDictionary<NotificationChannel, bool>> Categories(JsonElement element)
    {
        var categories = new Dictionary<NotificationCategory, IReadOnlyDictionary<NotificationChannel, bool>>();
        foreach (var (name, value) in Fields(element, "categories"))
        {
            var path = "categories." + name;
            if (!WireNames.TryCategory(name, out var category))
            {
                Refuse(ErrorCode.InvalidField, path, $"The categories are {string.Join(", ", WireNames.Categories)}.");
                continue;
            }

            var critical = NotificationTypes.IsCritical(category, NotificationPriority.Normal);
            if (Filled(Channels(value, path, critical, _before.Categories?.GetValueOrDefault(category))) is { } channels)
            {
                categories[category] = channels;
            }
        }

        return categories;
    }

    private Dictionary<string, IReadOnlyDictionary<NotificationChannel, bool>> Types(JsonElement element)
    {
        var types = new Dictionary<string, IReadOnlyDictionary<NotificationChannel, bool>>(StringComparer.Ordinal);
        foreach (var (name, value) in Fields(element, "types"))
        {
            var path = "types." + name;
            if (!IsTypeName(name))
            {
                Refuse(ErrorCode.InvalidField, path, $"A notification type is {TypeRule}.");
                continue;
            }

            if (Filled(Channels(value, path, NotificationTypes.Find(name)?.Critical == true, _before.Types?.GetValueOrDefault(name))) is { } channels)
            {
                types[name] = channels;
            }
        }

        if (types.Count > Math.Max(MaxTypes, _before.Types?.Count ?? 0))
        {
            Refuse(ErrorCode.InvalidField, "types", $"At most {MaxTypes} types can have a choice of their own.");
        }

        return types;
    }

    private Dictionary<NotificationChannel, bool> Channels(JsonElement element, string path, bool critical, IReadOnlyDictionary<NotificationChannel, bool>? before)
    {
        var channels = new Dictionary<NotificationChannel, bool>();
        foreach (var (name, value) in Fields(element, path))
        {
            var field = $"{path}.{name}";
            if (!WireNames.TryChannel(name, out var channel))
            {
                Refuse(ErrorCode.InvalidField, field, $"The channels are {string.Join(", ", WireNames.Channels)}.");
            }
            else if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            {
                Refuse(ErrorCode.InvalidField, field, "This is true or false.");
            }
            else if (critical && value.ValueKind == JsonValueKind.False && before?.GetValueOrDefault(channel, true) != false)
            {
                Refuse(ErrorCode.FixedChoice, field, "What is critical cannot be switched off.");
            }
            else
            {
                channels[channel] = value.ValueKind == JsonValueKind.True;
            }
        }

        return channels;
    }

    private string? Text(JsonElement value, string path, Func<string, bool> valid, string detail)
    {
        if (value.ValueKind == JsonValueKind.String && valid(value.GetString()!))
        {
            return value.GetString();
        }

        Refuse(ErrorCode.InvalidField, path, detail);
        return null;
    }

    // Null is absent: a document may say it like that, too.
    private IEnumerable<(string Name, JsonElement Value)> Fields(JsonElement element, string path)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            return element.EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null).Select(property => (property.Name, property.Value));
        }

        Refuse(ErrorCode.InvalidField, path, "This is an object.");
        return [];
    }

    private void Refuse(ErrorCode code, string field, string detail) => _problem ??= new PreferenceProblem(code, field, detail);

    // What holds no choice is not kept.
    private static IReadOnlyDictionary<TKey, TValue>? Filled<TKey, TValue>(IReadOnlyDictionary<TKey, TValue>? choices) => choices is { Count: > 0 } ? choices : null;

    [GeneratedRegex("^[a-z0-9._-]{1,64}\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex TypeName();
}
