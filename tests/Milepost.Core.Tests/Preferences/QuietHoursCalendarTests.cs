using Milepost.Core.Preferences;
using Milepost.Protocol.Preferences;

namespace Milepost.Core.Tests.Preferences;

/// <summary>Quiet hours as people mean them, and what clocks do to them. Local times are those of the zone named.</summary>
public sealed class QuietHoursCalendarTests
{
    private const string Berlin = "Europe/Berlin";

    [Theory]
    // 2026-11-23 is a Monday; Berlin is an hour ahead of UTC.
    [InlineData("2026-11-23T20:59:59Z", null)]
    [InlineData("2026-11-23T21:00:00Z", "2026-11-24T06:00:00Z")]
    [InlineData("2026-11-24T02:30:00Z", "2026-11-24T06:00:00Z")]
    [InlineData("2026-11-24T05:59:59Z", "2026-11-24T06:00:00Z")]
    [InlineData("2026-11-24T06:00:00Z", null)]
    [InlineData("2026-11-24T21:00:00Z", null)]
    public void A_window_belongs_to_the_day_on_which_it_begins(string now, string? until) => Check(Days("monday 22:00-07:00"), Berlin, now, until);

    [Theory]
    [InlineData("2026-11-23T09:00:00Z", "2026-11-23T15:00:00Z")]
    [InlineData("2026-11-23T11:30:00Z", "2026-11-23T15:00:00Z")]
    [InlineData("2026-11-23T13:00:00Z", "2026-11-23T15:00:00Z")]
    [InlineData("2026-11-23T15:00:00Z", null)]
    public void Windows_that_touch_or_overlap_end_together(string now, string? until) =>
        Check(Days("monday 10:00-13:00", "monday 12:00-14:00", "monday 14:00-15:30", "monday 15:30-16:00"), Berlin, now, until);

    [Fact]
    public void The_end_of_the_union_may_lie_days_ahead() => Check(
        Days("friday 18:00-12:00", "saturday 12:00-00:00", "sunday 00:00-12:00", "sunday 12:00-08:00"), Berlin, "2026-11-20T20:00:00Z", "2026-11-23T07:00:00Z");

    [Fact]
    public void One_loud_minute_in_the_week_is_an_end()
    {
        var days = WeekdayNames.All.SelectMany(day => day == "tuesday" ? [$"{day} 00:00-12:00", $"{day} 12:01-00:00"] : (string[])[$"{day} 00:00-12:00", $"{day} 12:00-00:00"]);
        Check(Days([.. days]), "UTC", "2026-11-24T12:01:00Z", "2026-12-01T12:00:00Z");
    }

    [Fact]
    public void Always_quiet_has_no_end()
    {
        var state = QuietHoursCalendar.Check(Days([.. WeekdayNames.All.SelectMany(day => (string[])[$"{day} 00:00-12:00", $"{day} 12:00-00:00"])]), Berlin, At("2026-11-24T12:01:00Z"));
        state.ShouldBe(new QuietState(Quiet: true, null));
    }

    [Theory]
    // 2026-03-29, 02:00 to 03:00 does not exist in Berlin: 01:00 UTC is the first instant behind it.
    [InlineData("sunday 00:00-02:30", "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z")]
    [InlineData("sunday 00:00-02:30", "2026-03-29T01:00:00Z", null)]
    [InlineData("sunday 02:30-05:00", "2026-03-29T00:59:59.9999999Z", null)]
    [InlineData("sunday 02:30-05:00", "2026-03-29T01:00:00Z", "2026-03-29T03:00:00Z")]
    [InlineData("sunday 02:10-02:50", "2026-03-29T01:00:00Z", null)]
    public void A_time_in_a_skipped_hour_is_the_first_instant_behind_it(string window, string now, string? until) => Check(Days(window), Berlin, now, until);

