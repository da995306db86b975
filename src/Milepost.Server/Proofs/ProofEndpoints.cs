using Milepost.Core.Orders;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Orders;
using Milepost.Server.Access;
using Milepost.Server.Api;

namespace Milepost.Server.Proofs;

/// <summary>The photo of a delivery, for whoever has its signed address.</summary>
internal static class ProofEndpoints
{
    public static void MapProofs(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/{tenant}/orders/{id}/proof/photo", SendAsync).Allow(AccessRule.Anyone).WithTags("Orders").WithName("getProofPhoto")
            .Produces<byte[]>(StatusCodes.Status200OK, ProofPhotos.ContentTypes[0], ProofPhotos.ContentTypes[1..])
            .ProducesOurProblems(StatusCodes.Status410Gone, StatusCodes.Status502BadGateway)
            .WithSummary("The photo of a delivery. Its address is made by the server (proof.photoUrl of an order) and good for ten minutes.");

    /// <summary>The order with an address of its photo, where it has one.</summary>
    public static TOrder WithPhoto<TOrder>(this TOrder details, Order order, PhotoLinks links)
        where TOrder : OrderDetails =>
        details.Proof is { } proof && order.Proof?.PhotoUrl is not null ? (TOrder)(details with { Proof = proof with { PhotoUrl = links.For(order.Tenant, order.Id) } }) : details;

    private static async Task<IResult> SendAsync(
        HttpContext context, PhotoLinks links, ProofPhotos photos, IOrderStore orders, string tenant, string id, string? expires, string? signature) => links.Check(tenant, id, expires, signature) switch
        {
            PhotoLink.Wrong => Problems.Result(ErrorCode.NotFound),
            PhotoLink.Expired => Problems.Result(ErrorCode.LinkClosed, "Read the order again for another address."),
            _ => await orders.FindAsync(tenant, id, context.RequestAborted) is { Proof.PhotoUrl: { } address }
                ? photos.Send(address)
                : Problems.Result(ErrorCode.NotFound),
        };
}
