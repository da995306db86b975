using Milepost.Protocol.Errors;
using Milepost.Protocol.Streams;
using Milepost.Server.Access;

namespace Milepost.Server.Api;

internal static class TicketEndpoints
{
    public static void MapTickets(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/v1/{tenant}/realtime/tickets", Issue).Allow(AccessRule.Reader).WithTags("Live").ProducesOurProblems()
            .WithName("createTicket").Produces<TicketReply>(StatusCodes.Status201Created)
            .WithSummary("A ticket for one live connection: single use, 30 seconds.");

    private static IResult Issue(HttpContext context, TicketStore tickets)
    {
        var origin = context.Request.Headers.Origin is [{ } sent] ? sent : null;
        context.Response.Headers.CacheControl = "no-store";
        return tickets.Issue(context.Caller(), origin) is { } issued
            ? TypedResults.Created((string?)null, new TicketReply(issued.Ticket, issued.ExpiresAt))
            : Problems.Result(ErrorCode.Busy);
    }
}
