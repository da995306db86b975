using Milepost.Core.Tracking;

namespace Milepost.Server.Logistics.Routing;

/// <summary>Mapbox, Directions API v5: https://docs.mapbox.com/api/navigation/directions. It takes its token in the address only.</summary>
internal sealed class MapboxEngine(EngineHttp http, RoutingOptions options) : IRoutingEngine
{
    public const string Mapbox = "https://api.mapbox.com";
    public const string DefaultProfile = "driving-traffic";

    private readonly string _base =
        $"{(options.BaseUrl.Length > 0 ? options.BaseUrl.TrimEnd('/') : Mapbox)}/directions/v5/mapbox/{(options.Profile.Length > 0 ? options.Profile : DefaultProfile)}/";

    private readonly string _query = $"?overview=full&geometries=polyline6&access_token={Uri.EscapeDataString(options.Token)}";

    public Task<EngineAnswer> RouteAsync(GeoPoint from, GeoPoint to, CancellationToken cancellationToken) =>
        http.AskAsync($"{_base}{EngineHttp.Places(from, to)}{_query}", cancellationToken);
}
