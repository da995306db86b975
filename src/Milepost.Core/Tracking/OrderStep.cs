using Milepost.Core.Etas;
using Milepost.Core.Orders;
using Milepost.Protocol.Orders;

namespace Milepost.Core.Tracking;

/// <summary>What one look at an order gave.</summary>
public sealed record OrderStepResult
{
    public required OrderTrack Track { get; init; }

    /// <summary>What the driver's coming near has raised, at most once each in an attempt.</summary>
    public ArrivalKind? Raised { get; init; }

    /// <summary>An ETA that the customer is to be shown; null: nothing new.</summary>
    public EtaEstimate? Publish { get; init; }

    /// <summary>An estimate to keep, with whether it is shown; null: nothing worth keeping.</summary>
    public (EtaEstimate Estimate, bool Shown)? Revision { get; init; }

    /// <summary>Why the route that was told is not used; null: it is, or none was told. The one before stays.</summary>
    public RouteRefusal? RouteRefused { get; init; }

    /// <summary>The driver was thought silent and is not.</summary>
    public bool IsFreshAgain { get; init; }

    /// <summary>Look again then, if no fix comes; null: no need.</summary>
    public DateTimeOffset? CheckAt { get; init; }
}

/// <summary>
/// Looks at one order under way, with the fixes of its driver that were accepted and with what others know of its way: reads the route, finds the driver on it,
/// judges the arrival, estimates. Pure.
/// </summary>
public static class OrderStep
{
    // Between two estimates that are kept though nobody was shown them.
    private static readonly TimeSpan KeepApart = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan WorthKeeping = TimeSpan.FromSeconds(30);

    // Nobody knows the way in a longer silence.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(120);

    /// <param name="order">Active.</param>
    /// <param name="before">What was known of it.</param>
    /// <param name="driver">The driver's state behind the fixes; null where none is known.</param>
    /// <param name="accepted">The driver's new fixes, oldest to newest; may be empty.</param>
    /// <param name="told">What others told of its way.</param>
    /// <param name="routes">Makes a line of a polyline with precision 5.</param>
    /// <param name="rules">The numbers.</param>
    /// <param name="now">The time.</param>
    public static OrderStepResult Step(
        Order order, OrderTrack before, DriverTrack? driver, IReadOnlyList<LocationFix> accepted, ToldWay told, Func<string, RouteGeometry?> routes, TrackingOptions rules, DateTimeOffset now)
    {
        var destination = Place(order.Destination?.Lat, order.Destination?.Lon);
        var newest = accepted.Count > 0 ? accepted[^1] : null;
        if (before.Last is { } other && driver is not null && other.DriverId != driver.DriverId)
        {
            // The order has changed hands: where somebody else was says nothing about it any more.
            before = new OrderTrack { Eta = before.Eta, KeptEta = before.KeptEta, Aim = before.Aim };
        }

        var aim = before.Aim.Now(order.Attempt(), destination, rules);
        if (aim != before.Aim)
        {
            // Sent to another door, the way to the one before leads nowhere any more.
            before = before with { Aim = aim, Arrival = null, Progress = null, Route = aim.Moves == before.Aim.Moves ? before.Route : null };
        }

        var track = before with
        {
            Last = newest ?? before.Last,
            StopsBefore = told.StopsBefore ?? (told.HasNoEstimate ? null : before.StopsBeforeOf(order.Driver?.Id)),
            StopsAskedOf = told.HasAskedForStops ? order.Driver?.Id : before.StopsAskedOf,
        };
        (track, var refused) = Routed(order, track, destination, driver, told);
        var geometry = track.Route is { } route ? routes(route.Polyline) : null;
        ArrivalKind? raised = null;
        DateTimeOffset? checkAt = null;
        if (OrderStatusTable.IsOnTheWay(order.ShownStatus()))
        {
            // Where the driver was before having the order brings nobody to its door.
            foreach (var fix in accepted.Where(fix => order.Concerns(fix.Time)))
            {
                track = geometry is null ? track : track with { Progress = RouteProgress.Project(geometry, track.Progress, fix, rules) };
                if (destination is { } place)
                {
                    var step = ArrivalRules.Step(track.Arrival, place, fix, now, rules);
                    (track, checkAt) = (track with { Arrival = step.State }, step.CheckAt);

                    // Whoever is arriving is not told first that the driver is nearby.
                    raised = step.Raised is ArrivalKind.Arriving ? ArrivalKind.Arriving : raised ?? step.Raised;
                }
            }

            if (accepted.Count == 0 && track.Arrival is { } waiting && IsHeard(driver, rules, now))
            {
                var step = ArrivalRules.Check(waiting, now, rules);
                (track, raised, checkAt) = (track with { Arrival = step.State }, step.Raised, step.CheckAt);
            }

            track = track with { MetersToGo = track.Progress?.MetersToGo ?? (destination is { } at && track.Last is { } last && order.Concerns(last.Time) ? Geodesy.Distance(last.At, at) : null) };
        }
        else
        {
            // Another attempt begins anew.
            track = track with { Arrival = null, Progress = null, MetersToGo = null };
        }

        var result = Estimated(order, track, driver, told.Eta, IsHeard(driver, rules, now), now);
        return result with
        {
            Raised = raised,
            RouteRefused = refused,
            IsFreshAgain = newest is { Quality: not FixQuality.Late } && order.LocationStale is not null,
            CheckAt = Earlier(checkAt, result.CheckAt),
        };
    }

