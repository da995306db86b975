using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Milepost.Server.Settings;

namespace Milepost.Server.Logistics.Routing;

/// <summary>The routing engine that is asked where the logistics service has no route. Its address is the operator's own and may be private.</summary>
internal sealed class RoutingOptions
{
    public const string None = "none";
    public const string Osrm = "osrm";
    public const string Mapbox = "mapbox";

    [Description("Which routing engine is asked where the logistics service knows no route.")]
    [AllowedValues(None, Osrm, Mapbox)]
    public string Provider { get; set; } = None;

    [Description("Where the engine is, for example http://osrm:5000. Empty with mapbox: Mapbox's own.")]
    public string BaseUrl { get; set; } = "";

    [Description("Mapbox's access token. Mapbox wants it in the address; it stands in no log and no error.")]
    [Sensitive]
    public string Token { get; set; } = "";

    [Description("The profile. Empty: driving with osrm, driving-traffic with mapbox.")]
    public string Profile { get; set; } = "";
}
