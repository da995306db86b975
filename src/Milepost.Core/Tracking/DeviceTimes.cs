using System.Globalization;

namespace Milepost.Core.Tracking;

/// <summary>Times as devices and services write them.</summary>
public static class DeviceTimes
{
    // In seconds the year 5138, in milliseconds March 1973: nothing that a device measures lies near it.
    private const double FirstMillisecond = 1e11;
    private const double LastMillisecond = 253_402_300_799_999;

    /// <summary>From a number since 1970: seconds, or milliseconds where seconds would be thousands of years ahead. Null: no time.</summary>
    public static DateTimeOffset? FromEpoch(double number)
    {
        var milliseconds = number >= FirstMillisecond ? number : number * 1000;
        return milliseconds is > 0 and <= LastMillisecond ? DateTimeOffset.UnixEpoch.AddTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond)) : null;
    }

    /// <summary>From text: ISO 8601 with or without a zone (then it is UTC), <c>2026-11-21 18:00:00</c>, or a number since 1970. Null: no time.</summary>
    public static DateTimeOffset? Read(string text)
    {
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return FromEpoch(number);
        }

        return text.Length > 9 && char.IsAsciiDigit(text[0]) && text[4] == '-'
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? time.ToUniversalTime()
                : null;
    }
}
