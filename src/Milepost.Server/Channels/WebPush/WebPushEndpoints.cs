using Milepost.Protocol.Errors;
using Milepost.Protocol.Push;
using Milepost.Server.Access;
using Milepost.Server.Api;

namespace Milepost.Server.Channels.WebPush;

internal static class WebPushEndpoints
{
    public static void MapWebPush(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/{tenant}/push/vapid-public-key", Key).Allow(AccessRule.Customer).WithTags("Push").ProducesOurProblems()
            .WithName("getVapidPublicKey").Produces<VapidPublicKey>()
            .WithSummary("The key that a browser subscribes to pushes with (applicationServerKey).");

    private static IResult Key(WebPushSetup setup) =>
        setup.Keys is { } keys ? TypedResults.Ok(new VapidPublicKey(keys.PublicKey)) : Problems.Result(ErrorCode.PushNotSetUp);
}
