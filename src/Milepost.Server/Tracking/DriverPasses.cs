using System.Text.Json;
using Milepost.Core.Etas;
using Milepost.Core.Orders;
using Milepost.Core.Tracking;
using Milepost.Protocol.Orders;
using Milepost.Server.Logistics.Plans;

namespace Milepost.Server.Tracking;

/// <summary>Looks at drivers, one at a time: what is new of the driver, and what follows from it for each of the orders.</summary>
internal sealed class DriverPasses(TrackingOptions rules, IOrderPlans plans, RouteLines lines)
{
    /// <param name="driver">Who.</param>
    /// <param name="situation">What is stored, as of one moment.</param>
    /// <param name="fixes">What has come; may be empty.</param>
    /// <param name="now">The time.</param>
    public DriverPass Run(DriverKey driver, Situation situation, IReadOnlyList<LocationFix> fixes, DateTimeOffset now)
    {
        var before = situation.Driver is { } row ? JsonSerializer.Deserialize(row.Body, TrackingJson.Default.DriverTrack) : null;
        var (track, accepted) = (before, (IReadOnlyList<LocationFix>)[]);
        var points = new List<HistoryPoint>();
        if (fixes.Count > 0)
        {
            var filtered = FixFilter.Accept(before, fixes, rules, now, Region(situation));
            TrackerMetrics.Judged(filtered);
            (track, var kept) = HistoryThinning.Step(filtered.Track, filtered.Accepted, rules);
            accepted = filtered.Accepted;
            points.AddRange(kept.SelectMany(fix => Points(driver, situation.Orders, fix)));
        }

        var (events, revisions, orders) = (new List<RecordedEvent>(), new List<EtaRevision>(), new List<LookedAt>());
        DateTimeOffset? checkAt = null;
        foreach (var order in situation.Orders)
        {
            var known = order.Track is { } stored ? JsonSerializer.Deserialize(stored.Body, TrackingJson.Default.OrderTrack)! : OrderTrack.Start;
            var step = OrderStep.Step(order.Order, known, track, accepted, Told(order.Order, driver, OrderStep.IsHeard(track, rules, now) ? track!.Last!.At : null), lines.Of, rules, now);
            if (step.RouteRefused is { } refusal)
            {
                TrackerMetrics.RouteRefused(refusal);
            }

            orders.Add(new LookedAt(order, step.Track, step.Track != known, DriverPass.IsAlone(order, situation)));
            events.AddRange(Events(order.Order, step, accepted.Count > 0 ? accepted[^1].Time : now, now));
            if (step.Revision is { } revision)
            {
                revisions.Add(new EtaRevision(driver.Tenant, order.Order.Id, now, ToEta(revision.Estimate), revision.Shown));
            }

            checkAt = checkAt is null || step.CheckAt < checkAt ? step.CheckAt : checkAt;
        }

        return new DriverPass
        {
            Driver = driver,
            Row = situation.Driver,
            Track = track is not null && track != before ? track : null,
            Orders = orders,
            Newest = accepted.Count > 0 ? accepted[^1] : null,
            Events = events,
            Points = points,
            Revisions = revisions,
            CheckAt = checkAt,
        };
    }

    // Somewhere that the driver has to go.
    private static GeoPoint? Region(Situation situation) =>
        situation.Orders.Select(order => OrderStep.Place(order.Order.Destination?.Lat, order.Order.Destination?.Lon)).FirstOrDefault(place => place is not null);

    private static IEnumerable<RecordedEvent> Events(Order order, OrderStepResult step, DateTimeOffset at, DateTimeOffset now)
    {
        if (step.Raised is { } raised)
        {
            yield return raised is ArrivalKind.Arriving ? TrackingEvents.Arriving(order, step.Track.Aim, at, now) : TrackingEvents.Nearby(order, step.Track.Aim, at, now);
        }

        if (step.Publish is { } estimate)
        {
            yield return TrackingEvents.EtaUpdated(order, ToEta(estimate), estimate.CalculatedAt, now);
        }

        if (step.IsFreshAgain)
        {
            yield return TrackingEvents.Stale(order, new StaleNotice(Stale: false, at), now);
        }
    }

