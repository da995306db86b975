using Milepost.Protocol;
using Milepost.Protocol.Customers;
using Milepost.Protocol.Errors;
using Milepost.Server.Access;

namespace Milepost.Server.Api;

internal static class ExportEndpoints
{
    public static void MapExports(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/{tenant}").ProducesOurProblems();
        group.MapGet("customer/export", (HttpContext context, CustomerExporter exporter, string tenant) => exporter.ExportAsync(tenant, context.Caller().Subject, context.RequestAborted))
            .Allow(AccessRule.Customer).WithTags("Customers").WithName("exportOwnData").Produces<CustomerExport>()
            .WithSummary("Everything that is kept of the caller, in one document.");
        group.MapGet("admin/customers/{id}/export", (HttpContext context, CustomerExporter exporter, string tenant, string id) => Identifiers.IsValid(id)
                ? exporter.ExportAsync(tenant, id, context.RequestAborted)
                : Task.FromResult(Problems.Result(ErrorCode.InvalidParameter, $"An id is {Identifiers.Rule}.", "id")))
            .Allow(AccessRule.Admin).WithTags("Admin").WithName("exportCustomer").Produces<CustomerExport>()
            .WithSummary("Everything that is kept of a customer, in one document.");
    }
}
