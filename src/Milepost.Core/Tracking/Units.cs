using System.Globalization;

namespace Milepost.Core.Tracking;

/// <summary>Speeds in metres per second from what sources send. Null, not a number and negative ones are not known.</summary>
public static class Speeds
{
    /// <summary>From knots (Traccar).</summary>
    public static double? FromKnots(double? knots) => Known(knots) * 1852 / 3600;

    /// <summary>From kilometres an hour (OwnTracks).</summary>
    public static double? FromKilometersPerHour(double? kilometers) => Known(kilometers) / 3.6;

    /// <summary>From metres per second.</summary>
    public static double? FromMetersPerSecond(double? meters) => Known(meters);

    private static double? Known(double? speed) => speed is >= 0 and < double.PositiveInfinity ? speed : null;
}

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

        return text.Length > 15 && char.IsAsciiDigit(text[0]) && text[4] == '-'
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? time.ToUniversalTime()
                : null;
    }
}
