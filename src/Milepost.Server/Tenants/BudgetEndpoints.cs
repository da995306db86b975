using System.Globalization;
using Milepost.Core.Deliveries;
using Milepost.Core.Tenants;
using Milepost.Protocol.Tenants;
using Milepost.Server.Access;
using Milepost.Server.Api;
using Milepost.Server.Channels.Sms;
using Milepost.Server.Settings;

namespace Milepost.Server.Tenants;

internal static class BudgetEndpoints
{
    public static void MapBudgets(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/{tenant}/admin/budgets", ReadAsync).Allow(AccessRule.Staff).WithTags("Admin").ProducesOurProblems()
            .WithName("getBudgets").Produces<BudgetsView>().WithSummary("How much of its SMS budget of this month the tenant has used, in segments.");

    private static async Task<IResult> ReadAsync(HttpContext context, IDeliveryLimitStore limits, ITenantCatalog tenants, ServerSettings settings, TimeProvider time, string tenant)
    {
        var now = time.GetUtcNow();
        var used = await limits.UsedAsync(tenant, SmsBudget.Scope, SmsBudget.PeriodOf(now), context.RequestAborted);
        return TypedResults.Ok(new BudgetsView(new BudgetView(
            now.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture), used, SmsBudget.LimitOf(tenants.Of(tenant), settings.Delivery), SmsBudget.EndOf(now))));
    }
}
