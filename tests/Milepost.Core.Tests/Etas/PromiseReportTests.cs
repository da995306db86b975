using Milepost.Core.Etas;
using NodaTime;

namespace Milepost.Core.Tests.Etas;

public sealed class PromiseReportTests
{
    private static readonly DateTimeZone Berlin = DateTimeZoneProviders.Tzdb["Europe/Berlin"];

    [Fact]
    public void Nothing_delivered_has_no_share()
    {
        var report = PromiseReport.Of([], DateTimeZone.Utc);
        report.Days.ShouldBeEmpty();
        report.All.ShouldBe(new PromiseFigures { Delivered = 0, Kept = 0, MedianLateness = null, NinetiethLateness = null, Bias = null });
        report.All.KeptShare.ShouldBeNull();
    }

    [Fact]
    public void Lateness_is_measured_by_the_windows_end_and_bias_by_the_promised_time()
    {
        // Promised for 18:00 to 18:10 each; delivered from 17:50 on, every two minutes.
        KeptPromise[] promises = [.. Enumerable.Range(0, 20).Select(index => new KeptPromise(Some.Evening.AddMinutes(-10 + (index * 2)), Some.Evening, Some.Evening.AddMinutes(10)))];
        var figures = PromiseReport.Of(promises, DateTimeZone.Utc).All;
        (figures.Delivered, figures.Kept, figures.KeptShare).ShouldBe((20, 11, 0.55));
        figures.MedianLateness.ShouldBe(TimeSpan.FromMinutes(-2));
        figures.NinetiethLateness.ShouldBe(TimeSpan.FromMinutes(14));
        figures.Bias.ShouldBe(TimeSpan.FromMinutes(9));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.02, 0)]
    public void A_promise_without_a_window_is_kept_to_the_minute(double minutes, int kept) =>
        PromiseFigures.Of([new KeptPromise(Some.Evening.AddMinutes(minutes), Some.Evening, null)]).Kept.ShouldBe(kept);

    [Fact]
    public void One_order_is_its_own_median()
    {
        var figures = PromiseFigures.Of([new KeptPromise(Some.Evening.AddMinutes(5), Some.Evening, null)]);
        (figures.MedianLateness, figures.NinetiethLateness, figures.Bias).ShouldBe((TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5)));
    }

    // The night in which the clock is put back: a day of 25 hours.
    [Fact]
    public void Days_are_those_of_the_place()
    {
        string[] delivered = ["2026-10-24T21:59:00Z", "2026-10-24T22:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T22:59:00Z", "2026-10-25T23:00:00Z"];
        var promises = delivered.Select(text => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture)).Select(at => new KeptPromise(at, at, null)).ToArray();
        PromiseReport.Of(promises, Berlin).Days.Select(day => (day.Day, day.Figures.Delivered)).ShouldBe(
            [(new DateOnly(2026, 10, 24), 1), (new DateOnly(2026, 10, 25), 4), (new DateOnly(2026, 10, 26), 1)]);
        PromiseReport.Of(promises, DateTimeZone.Utc).Days.Select(day => day.Figures.Delivered).ShouldBe([2, 4]);
    }
}
