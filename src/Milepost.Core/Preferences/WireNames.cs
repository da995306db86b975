using Milepost.Protocol.Notifications;
using Milepost.Protocol.Preferences;

namespace Milepost.Core.Preferences;

/// <summary>The words of choices as they stand on the wire, compared exactly.</summary>
public static class WireNames
{
    private static readonly Dictionary<string, NotificationChannel> ChannelTable = new(StringComparer.Ordinal)
    {
        ["in_app"] = NotificationChannel.InApp,
        ["email"] = NotificationChannel.Email,
        ["sms"] = NotificationChannel.Sms,
        ["push"] = NotificationChannel.Push,
    };

    private static readonly Dictionary<string, NotificationCategory> CategoryTable = new(StringComparer.Ordinal)
    {
        ["order"] = NotificationCategory.Order,
        ["security"] = NotificationCategory.Security,
        ["system"] = NotificationCategory.System,
        ["social"] = NotificationCategory.Social,
        ["task"] = NotificationCategory.Task,
    };

    private static readonly Dictionary<string, QuietRule> RuleTable = new(StringComparer.Ordinal)
    {
        ["now"] = QuietRule.Now,
        ["defer"] = QuietRule.Defer,
        ["drop"] = QuietRule.Drop,
    };

    public static IReadOnlyCollection<string> Channels => ChannelTable.Keys;

    public static IReadOnlyCollection<string> Categories => CategoryTable.Keys;

    /// <summary>The word of a category.</summary>
    public static string Of(NotificationCategory category) => CategoryTable.First(row => row.Value == category).Key;

    public static bool TryChannel(string name, out NotificationChannel channel) => ChannelTable.TryGetValue(name, out channel);

    public static bool TryCategory(string name, out NotificationCategory category) => CategoryTable.TryGetValue(name, out category);

    public static bool TryQuietRule(string name, out QuietRule rule) => RuleTable.TryGetValue(name, out rule);
}
