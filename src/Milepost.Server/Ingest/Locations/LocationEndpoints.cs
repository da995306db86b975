using Milepost.Core.Tracking;
using Milepost.Protocol;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Tracking;
using Milepost.Realtime.Sessions;
using Milepost.Server.Access;
using Milepost.Server.Access.Limits;
using Milepost.Server.Api;

namespace Milepost.Server.Ingest.Locations;

/// <summary>Takes where drivers are, from those who have no logistics service to ask.</summary>
internal static class LocationEndpoints
{
    public static void MapLocations(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/{tenant}").Allow(AccessRule.LocationWriter).WithTags("Tracking")
            .ProducesOurProblems(StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType);
        group.MapPost("drivers/{id}/locations", PostAsync).WithName("postLocations")
            .Accepts<DriverLocation>("application/json").Produces<LocationReply>(StatusCodes.Status202Accepted)
            .WithSummary("Takes fixes of a driver: one, or a list of up to 100. The newest one that is plausible is shown to who may see it.");
        group.MapPost("traccar/positions", TraccarAsync).WithName("postTraccarPosition")
            .Accepts<object>("application/json").Produces<LocationReply>(StatusCodes.Status202Accepted)
            .WithSummary("Takes a position as Traccar forwards it (forward.type=json). The device's uniqueId is the driver's id.");
    }

    private static async Task<IResult> PostAsync(HttpContext context, IFixSink sink, RateLimits limits, TimeProvider time, string tenant, string id)
    {
        if (!Identifiers.IsValid(id))
        {
            return Problems.Result(ErrorCode.InvalidField, $"An id is {Identifiers.Rule}.", "id");
        }

        if (!MaySpeakFor(context.Caller(), id))
        {
            return Problems.Result(ErrorCode.Forbidden, "These credentials are a driver's own: they tell where that driver is, and no other.");
        }

        var (document, refused) = await JsonBody.ReadAsync(context, LocationRequest.MaxBytes, JsonBody.Json);
        if (document is null)
        {
            return refused!;
        }

        using (document)
        {
            if (LocationRequest.Read(document.RootElement, id, time.GetUtcNow(), out var whole) is not { } request)
            {
                return Problems.Result(whole!.Code, whole.Detail, whole.Field);
            }

            if ((await limits.EventsAsync(tenant, request.Fixes.Count, context.RequestAborted)).RetryAfter is { } wait)
            {
                return Problems.RateLimited(wait);
            }

            if (request.Fixes.Count == 0)
            {
                var first = request.Rejected[0];
                return Problems.Result(ErrorCode.All.First(code => code.Code == first.Code), $"Fix {first.Index}: {first.Detail}", first.Field);
            }

            sink.Offer(tenant, request.Fixes);
            return TypedResults.Accepted((string?)null, new LocationReply(request.Fixes.Count, request.Rejected));
        }
    }

    private static async Task<IResult> TraccarAsync(HttpContext context, IFixSink sink, RateLimits limits, TimeProvider time, string tenant)
    {
        var (document, refused) = await JsonBody.ReadAsync(context, LocationRequest.MaxBytes, JsonBody.Json);
        if (document is null)
        {
            return refused!;
        }

        using (document)
        {
            var fix = TraccarPosition.Read(document.RootElement, time.GetUtcNow(), out var rejection);
            if (rejection is not null)
            {
                return Problems.Result(rejection.Code, rejection.Detail, rejection.Field);
            }

            if (fix is not null && !MaySpeakFor(context.Caller(), fix.DriverId))
            {
                return Problems.Result(ErrorCode.Forbidden, "These credentials are a driver's own: they tell where that driver is, and no other.");
            }

            if ((await limits.EventsAsync(tenant, 1, context.RequestAborted)).RetryAfter is { } wait)
            {
                return Problems.RateLimited(wait);
            }

            if (fix is not null)
            {
                sink.Offer(tenant, [fix]);
            }

            // Traccar keeps nothing that it is told: what it forwards without a valid fix is done with.
            return TypedResults.Accepted((string?)null, new LocationReply(fix is null ? 0 : 1, []));
        }
    }

    /// <summary>A driver's own device tells of that driver; the tenant's systems of everybody.</summary>
    private static bool MaySpeakFor(Caller caller, string driverId) => (caller.Scopes & (Scopes.EventsWrite | Scopes.Admin)) != Scopes.None || caller.Subject == driverId;
}
