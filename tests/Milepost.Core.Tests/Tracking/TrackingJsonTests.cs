using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Milepost.Core.Etas;
using Milepost.Core.Tracking;
using Milepost.Protocol.Tracking;
using static Milepost.Core.Tests.Tracking.Places;

namespace Milepost.Core.Tests.Tracking;

public sealed class TrackingJsonTests
{
    [Fact]
    public void A_fix_is_kept_with_what_is_known_of_it()
    {
        var fix = new LocationFix { DriverId = "d-1", Time = At(0), ReceivedAt = At(1), At = new GeoPoint(52.5, 13.4), Source = "test", Quality = FixQuality.Late };
        JsonSerializer.Serialize(fix, TrackingJson.Default.LocationFix).ShouldBe(
            """{"driverId":"d-1","time":"2026-11-21T18:00:00+00:00","receivedAt":"2026-11-21T18:00:01+00:00","at":{"lat":52.5,"lon":13.4},"source":"test","quality":"late"}""");
        Same(fix with { Sequence = 7, AccuracyMeters = 3.5, HeadingDegrees = 0, SpeedMetersPerSecond = 0 }, TrackingJson.Default.LocationFix);
    }

    [Fact]
    public void Every_state_is_read_as_it_was_kept()
    {
        var track = FixFilter.Accept(null, [Fix(0, 0), Fix(10, 100), Fix(20, 200), Fix(30, 9000)], TrackingOptions.Default, At(30)).Track;
        (track.Candidate, track.Speed).ShouldNotBe((null, null));
        Same(track with { Kept = track.Last }, TrackingJson.Default.DriverTrack);
        Same(new DriverTrack { DriverId = "d-1" }, TrackingJson.Default.DriverTrack);

        var route = RouteGeometry.Create([From(0), From(1000)])!;
        var progress = RouteProgress.Project(route, null, Fix(0, 500, 900), TrackingOptions.Default);
        progress.OffSince.ShouldNotBeNull();
        Same(progress, TrackingJson.Default.RouteProgress);

        var arrival = ArrivalRules.Step(null, Door, Fix(0, 100), At(0), TrackingOptions.Default).State;
        Same(arrival, TrackingJson.Default.ArrivalState);
        Same(ArrivalRules.Step(arrival, Door, Fix(5, 100), At(5), TrackingOptions.Default).State, TrackingJson.Default.ArrivalState);

        var estimate = EtaEstimator.FromProgress(5000, track.Speed, 0, At(30), At(31)) with { Reason = "rain" };
        Same(estimate, TrackingJson.Default.EtaEstimate);
        var shown = EtaPublication.Step(null, estimate, At(31)).State;
        Same(EtaPublication.Step(shown, estimate with { At = estimate.At.AddMinutes(-8) }, At(40)).State, TrackingJson.Default.EtaState);
    }

    [Fact]
    public void A_policy_is_kept_as_it_was_set_and_an_empty_one_is_the_products_own()
    {
        var policy = new VisibilityPolicy { Customer = new FieldRules { Location = VisibilityRule.ActiveAndNext, Phone = new VisibilityRule { When = VisibleWhen.Always, WithinMinutes = 5, WithinMeters = 800 } } };
        JsonSerializer.Serialize(policy, TrackingJson.Default.VisibilityPolicy).ShouldBe(
            """{"customer":{"location":{"when":"active","withinStops":0},"phone":{"when":"always","withinMinutes":5,"withinMeters":800}}}""");
        Same(policy, TrackingJson.Default.VisibilityPolicy);
        JsonSerializer.Deserialize("{}", TrackingJson.Default.VisibilityPolicy).ShouldBe(VisibilityPolicy.Default);
    }

    private static void Same<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(JsonSerializer.Serialize(value, type), type).ShouldBe(value);
}