    /// <summary>
    /// The facts by which visibility is judged. Stops of which nobody knows are none where the driver has no other order under way; before everybody was asked who may
    /// know of them, they are not known.
    /// </summary>
    /// <param name="order">The order.</param>
    /// <param name="track">What is known of its way.</param>
    /// <param name="alone">The driver has no other order under way.</param>
    /// <param name="now">The time.</param>
    public static TrackingFacts Facts(Order order, OrderTrack? track, bool alone, DateTimeOffset now) => new()
    {
        Status = order.ShownStatus(),
        Now = now,
        StopsBefore = track?.StopsBeforeOf(order.Driver?.Id) ?? (alone && track?.HasAskedStopsOf(order.Driver?.Id) == true ? 0 : null),
        MetersToGo = track?.MetersToGo,
        TimeToGo = order.Eta is { } eta ? eta.At - now : null,
    };

    /// <summary>
    /// Whether so much is known of where the driver is that an arrival can be judged and a time reckoned from it. In a longer silence only others' news of the
    /// order counts: time that goes by without a sign is none.
    /// </summary>
    public static bool IsHeard(DriverTrack? driver, TrackingOptions rules, DateTimeOffset now) =>
        driver?.Last is { } last && now - last.ReceivedAt <= LongestSilence + TimeSpan.FromSeconds(rules.DwellSeconds);

    /// <summary>A place that somebody can be at; null where the numbers say none.</summary>
    public static GeoPoint? Place(double? lat, double? lon) => lat is { } north && lon is { } east && new GeoPoint(north, east) is var point && point.IsPlace() ? point : null;

    private static (OrderTrack Track, RouteRefusal? Refused) Routed(Order order, OrderTrack track, GeoPoint? destination, DriverTrack? driver, ToldWay told)
    {
        if (told.HasNoRoute && track.Route is { Source: TrackedRoute.FromLogistics })
        {
            // Who drew it goes another way now, or none that we are told.
            track = track with { Route = null, Progress = null };
        }

        if (told.Route is not { } route || destination is not { } end || track.Route is { } known && (known.Version, known.Source) == (route.Version, route.Source))
        {
            return (track, null);
        }

        return RouteReader.Read(route.Polyline, route.Precision, Place(order.Pickup?.Lat, order.Pickup?.Lon), end, driver?.Last?.At) switch
        {
            RouteReading.Read read => (track with { Route = new TrackedRoute(EncodedPolyline.Encode(read.Route.Points, 5), route.Version, route.Source), Progress = null }, null),
            RouteReading.Refused refused => (track, refused.Reason),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static OrderStepResult Estimated(Order order, OrderTrack track, DriverTrack? driver, EtaEstimate? told, bool isHeard, DateTimeOffset now)
    {
        var state = track.Eta ?? new EtaState();
        var sender = order.Eta is { Source: null or "sender" } sent ? FromSender(sent) : null;
        if (sender is not null && (state.Shown is not { } shown || sender.CalculatedAt > shown.CalculatedAt))
        {
            // The customer has been shown it already: it is part of the order.
            state = state.With(sender, sender.CalculatedAt);
        }

        var estimates = (isHeard
            ? new[]
            {
                sender,
                told,
                track is { MetersToGo: { } left, Last: { } last } ? EtaEstimator.FromProgress(left, driver?.Speed, track.StopsBefore, track.Progress?.Time ?? last.Time, now) : null,
            }
            : [IsNews(told, state, now) ? told : null]).OfType<EtaEstimate>().ToArray();
        if (EtaChoice.Choose(estimates, now) is not { } raw)
        {
            return new OrderStepResult { Track = track };
        }

        var step = EtaPublication.Step(state, raw, now);
        var publish = step.Publish && raw.Source is not EtaSource.Sender ? step.State.Shown : null;
        var isWorth = track.KeptEta is not { } kept || (raw.CalculatedAt - kept.CalculatedAt >= KeepApart && (raw.At - kept.At).Duration() >= WorthKeeping);
        (EtaEstimate, bool)? revision = publish is not null ? (publish, true) : isWorth && raw.Source is not EtaSource.Sender ? (raw, false) : null;
        return new OrderStepResult
        {
            Track = track with { Eta = step.State, KeptEta = revision?.Item1 ?? track.KeptEta },
            Publish = publish,
            Revision = revision,
            CheckAt = step.CheckAt,
        };
    }

    // Said by who knows the driver's plans, since the customer was told something, and not passed meanwhile.
    private static bool IsNews(EtaEstimate? told, EtaState state, DateTimeOffset now) =>
        told is { Source: EtaSource.Logistics } && told.At > now && !(told.CalculatedAt <= state.Shown?.CalculatedAt);

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;

    private static EtaEstimate FromSender(Eta eta) => new()
    {
        At = eta.At,
        From = eta.From ?? eta.At,
        To = eta.To ?? eta.At,
        Source = EtaSource.Sender,
        Confidence = eta.Confidence switch
        {
            "low" => EtaConfidence.Low,
            "high" => EtaConfidence.High,
            _ => EtaConfidence.Medium,
        },
        Reason = eta.Reason,
        CalculatedAt = eta.RevisedAt ?? DateTimeOffset.MinValue,
    };
}
