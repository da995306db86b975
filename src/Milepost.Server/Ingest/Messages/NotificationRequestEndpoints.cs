using System.Diagnostics;
using Milepost.Core.Deliveries;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Events;
using Milepost.Protocol.Notifications;
using Milepost.Server.Access;
using Milepost.Server.Access.Limits;
using Milepost.Server.Api;

namespace Milepost.Server.Ingest.Messages;

internal static class NotificationRequestEndpoints
{
    public static void MapNotificationRequests(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/{tenant}/notifications").Allow(AccessRule.NotificationWriter).WithTags("Notifications").ProducesOurProblems();
        group.MapPost("", RequestAsync).WithName("requestNotifications").Accepts<NotificationRequest>("application/json").Produces<NotificationRequestReply>(StatusCodes.Status202Accepted)
            .WithSummary("Sends a message to named customers, by template or in literal words. What the answer calls accepted is committed and on disk.");
        group.MapDelete("requests/{id}", CancelAsync).WithName("cancelNotifications").Produces<CalledOff>()
            .WithSummary("Calls off a request whose time (sendAt) has not come yet.");
    }

    private static async Task<IResult> RequestAsync(HttpContext context, EventRecorder recorder, BulkTurns bulk, RateLimits limits, TimeProvider time, string tenant)
    {
        using var document = StrictJson.Parse(await BodyBytes.ReadAsync(context), out var unreadable);
        if (document is null)
        {
            return Problems.Result(unreadable!);
        }

        if (NotificationRequestReader.Read(document.RootElement, tenant, time.GetUtcNow(), out var refused) is not { } request)
        {
            return Problems.Result(refused!.Code, refused.Detail, refused.Field);
        }

        if ((await limits.EventsAsync(tenant, request.Events.Count, context.RequestAborted)).RetryAfter is { } wait)
        {
            return Problems.RateLimited(wait);
        }

        return await RecordAsync(recorder, bulk, request, context.RequestAborted);
    }

    private static async Task<IResult> RecordAsync(EventRecorder recorder, BulkTurns bulk, ReadRequest request, CancellationToken cancellationToken)
    {
        var (accepted, duplicates) = (0, 0);
        foreach (var piece in request.Events.Chunk(BulkTurns.Piece))
        {
            switch (await (piece.Length == 1 ? recorder.RecordAsync(piece, cancellationToken) : bulk.RecordAsync(piece, cancellationToken)))
            {
                case RecordResult.Recorded recorded:
                    accepted += recorded.Outcomes.Count(outcome => outcome is RecordOutcome.Accepted);
                    duplicates += recorded.Outcomes.Count(outcome => outcome is RecordOutcome.Duplicate);
                    break;
                case RecordResult.Busy:
                    return Problems.Result(ErrorCode.Busy, $"Too much waits to be written. The same request with the id {request.Id} goes on where this one ended.");
                case RecordResult.Unavailable unavailable:
                    return Problems.Result(ErrorCode.StorageUnavailable, $"{unavailable.Reason} The same request with the id {request.Id} goes on where this one ended.");
                default:
                    throw new UnreachableException();
            }
        }

        return request.Events.Count == 0
            ? Problems.Result(ErrorCode.NothingAccepted, "None of the customers has a usable id.", "customers", request.Rejected)
            : TypedResults.Accepted((string?)null, new NotificationRequestReply(request.Id, accepted, duplicates, request.Rejected));
    }

    private static async Task<IResult> CancelAsync(HttpContext context, IDeliveryQueue queue, TimeProvider time, string tenant, string id)
    {
        var cancelled = await queue.CancelTopicAsync(tenant, Delivery.LaterTopic(id), ClearanceCode.CalledOff, "The request was called off.", time.GetUtcNow(), context.RequestAborted);
        return cancelled > 0 ? TypedResults.Ok(new CalledOff(cancelled)) : Problems.Result(ErrorCode.NotFound, "No customer of such a request waits any more.");
    }
}
