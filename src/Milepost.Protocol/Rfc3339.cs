using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Milepost.Protocol;

/// <summary>
/// Dates and times as RFC 3339, 5.6 writes them. Stricter than <see cref="DateTimeOffset"/>'s own readers where those accept other
/// forms (<c>+01</c>, one-digit months, trailing line ends), and wider where they refuse valid ones (lower-case <c>t</c> and
/// <c>z</c>, leap seconds, more than seven fraction digits).
/// </summary>
public static class Rfc3339
{
    /// <summary>Reads a date-time. A leap second is taken as the last instant of its minute. False: not a possible date-time.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        time = default;
        if (text.Length < 20 || text[4] != '-' || text[7] != '-' || text[10] is not ('T' or 't') || text[13] != ':' || text[16] != ':'
            || !Number(text[..4], out var year) || !Number(text[5..7], out var month) || !Number(text[8..10], out var day)
            || !Number(text[11..13], out var hour) || !Number(text[14..16], out var minute) || !Number(text[17..19], out var second))
        {
            return false;
        }

        var rest = text[19..];
        long ticks = 0;
        if (rest[0] == '.')
        {
            var digits = 1;
            while (digits < rest.Length && char.IsAsciiDigit(rest[digits]))
            {
                ticks += digits <= 7 ? (rest[digits] - '0') * (long)Math.Pow(10, 7 - digits) : 0;
                digits++;
            }

            if (digits == 1)
            {
                return false;
            }

            rest = rest[digits..];
        }

        if (!TryOffset(rest, out var offset) || year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59)
        {
            return false;
        }

        var leap = second == 60;
        if (second > 60)
        {
            return false;
        }

        var local = new DateTime(year, month, day, hour, minute, leap ? 59 : second, DateTimeKind.Unspecified).AddTicks(leap ? 9_999_999 : ticks);
        var utc = local.Ticks - offset.Ticks;
        if (utc < DateTime.MinValue.Ticks || utc > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        var instant = new DateTimeOffset(utc, TimeSpan.Zero);
        if (leap && instant is not { Hour: 23, Minute: 59 })
        {
            return false;
        }

        time = instant;
        return true;
    }

    /// <summary>Writes an instant in UTC, to the millisecond.</summary>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static bool TryOffset(ReadOnlySpan<char> text, out TimeSpan offset)
    {
        offset = TimeSpan.Zero;
        if (text is "Z" or "z")
        {
            return true;
        }

        if (text.Length != 6 || text[0] is not ('+' or '-') || text[3] != ':' || !Number(text[1..3], out var hours) || !Number(text[4..6], out var minutes)
            || hours > 23 || minutes > 59)
        {
            return false;
        }

        offset = new TimeSpan(hours, minutes, 0) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool Number(ReadOnlySpan<char> digits, out int value)
    {
        value = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit(digit))
            {
                return false;
            }

            value = (value * 10) + (digit - '0');
        }

        return true;
    }
}

/// <summary>Writes instants as <see cref="Rfc3339.Format"/> does, and reads every RFC 3339 form.</summary>
public sealed class Rfc3339JsonConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Rfc3339.TryParse(reader.GetString(), out var time) ? time : throw new JsonException("not a date and time of RFC 3339");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(Rfc3339.Format(value));
}
