using Milepost.Protocol.Errors;
using Milepost.Server.Access;

namespace Milepost.Server.Api;

/// <summary>The OpenAPI document is made from the endpoints themselves.</summary>
internal static class OpenApi
{
    /// <summary>The problems that any endpoint behind credentials can answer.</summary>
    public static TBuilder ProducesOurProblems<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        foreach (var status in (int[])[400, 401, 403, 404, 503])
        {
            builder.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(Problem), [Problems.ContentType]));
        }

        return builder;
    }

    public static void AddMilepostOpenApi(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Milepost";
            document.Info.Version = "v1";
            document.Info.Description = "Order tracking and customer notifications. The live protocol is described in realtime.md.";
            // The document must not change with the address under which it was asked for.
            document.Servers?.Clear();
            return Task.CompletedTask;
        });
    });

    public static void MapMilepostOpenApi(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/openapi/{documentName}.json").Allow(AccessRule.Anyone);
        routes.MapOpenApi("/openapi/{documentName}.yaml").Allow(AccessRule.Anyone);
    }
}
