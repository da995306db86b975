using System.Diagnostics;
using System.Globalization;
using Milepost.Core.Deliveries;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Tenants;
using Milepost.Protocol.Deliveries;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Events;
using Milepost.Server.Access;
using Milepost.Server.Api;
using Milepost.Server.Ingest;

namespace Milepost.Server.Admin.Decisions;

/// <summary>Why each message was sent, held or not sent; and what would happen now.</summary>
internal static class DecisionEndpoints
{
    public static void MapDecisions(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/{tenant}/admin/decisions").Allow(AccessRule.Staff).WithTags("Admin").ProducesOurProblems();
        group.MapGet("", ListAsync).WithName("listDecisions").Produces<DecisionPage>()
            .WithSummary("Says for each notification and each way what was decided, what was tried, and what came of it.");
        group.MapPost("dry-run", DryRunAsync).WithName("dryRunDecisions").Accepts<CloudEvent>("application/cloudevents+json", "application/json").Produces<DryRun>()
            .WithSummary("Says what an event would cause if it came now. Nothing is written and nothing is sent.");
    }

    /// <param name="order">Only what was told about this order.</param>
    /// <param name="customer">Only what this customer was told; one of the two must be given.</param>
    /// <param name="limit">1 to 200; 50 when absent.</param>
    /// <param name="cursor">The <c>next</c> of the page before.</param>
    private static async Task<IResult> ListAsync(
        HttpContext context, IDecisionStore store, IDeliveryQueue queue, IOrderStore orders, string tenant, string? order, string? customer, string? limit, string? cursor)
    {
        if (!ListParameters.TryLimit(limit, out var count))
        {
            return Problems.Result(ErrorCode.InvalidParameter, "limit is 1 to 200.", "limit");
        }

        if (!ListParameters.TryCursor(cursor, out var before))
        {
            return Problems.Result(ErrorCode.InvalidCursor, null, "cursor");
        }

        var whose = customer ?? (order is null ? null : (await orders.FindAsync(tenant, order, context.RequestAborted))?.CustomerId);
        if (whose is null)
        {
            return order is null ? Problems.Result(ErrorCode.InvalidParameter, "Give an order or a customer.", "order") : Problems.Result(ErrorCode.NotFound, "There is no such order, or nobody is known who ordered it.");
        }

        var found = await store.ListAsync(tenant, whose, order, before, count + 1, context.RequestAborted);
        var items = new List<Decision>();
        foreach (var decided in found.Take(count))
        {
            items.Add(await OfAsync(queue, tenant, whose, decided, context.RequestAborted));
        }

        return TypedResults.Ok(new DecisionPage(items, found.Count > count ? ListParameters.Cursor(found[count - 1].Place) : null));
    }

    /// <summary>A notification with what was decided for each way, and what became of that.</summary>
    internal static async Task<Decision> OfAsync(IDeliveryQueue queue, string tenant, string customer, DecidedNotification decided, CancellationToken cancellationToken)
    {
        var channels = new List<ChannelDecision>();
        foreach (var verdict in decided.Verdicts)
        {
            var details = verdict.DeliveryId is { } id ? await queue.FindAsync(tenant, id, cancellationToken) : null;
            channels.Add(new ChannelDecision { Channel = verdict.Channel, Code = verdict.Code, Text = verdict.Text, Delivery = details is null ? null : DeliveryViews.Of(details) });
        }

        return new Decision(decided.Notification.EventId, customer, decided.Notification, channels);
    }

    private static async Task<IResult> DryRunAsync(HttpContext context, EventRecorder recorder, IDeliveryForecast forecast, ITenantCatalog tenants, TimeProvider time, string tenant)
    {
        var request = CloudEventsRequest.Read(context.Request.Headers, await BodyBytes.ReadAsync(context), tenant, time.GetUtcNow(), out var refused);
        if (request is null)
        {
            return Problems.Result(refused!.Code, refused.Detail, refused.Field);
        }

        if (request.Events is not [{ } recorded])
        {
            return request.Rejected is [var rejected, ..]
                ? Problems.Result(ErrorCode.All.First(code => code.Code == rejected.Code), rejected.Detail, rejected.Field)
                : Problems.Result(ErrorCode.InvalidEvent, "A dry run takes one event.");
        }

        var plan = await recorder.DryRunAsync(recorded, context.RequestAborted);
        return TypedResults.Ok(await ViewAsync(plan, recorded, tenants.Of(tenant), forecast, context.RequestAborted));
    }

    private static async Task<DryRun> ViewAsync(RecordingPlan plan, RecordedEvent recorded, TenantSettings settings, IDeliveryForecast forecast, CancellationToken cancellationToken)
    {
        var (outcome, text) = plan.Outcomes[0] switch
        {
            RecordOutcome.Accepted => ("accepted", "The event would be recorded."),
            RecordOutcome.Duplicate => ("duplicate", "The event is recorded already; it would change nothing."),
            RecordOutcome.Rejected rejected => ("rejected", rejected.Detail),
            _ => throw new UnreachableException(),
        };
        var decisions = new List<DryDecision>();
        foreach (var told in plan.Notifications)
        {
            var channels = new List<DryChannel>();
            foreach (var verdict in told.Verdicts)
            {
                channels.Add(await ViewAsync(verdict, plan, told, recorded, settings, forecast, cancellationToken));
            }

            decisions.Add(new DryDecision(told.CustomerId, told.Notification, channels));
        }

        return new DryRun(outcome, text, decisions);
    }

    // As if nothing else happened until it is due, and no device acknowledged.
    private static async Task<DryChannel> ViewAsync(
        ChannelVerdict verdict, RecordingPlan plan, AddressedNotification told, RecordedEvent recorded, TenantSettings settings, IDeliveryForecast forecast, CancellationToken cancellationToken)
    {
        if (plan.Deliveries.Find(delivery => delivery.Id == verdict.DeliveryId) is not { } delivery)
        {
            return new DryChannel(verdict.Channel, verdict.Code == ChannelVerdict.Planned ? "send" : verdict.Code, verdict.Text, null);
        }

        var key = new TenantKey(told.Tenant, told.CustomerId);
        var facts = new ClearanceFacts
        {
            Customer = plan.Customers.GetValueOrDefault(key) ?? plan.KnownCustomers.GetValueOrDefault(key),
            Order = plan.Orders.GetValueOrDefault(new TenantKey(recorded.Tenant, recorded.Subject)),
            Siblings = [QueuedDelivery.New(delivery)],
        };
        var due = new ClearanceCase(QueuedDelivery.New(delivery), facts, settings, delivery.Due);
        var clearance = ClearanceRules.Decide(due);
        if (clearance is Clearance.Send send)
        {
            clearance = await forecast.ObstacleAsync(due, send, cancellationToken) ?? clearance;
        }

        return clearance switch
        {
            Clearance.Send => new DryChannel(verdict.Channel, "send", delivery.UnlessAcknowledged ? verdict.Text : string.Create(CultureInfo.InvariantCulture, $"Goes out by {delivery.Channel.Wire()}."), delivery.Due),
            Clearance.Hold hold => new DryChannel(verdict.Channel, hold.Code, hold.Text, hold.Until),
            Clearance.Stop stop => new DryChannel(verdict.Channel, stop.Code, stop.Text, null),
            _ => throw new UnreachableException(),
        };
    }
}
