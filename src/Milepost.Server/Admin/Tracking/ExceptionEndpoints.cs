using Milepost.Core.Orders;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Orders;
using Milepost.Server.Access;
using Milepost.Server.Api;

namespace Milepost.Server.Admin.Tracking;

/// <summary>What an operator should look at first.</summary>
internal static class ExceptionEndpoints
{
    private static readonly Dictionary<string, OrderExceptions> Kinds = new(StringComparer.Ordinal)
    {
        ["late"] = OrderExceptions.Late,
        ["stale"] = OrderExceptions.Stale,
        ["silent"] = OrderExceptions.Silent,
        ["unaccepted"] = OrderExceptions.Unaccepted,
        ["not_picked_up"] = OrderExceptions.NotPickedUp,
    };

    public static void MapExceptions(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/{tenant}/admin/exceptions", ListAsync).Allow(AccessRule.Staff).WithTags("Admin").ProducesOurProblems()
            .WithName("listExceptions").Produces<ExceptionPage>()
            .WithSummary("Lists the active orders that are late, silent, not accepted or not picked up, newest first.");

    /// <param name="kind">Only these kinds, separated by commas: late, stale, silent, unaccepted, not_picked_up.</param>
    /// <param name="limit">1 to 200; 50 when absent.</param>
    /// <param name="cursor">The <c>next</c> of the page before.</param>
    private static async Task<IResult> ListAsync(HttpContext context, IOrderStore store, string tenant, string? kind, string? limit, string? cursor)
    {
        var wanted = OrderExceptions.None;
        foreach (var name in (kind ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Kinds.TryGetValue(name, out var one))
            {
                return Problems.Result(ErrorCode.InvalidParameter, $"The kinds are {string.Join(", ", Kinds.Keys)}.", "kind");
            }

            wanted |= one;
        }

        if (!ListParameters.TryLimit(limit, out var count))
        {
            return Problems.Result(ErrorCode.InvalidParameter, "limit is 1 to 200.", "limit");
        }

        if (!ListParameters.TryCursor(cursor, out var before))
        {
            return Problems.Result(ErrorCode.InvalidCursor, null, "cursor");
        }

        var query = new OrderQuery(tenant, null, [], Active: true, before, count + 1) { Exceptions = wanted is OrderExceptions.None ? OrderExceptions.Any : wanted };
        var orders = await store.ListAsync(query, context.RequestAborted);
        var next = orders.Count > count ? ListParameters.Cursor(orders[count - 1].Place) : null;
        return TypedResults.Ok(new ExceptionPage([.. orders.Take(count).Select(listed => View(listed.Order))], next));
    }

    private static ExceptionView View(Order order) =>
        new(order.ToSummary(), [.. Kinds.Where(kind => order.Exceptions().HasFlag(kind.Value)).Select(kind => kind.Key)], order.Driver);
}
