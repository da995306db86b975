using System.Collections.Concurrent;
using System.Globalization;

namespace Milepost.Server.Templates.Engine;

/// <summary>Writes amounts and times as a customer does: in the customer's language, region and zone.</summary>
internal sealed class TextFormats
{
    private const char NarrowSpace = '\u202f';
    private const char Space = '\u00a0';

    private static readonly ConcurrentDictionary<string, CultureInfo> Cultures = new(StringComparer.OrdinalIgnoreCase);

    private readonly DateTimeOffset _now;
    private readonly TimeZoneInfo _zone;
    private readonly bool _isZoneKnown;

    /// <param name="locale">How values are written.</param>
    /// <param name="words">The words between them.</param>
    /// <param name="zone">An IANA zone; null or unknown: UTC, and times say so.</param>
    /// <param name="now">What "today" and "in 5 minutes" count from.</param>
    public TextFormats(string locale, Words words, string? zone, DateTimeOffset now)
    {
        Culture = CultureOf(locale);
        Words = words;
        _isZoneKnown = TimeZoneInfo.TryFindSystemTimeZoneById(zone ?? "", out var found);
        _zone = found ?? TimeZoneInfo.Utc;
        _now = now;
    }

    public CultureInfo Culture { get; }

    public Words Words { get; }

    public string Number(decimal value, int? digits) =>
        Plain(value.ToString(digits is { } count ? string.Create(CultureInfo.InvariantCulture, $"N{count}") : "#,##0.####", Culture));

    public string Money(decimal amount, string currency) => Plain(Currencies.Format(amount, currency, Culture));

    public string Date(DateTimeOffset time, string style) => style switch
    {
        "short" => Plain(Local(time).ToString("d", Culture)),
        "long" => Plain(Local(time).ToString("D", Culture)),
        "day" => Day(Local(time)),
        _ => throw new TemplateFaultException($"'{style}' is not a way to write a date: short, long or day"),
    };

    public string Time(DateTimeOffset time) => Plain(Local(time).ToString("t", Culture)) + (_isZoneKnown ? "" : Space + "UTC");

    public string DateTime(DateTimeOffset time) => Day(Local(time)) + ", " + Time(time);

    /// <summary>The time alone where it is today, with the day where it is not.</summary>
    public string Moment(DateTimeOffset time) => Local(time).Date == Local(_now).Date ? Time(time) : DateTime(time);

    /// <summary>From one moment to another, the day said once.</summary>
    public string Window(DateTimeOffset from, DateTimeOffset to) =>
        Local(from).Date == Local(to).Date ? Moment(from) + "\u2013" + Time(to) : Moment(from) + " \u2013 " + Moment(to);

    /// <summary>How far away it is: "in 12 minutes", "2 days ago". Below a minute it is "now".</summary>
    public string Relative(DateTimeOffset time)
    {
        var away = time - _now;
        var size = away.Duration();
        var (count, unit) = size switch
        {
            { TotalSeconds: < 60 } => (0, "now"),
            { TotalMinutes: < 59.5 } => (Math.Round(size.TotalMinutes), "minute"),
            { TotalHours: < 23.5 } => (Math.Round(size.TotalHours), "hour"),
            _ => (Math.Round(size.TotalDays), "day"),
        };
        if (unit == "now")
        {
            return Words["now"];
        }

        var form = PluralForms.Of(Words.Language, (decimal)count);
        var key = $"{(away < TimeSpan.Zero ? "ago" : "in")}.{unit}.{form}";
        return (Words.Find(key) ?? Words[$"{(away < TimeSpan.Zero ? "ago" : "in")}.{unit}.other"]).Replace("{n}", count.ToString(Culture), StringComparison.Ordinal);
    }

    // Weekday, day and month: what one says of a day that is near; the year where it is another.
    private string Day(DateTimeOffset local)
    {
        if (local.Year != Local(_now).Year)
        {
            return Plain(local.ToString("D", Culture));
        }

        var weekday = local.ToString("dddd", Culture);
        var day = local.ToString("M", Culture);
        return Plain(Culture.TwoLetterISOLanguageName == "fr" ? $"{weekday} {day}" : $"{weekday}, {day}");
    }

    private DateTimeOffset Local(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, _zone);

    // Which of the two kinds of hard space stands where changes with the version of the Unicode data.
    private static string Plain(string text) => text.Replace(NarrowSpace, Space);

    // Only what the Unicode data knows: tags are the customers' to choose, and each culture is kept for good.
    private static CultureInfo CultureOf(string locale)
    {
        if (Cultures.TryGetValue(locale, out var known))
        {
            return known;
        }

        foreach (var tag in LocaleTag.Wider(locale))
        {
            try
            {
                var culture = CultureInfo.GetCultureInfo(tag, predefinedOnly: true);
                var specific = culture.IsNeutralCulture ? CultureInfo.CreateSpecificCulture(culture.Name) : culture;
                Cultures.TryAdd(tag, specific);
                return specific;
            }
            catch (CultureNotFoundException)
            {
                // The wider tag may be known.
            }
        }

        return CultureOf(LocaleTag.Last);
    }
}
