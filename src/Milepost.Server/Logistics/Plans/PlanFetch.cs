using Milepost.Server.Logistics.Routing;

namespace Milepost.Server.Logistics.Plans;

/// <summary>
/// Fetches one part of a plan: from the logistics service, and from the routing engine where the service has none. What was learnt before stays where
/// nothing could be learnt.
/// </summary>
/// <param name="client">Null: there is no service.</param>
/// <param name="engine">Null: there is no engine.</param>
/// <param name="time">The clock.</param>
internal sealed class PlanFetch(LogisticsClient? client, IRoutingEngine? engine, TimeProvider time)
{
    // An estimate of the service counts for so long while the service is away.
    private static readonly TimeSpan FreshEta = TimeSpan.FromMinutes(5);

    public bool HasEngine => engine is not null;

    /// <inheritdoc cref="IOrderPlans.Serves"/>
    public bool Serves(string tenant) => client is not null && client.Serves(tenant);

    /// <summary>How many requests fetching a part may take: where the service may have nothing, the engine is asked as well.</summary>
    public int RequestsOf(PlanPart part, OrderPlan plan) => part switch
    {
        _ when engine is null || client is null => 1,
        PlanPart.Route when plan.Route is { Source: PlanSource.Logistics } => 1,
        PlanPart.Eta when IsFresh(plan.Eta) => 1,
        PlanPart.Driver => 1,
        _ => 2,
    };

    /// <param name="part">What.</param>
    /// <param name="wish">Of what.</param>
    /// <param name="before">What is known.</param>
    /// <param name="requests">How many requests are allowed.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What becomes of the plan.</returns>
    public Task<Func<OrderPlan, OrderPlan>> FetchAsync(PlanPart part, PlanWish wish, OrderPlan before, int requests, CancellationToken cancellationToken) => part switch
    {
        PlanPart.Driver => DriverAsync(wish, cancellationToken),
        PlanPart.Route => RouteAsync(wish, before, client is null || requests > 1, cancellationToken),
        PlanPart.Eta => EtaAsync(wish, before, client is null || requests > 1, cancellationToken),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private bool IsFresh(PlannedEta? eta) => eta is { Source: PlanSource.Logistics } && time.GetUtcNow() - eta.CalculatedAt < FreshEta;

    private async Task<Func<OrderPlan, OrderPlan>> DriverAsync(PlanWish wish, CancellationToken cancellationToken)
    {
        var read = client is null ? new LogisticsRead<DriverCard>.None() : await client.DriverAsync(wish.Tenant, wish.DriverId!, cancellationToken);
        return plan => plan with { Driver = read.Known ?? (read is LogisticsRead<DriverCard>.None ? null : plan.Driver) };
    }

    private async Task<Func<OrderPlan, OrderPlan>> RouteAsync(PlanWish wish, OrderPlan before, bool mayAskEngine, CancellationToken cancellationToken)
    {
        var read = client is null ? new LogisticsRead<LogisticsRoute>.None() : await client.RouteAsync(wish.Tenant, wish.OrderId, cancellationToken);
        if (read is LogisticsRead<LogisticsRoute>.Found { Document: var route } && IsOf(wish, route.DriverId))
        {
            var planned = new PlannedRoute(route.Polyline, route.Precision, PlanSource.Logistics, route.Version, time.GetUtcNow())
            {
                DistanceMeters = route.DistanceMeters,
                DurationSeconds = route.DurationSeconds,
                DriverId = route.DriverId,
            };
            return plan => plan with { Route = planned, ServiceHasNoRoute = false };
        }

        if (read is LogisticsRead<LogisticsRoute>.Unknown && before.Route is not null)
        {
            return plan => plan;
        }

        var hasNone = HasNone(read);

        // The way between two places does not change: it is asked for once.
        if (before.Route is { Source: PlanSource.Routing } kept && kept.Between == (wish.Pickup, wish.Destination) && engine is not null)
        {
            return plan => plan with { Route = kept, ServiceHasNoRoute = hasNone };
        }

        var found = mayAskEngine ? await AskAsync(wish.Pickup, wish.Destination, cancellationToken) : null;
        var version = before.Route is { Source: PlanSource.Routing } other ? other.Version + 1 : 1;
        return plan => plan with
        {
            Route = found is null ? null : new PlannedRoute(found.Polyline, EngineRoute.Precision, PlanSource.Routing, version, time.GetUtcNow())
            {
                DistanceMeters = found.Meters,
                DurationSeconds = found.Duration.TotalSeconds,
                Between = (wish.Pickup, wish.Destination),
            },
            ServiceHasNoRoute = hasNone,
        };
    }

    private async Task<Func<OrderPlan, OrderPlan>> EtaAsync(PlanWish wish, OrderPlan before, bool mayAskEngine, CancellationToken cancellationToken)
    {
        var read = client is null ? new LogisticsRead<LogisticsEta>.None() : await client.EtaAsync(wish.Tenant, wish.OrderId, cancellationToken);
        if (read is LogisticsRead<LogisticsEta>.Found { Document: var eta } && IsOf(wish, eta.DriverId))
        {
            var planned = new PlannedEta(eta.At, PlanSource.Logistics, eta.CalculatedAt)
            {
                From = eta.From,
                To = eta.To,
                StopsBefore = eta.StopsBefore,
                Reason = eta.Reason,
                Confidence = eta.Confidence,
                DriverId = eta.DriverId,
            };
            return plan => plan with { Eta = planned, ServiceHasNoEta = false };
        }

        if (read is LogisticsRead<LogisticsEta>.Unknown && IsFresh(before.Eta))
        {
            return plan => plan;
        }

        var found = mayAskEngine ? await AskAsync(wish.Position, wish.Destination, cancellationToken) : null;
        var now = time.GetUtcNow();
        var (unknown, hasNone) = (read is LogisticsRead<LogisticsEta>.Unknown, HasNone(read));
        return plan => plan with
        {
            Eta = found is not null ? new PlannedEta(now + found.Duration, PlanSource.Routing, now) { StopsBefore = unknown ? plan.Eta?.StopsBefore : null } : unknown ? plan.Eta : null,
            ServiceHasNoEta = hasNone,
        };
    }

    private bool HasNone<T>(LogisticsRead<T> read)
        where T : class => client is not null && read is LogisticsRead<T>.None;

    // The service may not have heard yet that the order is somebody else's now.
    private static bool IsOf(PlanWish wish, string? driverId) => driverId is null || wish.DriverId is null || driverId == wish.DriverId;

    private async Task<EngineRoute?> AskAsync(Core.Tracking.GeoPoint? from, Core.Tracking.GeoPoint? to, CancellationToken cancellationToken) =>
        engine is not null && from is { } start && to is { } end && start.IsPlace() && end.IsPlace() && await engine.RouteAsync(start, end, cancellationToken) is EngineAnswer.Found found ? found.Route : null;
}
