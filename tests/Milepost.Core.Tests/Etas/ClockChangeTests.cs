using Milepost.Core.Etas;
using Milepost.Core.Orders;
using Milepost.Core.Silence;
using Milepost.Core.Tests.Tracking;
using Milepost.Core.Tracking;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using NodaTime;

namespace Milepost.Core.Tests.Etas;

/// <summary>
/// The nights in which clocks change. Nothing of tracking, estimates and silence reads a clock on a wall: whatever offsets times come with, what is compared are
/// instants. Only the report on promises has days, and those are as long as they are.
/// </summary>
public sealed class ClockChangeTests
{
    /// <summary>Zone, the instant of the change, hours from UTC before and after it, and how many hours the day has.</summary>
    public static readonly TheoryData<string, string, int, int, int> Nights = new()
    {
        { "Europe/Berlin", "2026-03-29T01:00:00Z", 1, 2, 23 },
        { "Europe/Berlin", "2026-10-25T01:00:00Z", 2, 1, 25 },
        { "America/New_York", "2026-03-08T07:00:00Z", -5, -4, 23 },
        { "America/New_York", "2026-11-01T06:00:00Z", -4, -5, 25 },
    };

    [Theory]
    [MemberData(nameof(Nights))]
    public void Events_are_in_the_order_in_which_they_happened(string zone, string change, int before, int after, int hours)
    {
        var night = new Night(zone, change, before, after, hours);
        var order = OrderHistory.Replay(
        [
            Placed(night, -30),
            Some.Status("e-3", OrderStatus.OutForDelivery, 0) with { Time = night.At(2), ReceivedAt = night.At(3) },
            Some.Status("e-2", OrderStatus.PickedUp, 0) with { Time = night.At(-2), ReceivedAt = night.At(3) },
        ]);
        order.Order.Status.ShouldBe(OrderStatus.OutForDelivery);
        order.Timeline.Select(entry => entry.Status).ShouldBe([OrderStatus.Placed, OrderStatus.PickedUp, OrderStatus.OutForDelivery]);
        (order.Timeline[2].Time - order.Timeline[1].Time).ShouldBe(TimeSpan.FromMinutes(4));
    }

