using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Streams;
using Milepost.Server.Access;

namespace Milepost.Server.Api;

internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz/live", () => TypedResults.Ok()).Allow(AccessRule.Anyone).ExcludeFromDescription();
        routes.MapGet("/healthz/ready", ReadyAsync).Allow(AccessRule.Anyone).ExcludeFromDescription();
    }

    private static async Task<IResult> ReadyAsync(HttpContext context, IStreamLog log, IHostApplicationLifetime lifetime)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return Problems.Result(ErrorCode.Draining);
        }

        try
        {
            await log.LocateAsync(StreamName.Order("health", "health"), 0, context.RequestAborted);
            return TypedResults.Ok();
        }
        catch (StoreUnavailableException failure)
        {
            return Problems.Result(ErrorCode.StorageUnavailable, failure.Message);
        }
    }
}