    // The orders that the driver had with them there; without any the point is the driver's alone.
    private static IEnumerable<HistoryPoint> Points(DriverKey driver, IReadOnlyList<TrackedOrder> orders, LocationFix fix) =>
        orders.Where(order => OrderStatusTable.IsOnTheWay(order.Order.ShownStatus()) && order.Order.Concerns(fix.Time)).Select(order => (string?)order.Order.Id).DefaultIfEmpty(null).Select(orderId => new HistoryPoint
        {
            Tenant = driver.Tenant,
            DriverId = driver.DriverId,
            OrderId = orderId,
            Time = fix.Time,
            ReceivedAt = fix.ReceivedAt,
            Lat = fix.At.Lat,
            Lon = fix.At.Lon,
            AccuracyMeters = fix.AccuracyMeters,
            HeadingDegrees = fix.HeadingDegrees,
            SpeedMetersPerSecond = fix.SpeedMetersPerSecond,
        });

    // The position: where the driver is. Where a driver was before falling silent is no place to reckon from.
    private ToldWay Told(Order order, DriverKey driver, GeoPoint? position)
    {
        plans.Want(new PlanWish(
            order.Tenant, order.Id, driver.DriverId, OrderStep.Place(order.Pickup?.Lat, order.Pickup?.Lon), OrderStep.Place(order.Destination?.Lat, order.Destination?.Lon), position));
        if (plans.Get(order.Tenant, order.Id) is not { } plan)
        {
            return ToldWay.None with { HasAskedForStops = !plans.Serves(order.Tenant) };
        }

        // A document that names another driver was made before the order changed hands.
        var route = plan.Route is { } line && (line.DriverId ?? driver.DriverId) == driver.DriverId ? line : null;
        var eta = plan.Eta is { } estimate && (estimate.DriverId ?? driver.DriverId) == driver.DriverId ? estimate : null;
        return new ToldWay
        {
            Route = route is null ? null : new ToldRoute(route.Polyline, route.Precision, route.Version.ToString(System.Globalization.CultureInfo.InvariantCulture), Source(route.Source)),
            Eta = eta is null ? null : ToEstimate(eta),
            StopsBefore = eta?.StopsBefore,
            HasNoRoute = plan.ServiceHasNoRoute,
            HasNoEstimate = plan.ServiceHasNoEta,
            HasAskedForStops = !plans.Serves(order.Tenant) || plan.ServiceHasNoEta || eta is { Source: PlanSource.Logistics },
        };
    }

    private static string Source(PlanSource source) => source is PlanSource.Logistics ? TrackedRoute.FromLogistics : "routing";

    private static EtaEstimate ToEstimate(PlannedEta eta) => new()
    {
        At = eta.At,
        From = eta.From ?? eta.At,
        To = eta.To ?? eta.At,
        Source = eta.Source is PlanSource.Logistics ? EtaSource.Logistics : EtaSource.Routing,
        Confidence = eta.Confidence switch
        {
            "low" => EtaConfidence.Low,
            "high" => EtaConfidence.High,
            _ => EtaConfidence.Medium,
        },
        Reason = eta.Reason,
        CalculatedAt = eta.CalculatedAt,
    };

    private static Eta ToEta(EtaEstimate estimate) => new(Whole(estimate.At), Whole(estimate.From), Whole(estimate.To), estimate.Reason)
    {
        Source = estimate.Source switch
        {
            EtaSource.Logistics => "logistics",
            EtaSource.Routing => "routing",
            EtaSource.Estimate => "estimate",
            _ => "sender",
        },
        Confidence = estimate.Confidence switch
        {
            EtaConfidence.Low => "low",
            EtaConfidence.Medium => "medium",
            _ => "high",
        },
    };

    // Nobody knows it to the millisecond.
    private static DateTimeOffset Whole(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
