using NodaTime;

namespace Milepost.Core.Preferences;

/// <summary>The weekdays as quiet hours name them.</summary>
public static class WeekdayNames
{
    /// <summary>From <c>monday</c> to <c>sunday</c>.</summary>
    public static readonly IReadOnlyList<string> All = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    internal static string Of(IsoDayOfWeek day) => All[(int)day - 1];
}
