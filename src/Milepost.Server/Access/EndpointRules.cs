namespace Milepost.Server.Access;

/// <summary>Deny by default: the server does not start while an endpoint does not say who may call it.</summary>
internal static class EndpointRules
{
    public static void Check(IEndpointRouteBuilder routes)
    {
        var open = All(routes).Where(endpoint => endpoint.Metadata.GetMetadata<AccessRule>() is null).Select(endpoint => endpoint.DisplayName).ToList();
        if (open.Count > 0)
        {
            throw new InvalidOperationException($"These endpoints do not say who may call them (.Allow(AccessRule...)): {string.Join("; ", open)}.");
        }
    }

    /// <summary>All endpoints, for the check and for the access matrix.</summary>
    public static IEnumerable<RouteEndpoint> All(IEndpointRouteBuilder routes) => routes.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>();
}
