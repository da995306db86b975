using FsCheck;
using FsCheck.Fluent;
using Milepost.Core.Preferences;
using Milepost.Protocol.Preferences;

namespace Milepost.Core.Tests.Preferences;

/// <summary>
/// Quiet hours against a clock on the wall, in zones that do what zones do. The clock is the platform's (TimeZoneInfo on the system's files), not the
/// library that is tested.
/// </summary>
public sealed class QuietHoursPropertyTests
{
    // Each with a moment around which something happens to its clocks; no change of rules is newer than both sets of data.
    private static readonly (string Zone, string Around)[] Moments =
    [
        ("Europe/Berlin", "2026-03-29T01:00:00Z"), ("Europe/Berlin", "2026-10-25T01:00:00Z"), ("America/New_York", "2026-11-01T06:00:00Z"),
        ("America/Sao_Paulo", "2018-11-04T03:00:00Z"), ("America/Sao_Paulo", "2018-02-18T02:00:00Z"), ("Asia/Beirut", "2022-03-26T22:00:00Z"),
        ("Asia/Beirut", "2022-10-29T21:00:00Z"), ("Australia/Lord_Howe", "2025-10-04T15:30:00Z"), ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
        ("Asia/Kolkata", "2026-01-01T00:00:00Z"), ("Pacific/Apia", "2011-12-30T10:00:00Z"), ("Africa/Casablanca", "2023-03-19T02:00:00Z"),
        ("Africa/Casablanca", "2023-04-23T02:00:00Z"), ("America/St_Johns", "2010-11-07T02:31:00Z"), ("Asia/Pyongyang", "2018-05-04T15:00:00Z"),
        ("Pacific/Chatham", "2025-09-27T14:00:00Z"), ("UTC", "2026-06-01T00:00:00Z"),
    ];

    private static readonly Gen<Case> Cases =
        from moment in Gen.Elements(Moments)
        from minutes in Gen.Choose(-3 * 1440, 3 * 1440)
        from seconds in Gen.Choose(0, 59)
        from near in Gen.Elements(true, true, false)
        from windows in Gen.ListOf(Window, 6)
        select new Case(moment.Zone, Parse(moment.Around).AddMinutes(near ? minutes / 24 : minutes).AddSeconds(seconds), [.. windows]);

    private static Gen<string> Window =>
        from day in Gen.Elements(WeekdayNames.All.ToArray())
        from startHour in Gen.Choose(0, 23)
        from startMinute in Gen.Elements(0, 0, 15, 30, 45, 59)
        from length in Gen.OneOf(Gen.Choose(1, 180), Gen.Choose(1, 1439))
        let begin = (startHour * 60) + startMinute
        let end = (begin + length) % 1440
        select $"{day} {begin / 60:00}:{begin % 60:00}-{end / 60:00}:{end % 60:00}";

    [Fact]
    public void What_the_clock_on_the_wall_calls_quiet_is_quiet() => Hold(test =>
    {
        if (IsQuietOnTheWall(test, test.Now))
        {
            QuietHoursCalendar.Check(test.Quiet, test.Zone, test.Now).Quiet.ShouldBeTrue();
        }
    });

    [Fact]
    public void What_is_quiet_is_so_on_the_wall_except_where_the_clock_was_put_back() => Hold(test =>
    {
        // Only the hours between the two times that a repeated hour comes are quiet though the clock shows a time outside.
        if (!IsQuietOnTheWall(test, test.Now) && QuietHoursCalendar.Check(test.Quiet, test.Zone, test.Now).Quiet)
        {
            WasPutBack(test).ShouldBeTrue();
        }
    });

    [Fact]
    public void The_end_is_ahead_not_quiet_and_everything_before_it_is() => Hold(test =>
    {
        if (QuietHoursCalendar.Check(test.Quiet, test.Zone, test.Now) is not { Quiet: true, Until: { } until })
        {
            return;
        }

        until.ShouldBeGreaterThan(test.Now);
        QuietHoursCalendar.Check(test.Quiet, test.Zone, until).ShouldBe(QuietState.Loud);
        IsQuietOnTheWall(test, until).ShouldBeFalse();
        for (var at = test.Now; at < until; at = at.AddMinutes(7))
        {
            QuietHoursCalendar.Check(test.Quiet, test.Zone, at).ShouldBe(new QuietState(Quiet: true, until));
        }

        QuietHoursCalendar.Check(test.Quiet, test.Zone, until.AddTicks(-1)).Until.ShouldBe(until);
    });

    [Fact]
    public void The_end_is_the_first_loud_minute() => Hold(test =>
    {
        if (QuietHoursCalendar.Check(test.Quiet, test.Zone, test.Now) is { Quiet: true, Until: { } until })
        {
            // Walking the wall clock minute by minute meets no loud minute before the end, except in a repeated hour.
            for (var at = test.Now; at < until; at = at.AddMinutes(1))
            {
                (IsQuietOnTheWall(test, at) || WasPutBack(test with { Now = at })).ShouldBeTrue($"{at:O} is loud on the wall, the end was said to be {until:O}");
            }
        }
    });

    // A window of the day that the wall shows, or of the day before, where it crosses midnight.
    private static bool IsQuietOnTheWall(Case test, DateTimeOffset at)
    {
        var wall = TimeZoneInfo.ConvertTime(at, TimeZoneInfo.FindSystemTimeZoneById(test.Zone)).DateTime;
        return test.Windows.Any(text =>
        {
            var parts = text.Split(' ', '-');
            var (from, to) = (TimeSpan.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture), TimeSpan.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture));
            var today = string.Equals(parts[0], wall.DayOfWeek.ToString(), StringComparison.OrdinalIgnoreCase);
            var yesterday = string.Equals(parts[0], wall.AddDays(-1).DayOfWeek.ToString(), StringComparison.OrdinalIgnoreCase);
            return from < to ? today && wall.TimeOfDay >= from && wall.TimeOfDay < to : (today && wall.TimeOfDay >= from) || (yesterday && wall.TimeOfDay < to);
        });
    }

    // Within the hours in which the wall shows something for the second time, or will do so.
    private static bool WasPutBack(Case test)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(test.Zone);
        for (var minute = -120; minute <= 120; minute++)
        {
            if (zone.GetUtcOffset(test.Now.AddMinutes(minute)) > zone.GetUtcOffset(test.Now.AddMinutes(minute + 1)))
            {
                return true;
            }
        }

        return false;
    }

    private static DateTimeOffset Parse(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static void Hold(Action<Case> body) => Check.One(Config.QuickThrowOnFailure.WithMaxTest(400), Prop.ForAll(Cases.ToArbitrary(), body));

    private sealed record Case(string Zone, DateTimeOffset Now, string[] Windows)
    {
        public QuietHours Quiet => QuietHoursCalendarTests.Days(Windows);

        public override string ToString() => $"{Zone} at {Now:O}: {string.Join(", ", Windows)}";
    }
}
