using Milepost.Core.Orders;
using Milepost.Protocol;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Orders;
using Milepost.Server.Access;
using Milepost.Server.Api;

namespace Milepost.Server.Proofs;

internal static class RatingEndpoints
{
    private const int MaxComment = 500;
    private const int MaxTags = 10;
    private const int MaxTag = 40;

    public static void MapRatings(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/v1/{tenant}/orders/{id}/rating", RateAsync).Allow(AccessRule.Customer).WithTags("Orders").WithName("rateOrder")
            .Accepts<RatingRequest>("application/json").Produces<OrderRating>().ProducesOurProblems(StatusCodes.Status409Conflict, StatusCodes.Status410Gone)
            .WithSummary("Rates a delivered order, for 30 days. Rating again replaces the rating; the same rating again changes nothing.");

    private static async Task<IResult> RateAsync(HttpContext context, Ratings ratings, TimeProvider time, string id)
    {
        var (request, refused) = await JsonBody.ReadAsync(context, ProtocolJson.Default.RatingRequest);
        if (request is null)
        {
            return refused!;
        }

        if (Mistake(request) is { } mistake)
        {
            return Problems.Result(ErrorCode.InvalidField, mistake.Detail, mistake.Field);
        }

        var told = new RatingGiven
        {
            Number = 0,
            Stars = request.Stars,
            Comment = string.IsNullOrWhiteSpace(request.Comment) ? null : request.Comment.Trim(),
            Tags = [.. (request.Tags ?? []).Distinct(StringComparer.Ordinal)],
            At = time.GetUtcNow(),
        };
        return await ratings.RateAsync(context.Caller(), id, told, context.RequestAborted) switch
        {
            RatingAnswer.Kept kept => TypedResults.Ok(kept.Rating.ToView()),
            RatingAnswer.Refused no => Problems.Result(no.Code, no.Detail),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static (string Field, string Detail)? Mistake(RatingRequest request)
    {
        if (request.Stars is < 1 or > 5)
        {
            return ("stars", "Stars are 1 to 5.");
        }

        if (request.Comment is { } comment && (comment.Length > MaxComment || comment.Any(letter => char.IsControl(letter) && letter is not ('\n' or '\r' or '\t'))))
        {
            return ("comment", $"A comment has at most {MaxComment} characters.");
        }

        return request.Tags is { } tags && (tags.Count > MaxTags || tags.Any(tag => tag is not { Length: > 0 and <= MaxTag } || tag.Any(char.IsControl)))
            ? ("tags", $"There are at most {MaxTags} tags of 1 to {MaxTag} characters.")
            : null;
    }
}
