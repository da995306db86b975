using System.Text;
using Milepost.Server.Access;

namespace Milepost.Server.Telemetry;

internal static class MetricsEndpoints
{
    public static void MapMetrics(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/metrics", Read).Allow(AccessRule.Metrics).ExcludeFromDescription();

    private static IResult Read(HttpContext context, MetricCollector collector)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Results.Text(PrometheusText.Write(collector.Read()), PrometheusText.ContentType, Encoding.UTF8);
    }
}
