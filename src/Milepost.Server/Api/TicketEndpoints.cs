using Milepost.Protocol.Errors;
using Milepost.Protocol.Streams;
using Milepost.Server.Access;
using Milepost.Server.Access.Limits;
using Milepost.Server.Access.Tickets;

namespace Milepost.Server.Api;

internal static class TicketEndpoints
{
    public static void MapTickets(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/v1/{tenant}/realtime/tickets", IssueAsync).Allow(AccessRule.ReaderOrGuest).WithTags("Live").ProducesOurProblems()
            .WithName("createTicket").Produces<TicketReply>(StatusCodes.Status201Created)
            .WithSummary("A ticket for one live connection: single use, 30 seconds.");

    private static async Task<IResult> IssueAsync(HttpContext context, ITicketStore tickets, RateLimits limits)
    {
        if ((await limits.TicketAsync(context.Caller(), context.RequestAborted)).RetryAfter is { } wait)
        {
            return Problems.RateLimited(wait);
        }

        var origin = context.Request.Headers.Origin is [{ } sent] ? sent : null;
        context.Response.Headers.CacheControl = "no-store";
        return await tickets.IssueAsync(context.Caller(), origin, context.RequestAborted) is { } issued
            ? TypedResults.Created((string?)null, new TicketReply(issued.Ticket, issued.ExpiresAt))
            : Problems.Result(ErrorCode.Busy);
    }
}
