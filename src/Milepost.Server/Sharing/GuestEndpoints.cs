using Milepost.Core.Orders;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Sharing;
using Milepost.Server.Access;
using Milepost.Server.Api;
using Milepost.Server.Proofs;
using Milepost.Server.Tracking;

namespace Milepost.Server.Sharing;

/// <summary>What a share link shows, for whoever knows nothing but its secret.</summary>
internal static class GuestEndpoints
{
    public static void MapGuests(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/guest").Allow(AccessRule.Guest).WithTags("Sharing").ProducesOurProblems(StatusCodes.Status410Gone);
        group.MapGet("tracking", TrackAsync).WithName("trackAsGuest").Produces<GuestTracking>()
            .WithSummary("The order of a share link, in the view for guests. The credential is the link's secret.");
        group.MapGet("proof/photo", PhotoAsync).WithName("getPhotoAsGuest").Produces<byte[]>(StatusCodes.Status200OK, ProofPhotos.ContentTypes[0], ProofPhotos.ContentTypes[1..])
            .WithSummary("The photo of the delivery, for guests.");
    }

    /// <summary>The view for guests of the order of their link.</summary>
    public static async Task<IResult> TrackAsync(HttpContext context, IOrderStore orders, OrderViews views, GuestLanguage language, LinkUses uses)
    {
        var caller = context.Caller();
        if (await orders.SnapshotAsync(caller.Tenant, caller.GuestOrder!, context.RequestAborted) is not { } snapshot)
        {
            return Problems.Result(ErrorCode.NotFound);
        }

        // A page that reads the order again, since something has happened, was opened once.
        uses.Add(GuestLinks.KeyOf(caller), opened: context.Request.Query["refresh"] != "true");
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(await views.GuestAsync(snapshot, await language.OfAsync(snapshot.Order, context.Request, context.RequestAborted), context.RequestAborted));
    }

    private static async Task<IResult> PhotoAsync(HttpContext context, IOrderStore orders, ProofPhotos photos) =>
        await orders.FindAsync(context.Caller().Tenant, context.Caller().GuestOrder!, context.RequestAborted) is { Proof.PhotoUrl: { } address }
            ? photos.Send(address)
            : Problems.Result(ErrorCode.NotFound);
}
