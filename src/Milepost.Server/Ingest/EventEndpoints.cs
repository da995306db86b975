using System.Diagnostics;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Events;
using Milepost.Server.Access;
using Milepost.Server.Access.Limits;
using Milepost.Server.Api;

namespace Milepost.Server.Ingest;

internal static class EventEndpoints
{
    public static void MapEvents(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/v1/{tenant}/events", RecordAsync).Allow(AccessRule.EventWriter).WithTags("Events").ProducesOurProblems(StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType)
            .WithName("recordEvents")
            .Accepts<CloudEvent>("application/cloudevents+json", "application/cloudevents-batch+json", "application/json")
            .Produces<RecordReply>(StatusCodes.Status202Accepted)
            .WithSummary("Records one CloudEvent or a batch of up to 1,000. What the answer calls accepted is committed and on disk.");

    private static async Task<IResult> RecordAsync(HttpContext context, EventRecorder recorder, RateLimits limits, TimeProvider time, string tenant)
    {
        var body = await BodyBytes.ReadAsync(context);
        var request = CloudEventsRequest.Read(context.Request.Headers, body, tenant, time.GetUtcNow(), out var refused);
        if (request is null)
        {
            return Problems.Result(refused!.Code, refused.Detail, refused.Field);
        }

        // What is refused as malformed costs nothing: it is the tenant's mistake, not its share.
        if ((await limits.EventsAsync(tenant, request.Events.Count, context.RequestAborted)).RetryAfter is { } wait)
        {
            return Problems.RateLimited(wait);
        }

        RecordedEvent[] events = [.. request.Events.OfType<RecordedEvent>()];
        return events.Length == 0 && request.Rejected.Count > 0
            ? Reply(request, [])
            : await recorder.RecordAsync(events, context.RequestAborted) switch
            {
                RecordResult.Recorded recorded => Reply(request, recorded.Outcomes),
                RecordResult.Busy => Problems.Result(ErrorCode.Busy, "Too many events wait to be written. Try again in a second."),
                RecordResult.Unavailable unavailable => Problems.Result(ErrorCode.StorageUnavailable, unavailable.Reason),
                _ => throw new UnreachableException(),
            };
    }

    private static IResult Reply(CloudEventsRequest request, IReadOnlyList<RecordOutcome> outcomes)
    {
        var (accepted, duplicates, next) = (0, 0, 0);
        var rejected = new List<RejectedEvent>(request.Rejected);
        for (var index = 0; index < request.Events.Count && outcomes.Count > 0; index++)
        {
            if (request.Events[index] is not { } recorded)
            {
                continue;
            }

            switch (outcomes[next++])
            {
                case RecordOutcome.Accepted:
                    accepted++;
                    break;
                case RecordOutcome.Duplicate:
                    duplicates++;
                    break;
                case RecordOutcome.Rejected refused:
                    rejected.Add(new RejectedEvent(index, recorded.Id, refused.Code.Code, refused.Field, refused.Detail));
                    break;
                default:
                    throw new UnreachableException();
            }
        }

        rejected.Sort((left, right) => left.Index.CompareTo(right.Index));
        if (accepted + duplicates > 0 || rejected.Count == 0)
        {
            return TypedResults.Accepted((string?)null, new RecordReply(accepted, duplicates, rejected));
        }

        // Nothing was recorded: that must not look like success.
        return request.IsBatch
            ? Problems.Result(ErrorCode.NothingAccepted, "See rejected for the reason of each event.", null, rejected)
            : Problems.Result(ErrorCode.All.First(code => code.Code == rejected[0].Code), rejected[0].Detail, rejected[0].Field);
    }
}
