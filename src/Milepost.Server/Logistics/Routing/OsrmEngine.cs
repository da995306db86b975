using Milepost.Core.Tracking;

namespace Milepost.Server.Logistics.Routing;

/// <summary>OSRM, the route service of version 1: https://project-osrm.org/docs/v26.4.0/http.</summary>
internal sealed class OsrmEngine(EngineHttp http, RoutingOptions options) : IRoutingEngine
{
    public const string DefaultProfile = "driving";

    private readonly string _base = $"{options.BaseUrl.TrimEnd('/')}/route/v1/{(options.Profile.Length > 0 ? options.Profile : DefaultProfile)}/";

    public Task<EngineAnswer> RouteAsync(GeoPoint from, GeoPoint to, CancellationToken cancellationToken) =>
        http.AskAsync($"{_base}{EngineHttp.Places(from, to)}?overview=full&geometries=polyline6", cancellationToken);
}