    [Theory]
    // 2026-10-25, 02:00 to 03:00 comes twice in Berlin: from 00:00 UTC and from 01:00 UTC.
    [InlineData("sunday 00:00-02:30", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")]
    [InlineData("sunday 00:00-02:30", "2026-10-25T01:29:00Z", "2026-10-25T01:30:00Z")]
    [InlineData("sunday 02:30-04:00", "2026-10-25T00:29:00Z", null)]
    [InlineData("sunday 02:30-04:00", "2026-10-25T00:30:00Z", "2026-10-25T03:00:00Z")]
    // In between the clock shows 02:00 again; the window has begun all the same.
    [InlineData("sunday 02:30-04:00", "2026-10-25T01:05:00Z", "2026-10-25T03:00:00Z")]
    public void A_repeated_hour_is_quiet_from_its_first_time_to_its_second(string window, string now, string? until) => Check(Days(window), Berlin, now, until);

    [Theory]
    // 2011-12-30 did not exist on Samoa: Thursday was followed by Saturday, at 10:00 UTC.
    [InlineData("thursday 22:00-07:00", "2011-12-30T09:00:00Z", "2011-12-30T10:00:00Z")]
    [InlineData("friday 22:00-07:00", "2011-12-30T11:00:00Z", "2011-12-30T17:00:00Z")]
    [InlineData("friday 08:00-20:00", "2011-12-30T10:00:00Z", null)]
    public void A_day_that_did_not_exist_has_no_hours(string window, string now, string? until) => Check(Days(window), "Pacific/Apia", now, until);

    [Theory]
    // 2010-11-07 in St. John's: 00:01 (02:31 UTC) was followed by 23:01 of the day before.
    [InlineData("friday 23:45-23:30", "2010-11-07T02:30:30Z", "2010-11-07T03:00:00Z")]
    [InlineData("sunday 00:00-06:00", "2010-11-07T02:40:00Z", "2010-11-07T09:30:00Z")]
    public void A_day_that_comes_back_after_midnight_is_still_its_own(string window, string now, string until) => Check(Days(window), "America/St_Johns", now, until);

    [Fact]
    public void Clocks_put_forward_at_midnight_take_the_begin_along() =>
        // 2018-11-04 began at 01:00 in Sao Paulo (03:00 UTC).
        Check(Days("sunday 00:00-06:00"), "America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-04T08:00:00Z");

    [Theory]
    [InlineData("Nowhere/Land")]
    [InlineData("")]
    [InlineData("europe/berlin")]
    [InlineData("UTC+03")]
    public void A_zone_that_is_not_known_is_utc(string zone)
    {
        QuietHoursCalendar.IsZone(zone).ShouldBeFalse();
        Check(Days("monday 22:00-07:00"), zone, "2026-11-23T22:00:00Z", "2026-11-24T07:00:00Z");
    }

    [Fact]
    public void Without_windows_or_switched_off_it_is_never_quiet()
    {
        var days = Days("monday 00:00-23:59");
        foreach (var quiet in (QuietHours?[])[null, new QuietHours { Enabled = true }, days with { Enabled = false }, days with { Days = new Dictionary<string, IReadOnlyList<QuietWindow>> { ["noday"] = [new("00:00", "01:00")] } }])
        {
            QuietHoursCalendar.Check(quiet, "UTC", At("2026-11-23T12:00:00Z")).ShouldBe(QuietState.Loud);
        }
    }

    [Fact]
    public void What_cannot_be_read_is_no_window_and_no_failure() => Check(Days("monday 1:00-23:00", "monday 25:00-03:00", "monday 05:00-x"), "UTC", "2026-11-23T12:00:00Z", null);

    [Fact]
    public void The_version_of_the_zones_is_known() => QuietHoursCalendar.TzdataVersion.ShouldMatch("^20[0-9]{2}[a-z]$");

    internal static QuietHours Days(params string[] windows) => new()
    {
        Enabled = true,
        Days = windows.Select(text => text.Split(' ', '-')).GroupBy(parts => parts[0], StringComparer.Ordinal)
            .ToDictionary(day => day.Key, day => (IReadOnlyList<QuietWindow>)[.. day.Select(parts => new QuietWindow(parts[1], parts[2]))], StringComparer.Ordinal),
    };

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static void Check(QuietHours quiet, string zone, string now, string? until) =>
        QuietHoursCalendar.Check(quiet, zone, At(now)).ShouldBe(until is null ? QuietState.Loud : new QuietState(Quiet: true, At(until)));
}
