using Milepost.Core.Deliveries;
using Milepost.Protocol.Deliveries;
using Milepost.Protocol.Errors;
using Milepost.Server.Access;
using Milepost.Server.Api;

namespace Milepost.Server.Admin;

internal static class OutboxEndpoints
{
    public static void MapOutbox(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/{tenant}/admin/outbox", ListAsync).Allow(AccessRule.Staff).WithTags("Admin").ProducesOurProblems()
            .WithName("listOutbox").Produces<OutboxPage>()
            .WithSummary("Lists what would have been sent over channels without a provider, newest first.");

    /// <param name="limit">1 to 200; 50 when absent.</param>
    /// <param name="cursor">The <c>next</c> of the page before.</param>
    private static async Task<IResult> ListAsync(HttpContext context, IOutbox outbox, string tenant, string? limit, string? cursor)
    {
        if (!ListParameters.TryLimit(limit, out var count))
        {
            return Problems.Result(ErrorCode.InvalidParameter, "limit is 1 to 200.", "limit");
        }

        if (!ListParameters.TryCursor(cursor, out var before))
        {
            return Problems.Result(ErrorCode.InvalidCursor, null, "cursor");
        }

        var messages = await outbox.ListAsync(tenant, before, count + 1, context.RequestAborted);
        var next = messages.Count > count ? ListParameters.Cursor(messages[count - 1].Place) : null;
        return TypedResults.Ok(new OutboxPage([.. messages.Take(count).Select(listed => View(listed.Message))], next));
    }

    private static OutboxItem View(OutboxMessage message) => new()
    {
        DeliveryId = message.DeliveryId,
        Attempt = message.Attempt,
        Channel = message.Channel.Wire(),
        Address = message.Address,
        Title = message.Title,
        Body = message.Body,
        SentAt = message.SentAt,
    };
}