    [Theory]
    [MemberData(nameof(Nights))]
    public void Fixes_are_taken_in_their_order_and_speed_is_way_by_time(string zone, string change, int before, int after, int hours)
    {
        var night = new Night(zone, change, before, after, hours);
        // 5 m/s due north, one fix in ten seconds; they come as one batch, shuffled.
        LocationFix[] fixes = [.. Enumerable.Range(-6, 13).Select(index => Fix(night.At(index / 6.0), Geodesy.Destination(Places.Door, 0, 300 + (index * 50)), night.At(1.5)))];
        var filtered = FixFilter.Accept(null, [.. fixes.OrderBy(fix => fix.Time.Minute).ThenByDescending(fix => fix.Time.Second)], TrackingOptions.Default, night.At(1.5));
        filtered.Accepted.Select(fix => fix.Time).ShouldBe(fixes.Select(fix => fix.Time));
        (filtered.Refused.Count, filtered.Clamped).ShouldBe((0, 0));
        filtered.Accepted[^1].Quality.ShouldBe(FixQuality.Ok);
        var speed = filtered.Accepted.Aggregate((SpeedHistory?)null, SpeedHistory.Step)!;
        speed.MetersPerSecond.ShouldBe(5, 0.1);
        speed.ObservedSeconds.ShouldBe(120);

        // Behind the change nothing that was measured before it moves the marker any more.
        FixFilter.Accept(filtered.Track, [Fix(night.At(-0.5), Places.Door, night.At(2))], TrackingOptions.Default, night.At(2)).Accepted.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Nights))]
    public void An_estimate_made_on_one_side_counts_on_the_other(string zone, string change, int before, int after, int hours)
    {
        var night = new Night(zone, change, before, after, hours);
        var shown = EtaPublication.Step(null, Estimate(night, at: 20, madeAt: -2), night.At(-2)).State;
        EtaPublication.Step(shown, Estimate(night, at: 21, madeAt: 1), night.At(1)).Verdict.ShouldBe(EtaVerdict.Same);
        EtaPublication.Step(shown, Estimate(night, at: 30, madeAt: 1), night.At(1)).Verdict.ShouldBe(EtaVerdict.Later);
        var settling = EtaPublication.Step(shown, Estimate(night, at: 10, madeAt: -0.5), night.At(-0.5));
        settling.CheckAt.ShouldBe(night.At(0.5));
        EtaPublication.Step(settling.State, Estimate(night, at: 10, madeAt: 0.5), night.At(0.5)).Verdict.ShouldBe(EtaVerdict.Earlier);
        EtaChoice.Choose([Estimate(night, at: 20, madeAt: -2), Estimate(night, at: 25, madeAt: 1)], night.At(2))!.At.ShouldBe(night.At(25));
        var own = EtaEstimator.FromProgress(6_000, null, 0, night.At(-1), night.At(1));
        (own.At - night.At(1)).ShouldBe(TimeSpan.FromSeconds(6_000 / EtaEstimator.DefaultMetersPerSecond) - TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(1));
    }

    [Theory]
    [MemberData(nameof(Nights))]
    public void Silence_is_as_long_as_it_lasts(string zone, string change, int before, int after, int hours)
    {
        var night = new Night(zone, change, before, after, hours);
        var placed = OrderHistory.Replay([Placed(night, -5)]).Order;
        Reason(placed, null, night.At(4.9)).ShouldBeNull();
        Reason(placed, null, night.At(5.1)).ShouldBe(DelayReasons.NotAccepted);
        SilenceRules.NextCheckAt(placed, null, SilenceSettings.Default, night.At(-4)).ShouldBe(night.At(5));

        var underWay = OrderHistory.Replay(
        [
            Placed(night, -40) with { Promise = new Promise(night.At(0), night.At(-30), night.At(30)) },
            Some.Event("e-2", EventTypes.OrderDriverAssigned, 0) with { Driver = new Driver("d-1", null, null), Time = night.At(-20), ReceivedAt = night.At(-20) },
            Some.Status("e-3", OrderStatus.OutForDelivery, 0) with { Time = night.At(-10), ReceivedAt = night.At(-10) },
        ]).Order;
        Reason(underWay, night.At(-2), night.At(2.9)).ShouldBeNull();
        Reason(underWay, night.At(-2), night.At(3.1)).ShouldBe(DelayReasons.DriverSilent);
        Reason(underWay, night.At(30.9), night.At(30.9)).ShouldBeNull();
        Reason(underWay, night.At(31.1), night.At(31.1)).ShouldBe(DelayReasons.PromisePassed);
    }

    [Theory]
    [MemberData(nameof(Nights))]
    public void The_day_of_the_change_has_all_its_hours_in_the_report_on_promises(string zone, string change, int before, int after, int hours)
    {
        var night = new Night(zone, change, before, after, hours);
        var place = DateTimeZoneProviders.Tzdb[zone];
        var day = Instant.FromDateTimeOffset(night.Change).InZone(place).Date;
        var midnight = day.AtStartOfDayInZone(place).ToDateTimeOffset();
        // One delivery in each half hour from the day before to the day after, five minutes behind what was promised.
        var promises = Enumerable.Range(-4, (2 * hours) + 8).Select(index => midnight.AddMinutes((index * 30) + 10)).Select(at => new KeptPromise(at, at.ToUniversalTime().AddMinutes(-5), null)).ToArray();
        var report = PromiseReport.Of(promises, place);
        report.Days.Select(one => (one.Day, one.Figures.Delivered)).ShouldBe(
            [(day.PlusDays(-1).ToDateOnly(), 4), (day.ToDateOnly(), 2 * hours), (day.PlusDays(1).ToDateOnly(), 4)]);
        report.Days.ShouldAllBe(one => one.Figures.MedianLateness == TimeSpan.FromMinutes(5) && one.Figures.Bias == TimeSpan.FromMinutes(5));
    }

    [Theory]
    [MemberData(nameof(Nights))]
    public void A_promise_made_in_the_one_time_and_kept_in_the_other_is_late_by_what_passed(string zone, string change, int before, int after, int hours)
    {
        var night = new Night(zone, change, before, after, hours);
        new KeptPromise(night.At(10), night.At(-20), night.At(-5)).Lateness.ShouldBe(TimeSpan.FromMinutes(15));
        new KeptPromise(night.At(10), night.At(-20), night.At(-5)).Error.ShouldBe(TimeSpan.FromMinutes(30));
        PromiseFigures.Of([new KeptPromise(night.At(-10), night.At(20), null)]).Kept.ShouldBe(1);
    }

    private static string? Reason(Order order, DateTimeOffset? lastFixAt, DateTimeOffset now) => SilenceRules.Decide(order, lastFixAt, SilenceSettings.Default, now).Delay?.Reason;

    private static RecordedEvent Placed(Night night, double minute) => Some.Placed("e-1", 0) with { Time = night.At(minute), ReceivedAt = night.At(minute) };

    private static LocationFix Fix(DateTimeOffset time, GeoPoint at, DateTimeOffset receivedAt) =>
        new() { DriverId = "d-1", Time = time, ReceivedAt = receivedAt, At = at, AccuracyMeters = 5, Source = "test" };

    private static EtaEstimate Estimate(Night night, double at, double madeAt) => new()
    {
        At = night.At(at),
        From = night.At(at - 5),
        To = night.At(at + 5),
        Source = EtaSource.Logistics,
        Confidence = EtaConfidence.Medium,
        CalculatedAt = night.At(madeAt),
    };

    /// <summary>Times as they are written there: minutes from the change, with the offset that holds at that moment.</summary>
    private sealed record Night(string Zone, string Text, int Before, int After, int Hours)
    {
        public DateTimeOffset Change { get; } = DateTimeOffset.Parse(Text, System.Globalization.CultureInfo.InvariantCulture);

        public DateTimeOffset At(double minutes)
        {
            var time = Change.AddMinutes(minutes).ToOffset(TimeSpan.FromHours(minutes < 0 ? Before : After));
            Instant.FromDateTimeOffset(time).InZone(DateTimeZoneProviders.Tzdb[Zone]).Offset.ToTimeSpan().ShouldBe(time.Offset, "the table says what holds there");
            return time;
        }
    }
}
