using System.Globalization;

namespace Milepost.Core.Notifications;

/// <summary>
/// The id of a notification: its place (the offset of its entry in the customer's stream) and a random part, so that an id of another
/// history is never taken for one of this.
/// </summary>
public static class NotificationId
{
    private const int RandomDigits = 16;

    public static string New(long place) => string.Create(CultureInfo.InvariantCulture, $"{place:x}-{Guid.NewGuid().ToString("N")[..RandomDigits]}");

    /// <summary>The place that the id speaks of. False: it cannot be one of ours.</summary>
    public static bool TryPlace(string id, out long place)
    {
        place = 0;
        var dash = id.Length - RandomDigits - 1;
        return dash > 0 && id[dash] == '-' && long.TryParse(id.AsSpan(0, dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out place) && place > 0;
    }
}
