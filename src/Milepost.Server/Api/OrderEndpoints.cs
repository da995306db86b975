using Milepost.Core.Orders;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Orders;
using Milepost.Realtime.Sessions;
using Milepost.Server.Access;
using Milepost.Server.Sharing;
using Milepost.Server.Tracking;

namespace Milepost.Server.Api;

internal static class OrderEndpoints
{
    public static void MapOrders(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/{tenant}/orders").Allow(AccessRule.Reader).WithTags("Orders").ProducesOurProblems();
        group.MapGet("", ListAsync).WithName("listOrders").Produces<OrderPage>()
            .WithSummary("Lists orders, newest first. A customer sees own orders only.");
        group.MapGet("{id}", GetAsync).WithName("getOrder").Produces<OrderDetails>()
            .WithSummary("One order with its timeline.");
        routes.MapGet("/api/v1/{tenant}/orders/{id}/tracking", TrackAsync).Allow(AccessRule.ReaderOrGuest).WithTags("Orders").ProducesOurProblems(StatusCodes.Status410Gone)
            .WithName("trackOrder").Produces<OrderTracking>()
            .WithSummary("One order with its timeline and the stream position to go live from. Guests get what trackAsGuest answers.");
    }

    /// <param name="status">Only these statuses, separated by commas.</param>
    /// <param name="active">true: only open orders; false: only ended ones.</param>
    /// <param name="customer">Operators only: this customer's orders.</param>
    /// <param name="limit">1 to 200; 50 when absent.</param>
    /// <param name="cursor">The <c>next</c> of the page before.</param>
    private static async Task<IResult> ListAsync(
        HttpContext context, IOrderStore store, OrderViews views, string tenant, string? status, string? active, string? customer, string? limit, string? cursor)
    {
        var caller = context.Caller();
        var statuses = new List<OrderStatus>();
        foreach (var name in (status ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!OrderStatusNames.TryParse(name, out var parsed))
            {
                return Problems.Result(ErrorCode.UnknownStatus, $"The statuses are {string.Join(", ", OrderStatusNames.All)}.", "status");
            }

            statuses.Add(parsed);
        }

        if (!ListParameters.TryBool(active, out var open) || !ListParameters.TryLimit(limit, out var count))
        {
            return Problems.Result(ErrorCode.InvalidParameter, "active is true or false; limit is 1 to 200.");
        }

        if (!ListParameters.TryCursor(cursor, out var before))
        {
            return Problems.Result(ErrorCode.InvalidCursor, null, "cursor");
        }

        var whose = caller.IsStaff() ? customer : caller.Subject;
        var orders = await store.ListAsync(new OrderQuery(tenant, whose, statuses, open, before, count + 1), context.RequestAborted);
        var next = orders.Count > count ? ListParameters.Cursor(orders[count - 1].Place) : null;
        return TypedResults.Ok(new OrderPage([.. orders.Take(count).Select(listed => views.Summary(listed.Order, caller.Audience()))], next));
    }

    private static async Task<IResult> GetAsync(HttpContext context, IOrderStore store, OrderViews views, string tenant, string id) =>
        await FindAsync(context, store, tenant, id) is { } snapshot ? TypedResults.Ok(views.Details(snapshot, context.Caller().Audience())) : Problems.Result(ErrorCode.NotFound);

    private static async Task<IResult> TrackAsync(HttpContext context, IOrderStore store, OrderViews views, GuestLanguage language, LinkUses uses, string tenant, string id)
    {
        if (context.Caller().GuestOrder is { } shared)
        {
            return shared == id ? await GuestEndpoints.TrackAsync(context, store, views, language, uses) : Problems.Result(ErrorCode.NotFound);
        }

        return await FindAsync(context, store, tenant, id) is { } snapshot
            ? TypedResults.Ok(await views.TrackingAsync(snapshot, context.Caller().Audience(), context.RequestAborted))
            : Problems.Result(ErrorCode.NotFound);
    }

    private static async Task<OrderSnapshot?> FindAsync(HttpContext context, IOrderStore store, string tenant, string id) =>
        await store.SnapshotAsync(tenant, id, context.RequestAborted) is { } snapshot && snapshot.Order.IsVisibleTo(context.Caller()) ? snapshot : null;

    /// <summary>Whether the caller may know of the order: its customer, and the tenant's staff.</summary>
    public static bool IsVisibleTo(this Order order, Caller caller) =>
        order.Tenant == caller.Tenant && !caller.IsGuest && (caller.IsStaff() || (order.CustomerId is not null && order.CustomerId == caller.Subject));
}
