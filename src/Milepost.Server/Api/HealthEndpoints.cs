using Milepost.Server.Access;
using Milepost.Server.Hosting;

namespace Milepost.Server.Api;

/// <summary>What load balancers and service managers ask.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz/live", () => TypedResults.Ok()).Allow(AccessRule.Anyone).ExcludeFromDescription();
        routes.MapGet("/healthz/ready", Ready).Allow(AccessRule.Anyone).ExcludeFromDescription();
    }

    private static IResult Ready(HttpContext context, NodeLife life, IEnumerable<IReadinessPart> parts)
    {
        var report = ReadinessReport.Of(life.Phase, [.. parts.Select(part => (part.Name, part.Current))]);
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(report, HealthJson.Default.ReadinessReport, statusCode: report.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
