using System.Text.Json;
using Milepost.Protocol.Deliveries;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Events;
using Milepost.Server.Access;
using Milepost.Server.Api;
using Milepost.Server.Ingest;

namespace Milepost.Server.Channels.Email;

internal static class FeedbackEndpoints
{
    private const int MaxItems = 500;

    public static void MapFeedback(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/v1/{tenant}/feedback/email", TakeAsync).Allow(AccessRule.FeedbackWriter).WithTags("Feedback")
            .ProducesOurProblems(StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType)
            .WithName("reportEmailFeedback").Accepts<IReadOnlyList<FeedbackItem>>("application/json").Produces<FeedbackReply>()
            .WithSummary("Takes what a mail relay reports: a batch of up to 500. Hard bounces and complaints suppress the address. May be repeated.");

    private static async Task<IResult> TakeAsync(HttpContext context, FeedbackIntake intake, string tenant)
    {
        if (!context.Request.HasJsonContentType())
        {
            return Problems.Result(ErrorCode.UnsupportedMediaType, "Send application/json.");
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        using var document = StrictJson.Parse(body.ToArray(), out var refused);
        if (document is null)
        {
            return Problems.Result(refused!);
        }

        return document.RootElement.ValueKind switch
        {
            not JsonValueKind.Array => Problems.Result(ErrorCode.InvalidField, "The body is an array of reports."),
            _ when document.RootElement.GetArrayLength() > MaxItems => Problems.Result(ErrorCode.BatchTooLarge, $"At most {MaxItems} reports."),
            _ => await TakeAllAsync(intake, tenant, document.RootElement, context.RequestAborted),
        };
    }

    private static async Task<IResult> TakeAllAsync(FeedbackIntake intake, string tenant, JsonElement items, CancellationToken cancellationToken)
    {
        var good = new List<(int Index, Feedback Feedback)>();
        var rejected = new List<RejectedEvent>();
        foreach (var (index, item) in items.EnumerateArray().Index())
        {
            if (FeedbackReader.Read(tenant, item, out var rejection) is { } feedback)
            {
                good.Add((index, feedback));
            }
            else
            {
                rejected.Add(new RejectedEvent(index, null, rejection!.Code.Code, rejection.Field, rejection.Detail));
            }
        }

        var taken = await intake.TakeAsync(tenant, [.. good.Select(entry => entry.Feedback)], cancellationToken);
        rejected.AddRange(good.Where((_, place) => !taken[place]).Select(entry =>
            new RejectedEvent(entry.Index, null, ErrorCode.NotFound.Code, "deliveryId", "This delivery is not known (any more). With an address the report could be used.")));
        return TypedResults.Ok(new FeedbackReply(taken.Count(isTaken => isTaken), [.. rejected.OrderBy(item => item.Index)]));
    }
}
