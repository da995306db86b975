using System.Text.Json;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Preferences;

namespace Milepost.Core.Preferences;

/// <summary>Reads quiet hours out of a document of choices.</summary>
/// <param name="before">What was chosen until now.</param>
/// <param name="refuse">Is told the code, the field and the reason of what cannot be taken.</param>
internal sealed class QuietHoursReader(QuietHours? before, Action<ErrorCode, string, string> refuse)
{
    /// <summary>How many windows may begin on one weekday.</summary>
    public const int MaxWindows = 4;

    private const string Root = "quietHours";

    public QuietHours? Read(JsonElement element)
    {
        bool? enabled = null;
        IReadOnlyDictionary<string, IReadOnlyList<QuietWindow>>? days = null;
        IReadOnlyList<NotificationChannel>? channels = null;
        IReadOnlyDictionary<string, QuietRule>? types = null;
        foreach (var (name, value) in Fields(element, Root))
        {
            switch (name)
            {
                case "enabled" when value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                    enabled = value.GetBoolean();
                    break;
                case "enabled":
                    refuse(ErrorCode.InvalidField, $"{Root}.enabled", "This is true or false.");
                    break;
                case "days":
                    days = Days(value);
                    break;
                case "channels":
                    channels = Channels(value);
                    break;
                case "types":
                    types = Types(value);
                    break;
                default:
                    refuse(ErrorCode.InvalidField, $"{Root}.{name}", "The fields are enabled, days, channels and types.");
                    break;
            }
        }

        if (enabled is null)
        {
            refuse(ErrorCode.MissingField, $"{Root}.enabled", "This field is required.");
        }

        return new QuietHours { Enabled = enabled ?? false, Days = days, Channels = channels, Types = types };
    }

    private Dictionary<string, IReadOnlyList<QuietWindow>>? Days(JsonElement element)
    {
        var days = new Dictionary<string, IReadOnlyList<QuietWindow>>(StringComparer.Ordinal);
        foreach (var (day, value) in Fields(element, $"{Root}.days"))
        {
            var path = $"{Root}.days.{day}";
            if (!WeekdayNames.All.Contains(day, StringComparer.Ordinal))
            {
                refuse(ErrorCode.InvalidField, path, $"The days are {string.Join(", ", WeekdayNames.All)}.");
            }
            else if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > MaxWindows)
            {
                refuse(ErrorCode.InvalidField, path, $"This is a list of at most {MaxWindows} windows.");
            }
            else if (value.GetArrayLength() > 0)
            {
                days[day] = [.. value.EnumerateArray().Select((window, index) => Window(window, $"{path}[{index}]"))];
            }
        }

        return days.Count > 0 ? days : null;
    }

    private QuietWindow Window(JsonElement element, string path)
    {
        string from = "", to = "";
        foreach (var (name, value) in Fields(element, path))
        {
            if (name is not ("from" or "to"))
            {
                refuse(ErrorCode.InvalidField, $"{path}.{name}", "The fields are from and to.");
            }
            else if (value.ValueKind != JsonValueKind.String || !QuietHoursCalendar.TryClock(value.GetString()!, out _))
            {
                refuse(ErrorCode.InvalidField, $"{path}.{name}", "This is a time as HH:mm, 00:00 to 23:59.");
            }
            else if (name == "from")
            {
                from = value.GetString()!;
            }
            else
            {
                to = value.GetString()!;
            }
        }

        if (from.Length == 0 || to.Length == 0)
        {
            refuse(ErrorCode.MissingField, path + (from.Length == 0 ? ".from" : ".to"), "This field is required.");
        }
        else if (from == to)
        {
            refuse(ErrorCode.InvalidField, path, "A window begins and ends at different times; for a whole day take two that touch, for example 00:00-12:00 and 12:00-00:00.");
        }

        return new QuietWindow(from, to);
    }

    private List<NotificationChannel>? Channels(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            refuse(ErrorCode.InvalidField, $"{Root}.channels", "This is a list of channels.");
            return null;
        }

        var channels = new List<NotificationChannel>();
        foreach (var (index, value) in element.EnumerateArray().Index())
        {
            if (value.ValueKind != JsonValueKind.String || !WireNames.TryChannel(value.GetString()!, out var channel) || channel == NotificationChannel.InApp)
            {
                refuse(ErrorCode.InvalidField, $"{Root}.channels[{index}]", "Quiet hours hold on email, sms and push; the inbox makes no noise.");
                return null;
            }

            if (!channels.Contains(channel))
            {
                channels.Add(channel);
            }
        }

        return channels;
    }

    private Dictionary<string, QuietRule>? Types(JsonElement element)
    {
        var types = new Dictionary<string, QuietRule>(StringComparer.Ordinal);
        foreach (var (type, value) in Fields(element, $"{Root}.types"))
        {
            var path = $"{Root}.types.{type}";
            if (!PreferenceReader.IsTypeName(type))
            {
                refuse(ErrorCode.InvalidField, path, $"A notification type is {PreferenceReader.TypeRule}.");
            }
            else if (value.ValueKind != JsonValueKind.String || !WireNames.TryQuietRule(value.GetString()!, out var rule))
            {
                refuse(ErrorCode.InvalidField, path, "This is now, defer or drop.");
            }
            else if (rule != QuietRule.Now && NotificationTypes.Find(type)?.Critical == true && before?.Types?.GetValueOrDefault(type, QuietRule.Now) != rule)
            {
                refuse(ErrorCode.FixedChoice, path, "What is critical goes out in quiet hours, too.");
            }
            else
            {
                types[type] = rule;
            }
        }

        if (types.Count > Math.Max(PreferenceReader.MaxTypes, before?.Types?.Count ?? 0))
        {
            refuse(ErrorCode.InvalidField, $"{Root}.types", $"At most {PreferenceReader.MaxTypes} types can have a rule of their own.");
        }

        return types.Count > 0 ? types : null;
    }

    private IEnumerable<(string Name, JsonElement Value)> Fields(JsonElement element, string path)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            return element.EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null).Select(property => (property.Name, property.Value));
        }

        refuse(ErrorCode.InvalidField, path, "This is an object.");
        return [];
    }
}
