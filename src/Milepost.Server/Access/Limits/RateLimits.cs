using System.Net;
using Milepost.Protocol;
using Milepost.Realtime.Sessions;
using Milepost.Server.Settings;

namespace Milepost.Server.Access.Limits;

/// <summary>What is limited, and for whom. Health and what needs no credentials never is.</summary>
internal sealed class RateLimits(IRateLimiter limiter, LimitsOptions options)
{
    // At least one whole batch, and what a node that was away for a moment has to catch up.
    private const int EventSeconds = 10;

    private readonly Limit? _requests = PerMinute("requests", options.CustomerRequestsPerMinute);
    private readonly Limit? _connects = PerMinute("connects", options.CustomerConnectsPerMinute);
    private readonly Limit? _tickets = PerMinute("tickets", options.TicketsPerMinute);
    private readonly Limit? _failures = PerMinute("failures", options.FailedAuthenticationsPerMinute);
    private readonly Limit? _events = options.TenantEventsPerSecond == 0
        ? null
        : new Limit("events", (int)Math.Clamp((long)options.TenantEventsPerSecond * EventSeconds, 1_000, int.MaxValue), options.TenantEventsPerSecond);

    /// <summary>A customer's request, or one through a share link (a bucket for each link). Staff and machines are the tenant's own business.</summary>
    public ValueTask<RateDecision> RequestAsync(Caller caller, CancellationToken cancellationToken) => CustomerAsync(_requests, caller, cancellationToken);

    /// <summary>A customer's WebSocket or event stream.</summary>
    public ValueTask<RateDecision> ConnectAsync(Caller caller, CancellationToken cancellationToken) => CustomerAsync(_connects, caller, cancellationToken);

    /// <summary>A ticket, for whomever.</summary>
    public ValueTask<RateDecision> TicketAsync(Caller caller, CancellationToken cancellationToken) => TakeAsync(_tickets, Key(caller), 1, cancellationToken);

    /// <summary>Events that are posted.</summary>
    public ValueTask<RateDecision> EventsAsync(string tenant, int count, CancellationToken cancellationToken) =>
        count == 0 ? ValueTask.FromResult(RateDecision.Allowed) : TakeAsync(_events, tenant, count, cancellationToken);

    /// <summary>Credentials that were not good.</summary>
    public ValueTask<RateDecision> FailureAsync(IPAddress? address, CancellationToken cancellationToken) =>
        TakeAsync(_failures, ClientNetwork.Of(address), 1, cancellationToken);

    private static string Key(Caller caller) => $"{caller.Tenant}:{caller.Subject}";

    private static Limit? PerMinute(string name, int count) => count == 0 ? null : new Limit(name, count, count / 60.0);

    private ValueTask<RateDecision> CustomerAsync(Limit? limit, Caller caller, CancellationToken cancellationToken) =>
        caller.Scopes == Scopes.None || caller.IsGuest ? TakeAsync(limit, Key(caller), 1, cancellationToken) : ValueTask.FromResult(RateDecision.Allowed);

    private async ValueTask<RateDecision> TakeAsync(Limit? limit, string key, int cost, CancellationToken cancellationToken)
    {
        if (limit is null)
        {
            return RateDecision.Allowed;
        }

        var decision = await limiter.TakeAsync(limit, key, cost, cancellationToken);
        if (!decision.IsAllowed)
        {
            LimitMetrics.WasRefused(limit);
        }

        return decision;
    }
}
