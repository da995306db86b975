using Milepost.Server.Templates;
using Milepost.Server.Templates.Engine;

namespace Milepost.Channels.Tests.Templates;

public sealed class TextFormatsTests
{
    [Theory]
    [InlineData("de", "1234.5", "EUR", "1.234,50 €")]
    [InlineData("de-AT", "1234.5", "EUR", "€ 1.234,50")]
    [InlineData("en-US", "1234.5", "USD", "$1,234.50")]
    [InlineData("en", "1234.5", "USD", "$1,234.50")]
    [InlineData("en-GB", "1234.5", "GBP", "£1,234.50")]
    [InlineData("en-CA", "1234.5", "USD", "US$1,234.50")]
    [InlineData("fr", "1234.5", "EUR", "1 234,50 €")]
    [InlineData("es", "1234.5", "EUR", "1.234,50 €")]
    [InlineData("en-US", "1234.5", "JPY", "¥1,235")]
    [InlineData("ja", "1234", "JPY", "\uffe51,234")]
    [InlineData("de", "1234.5", "KWD", "1.234,500 KWD")]
    [InlineData("en-US", "12", "CHF", "CHF 12.00")]
    [InlineData("en-US", "-12", "USD", "-$12.00")]
    [InlineData("xx-nonsense", "12", "EUR", "€12.00")]
    public void Money_is_written_as_the_customer_does_with_the_currencys_digits(string locale, string amount, string currency, string expected) =>
        Plain(Some.Formats(locale).Money(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture), currency)).ShouldBe(expected);

    [Theory]
    [InlineData("de", "1.234.567,89")]
    [InlineData("en", "1,234,567.89")]
    [InlineData("fr", "1 234 567,89")]
    public void Numbers_are_written_as_the_customer_does(string locale, string expected) => Plain(Some.Formats(locale).Number(1234567.89m, null)).ShouldBe(expected);

    [Theory]
    [InlineData("en-US", "Europe/Berlin", "2:00 PM")]
    [InlineData("en-GB", "Europe/Berlin", "14:00")]
    [InlineData("de", "Europe/Berlin", "14:00")]
    [InlineData("de", "America/New_York", "08:00")]
    [InlineData("de", "Asia/Kolkata", "18:30")]
    [InlineData("de", null, "13:00 UTC")]
    [InlineData("de", "Mars/Olympus", "13:00 UTC")]
    public void Times_are_the_customers_and_say_so_where_the_zone_is_not_known(string locale, string? zone, string expected) =>
        Plain(Some.Formats(locale, zone).Time(Some.Now)).ShouldBe(expected);

    [Theory]
    [InlineData("2026-03-29T00:59:00Z", "01:59")]
    [InlineData("2026-03-29T01:00:00Z", "03:00")]
    [InlineData("2026-10-25T00:30:00Z", "02:30")]
    [InlineData("2026-10-25T01:30:00Z", "02:30")]
    [InlineData("2026-10-25T02:00:00Z", "03:00")]
    public void Times_follow_the_change_of_the_clocks(string time, string expected) =>
        Some.Formats("de", "Europe/Berlin").Time(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(expected);

    // Now is ten past midnight of the day of the change. Windows are written as clocks read; "in two hours" is as long as it is; a day ends when it does.
    [Theory]
    [InlineData("Europe/Berlin", "2026-10-24T22:10:00Z", "2026-10-24T23:30:00Z", "2026-10-25T02:30:00Z", "01:30–03:30", "in 4 Stunden")]
    [InlineData("Europe/Berlin", "2026-03-28T23:10:00Z", "2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "01:30–03:30", "in 2 Stunden")]
    [InlineData("America/New_York", "2026-11-01T04:10:00Z", "2026-11-01T04:30:00Z", "2026-11-01T07:30:00Z", "00:30–02:30", "in 3 Stunden")]
    [InlineData("America/New_York", "2026-03-08T05:10:00Z", "2026-03-08T06:30:00Z", "2026-03-08T07:30:00Z", "01:30–03:30", "in 2 Stunden")]
    [InlineData("Europe/Berlin", "2026-10-24T22:10:00Z", "2026-10-25T21:30:00Z", "2026-10-25T22:30:00Z", "22:30–23:30", "in 1 Tag")]
    [InlineData("Europe/Berlin", "2026-03-28T23:10:00Z", "2026-03-29T21:30:00Z", "2026-03-29T22:30:00Z", "23:30 – Montag, 30. März, 00:30", "in 23 Stunden")]
    [InlineData("America/New_York", "2026-11-01T04:10:00Z", "2026-11-02T04:30:00Z", "2026-11-02T05:30:00Z", "23:30 – Montag, 2. November, 00:30", "in 1 Tag")]
    public void Today_is_as_long_as_it_is_when_the_clocks_change(string zone, string now, string from, string to, string window, string relative)
    {
        var formats = new TextFormats("de", BuiltInTexts.Load().WordsOf("de"), zone, At(now));
        (Plain(formats.Window(At(from), At(to))), formats.Relative(At(to))).ShouldBe((window, relative));

        static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("en-US", "long", "Tuesday, November 24, 2026")]
    [InlineData("de", "long", "Dienstag, 24. November 2026")]
    [InlineData("fr", "long", "mardi 24 novembre 2026")]
    [InlineData("es", "long", "martes, 24 de noviembre de 2026")]
    [InlineData("de", "short", "24.11.2026")]
    [InlineData("en-US", "short", "11/24/2026")]
    [InlineData("de", "day", "Dienstag, 24. November")]
    [InlineData("fr", "day", "mardi 24 novembre")]
    public void Dates_are_written_in_three_ways(string locale, string style, string expected) => Plain(Some.Formats(locale).Date(Some.Now, style)).ShouldBe(expected);

    [Fact]
    public void A_date_is_that_of_the_customers_zone() => Some.Formats("de", "Pacific/Auckland").Date(Some.Now, "short").ShouldBe("25.11.2026");

    [Theory]
    [InlineData("en", 0, "now")]
    [InlineData("en", 59, "now")]
    [InlineData("en", 60, "in 1 minute")]
    [InlineData("en", 720, "in 12 minutes")]
    [InlineData("en", 3_599, "in 1 hour")]
    [InlineData("en", -7_200, "2 hours ago")]
    [InlineData("de", 86_400, "in 1 Tag")]
    [InlineData("de", -172_800, "vor 2 Tagen")]
    [InlineData("fr", 120, "dans 2 minutes")]
    [InlineData("es", -60, "hace 1 minuto")]
    [InlineData("pl", 120, "in 2 minutes")]
    public void What_is_near_is_told_from_now(string locale, int seconds, string expected) => Some.Formats(locale).Relative(Some.Now.AddSeconds(seconds)).ShouldBe(expected);

    [Theory]
    [InlineData(10, 20, "14:10–14:20")]
    [InlineData(1_440, 1_450, "Mittwoch, 25. November, 14:00–14:10")]
    [InlineData(540, 660, "23:00 – Mittwoch, 25. November, 01:00")]
    public void A_window_says_each_day_once(int from, int to, string expected)
    {
        var formats = Some.Formats("de", "Europe/Berlin");
        formats.Window(Some.Now.AddMinutes(from), Some.Now.AddMinutes(to)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("en", 1, "one")]
    [InlineData("en", 0, "other")]
    [InlineData("en", 2, "other")]
    [InlineData("fr", 0, "one")]
    [InlineData("fr", 1.5, "one")]
    [InlineData("ja", 1, "other")]
    [InlineData("pl", 1, "one")]
    [InlineData("pl", 3, "few")]
    [InlineData("pl", 13, "many")]
    [InlineData("pl", 22, "few")]
    [InlineData("ru", 21, "one")]
    [InlineData("ru", 11, "many")]
    [InlineData("cs", 3, "few")]
    [InlineData("cs", 5, "other")]
    [InlineData("cs", 1.5, "many")]
    public void Plural_forms_follow_the_languages_rules(string language, double number, string expected) => PluralForms.Of(language, (decimal)number).ShouldBe(expected);

    // Hard spaces are right there, and hard to read here.
    private static string Plain(string text) => text.Replace('\u00a0', ' ');
}
