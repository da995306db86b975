using System.Text.Json;

namespace Milepost.Server.Logistics.Routing;

/// <summary>
/// The answer that OSRM (docs/http.md of Project-OSRM/osrm-backend, "Route service") and Mapbox (Directions API v5) share: <c>code</c>, and
/// <c>routes</c> with <c>geometry</c>, <c>distance</c> in metres and <c>duration</c> in seconds, the best one first.
/// </summary>
internal static class EngineDocument
{
    /// <summary>Of an answer; a route along streets is long.</summary>
    public const int MaxBytes = 512 * 1024;

    // Words of both for "you cannot get there from here".
    private static readonly HashSet<string> NoWay = new(StringComparer.Ordinal) { "NoRoute", "NoSegment" };

    public static EngineAnswer Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = StrictDocument.Parse(body);
            var document = new StrictDocument(json.RootElement);
            var code = document.Text("code", 64);
            if (code != "Ok")
            {
                return NoWay.Contains(code) ? new EngineAnswer.NoRoute() : new EngineAnswer.Unknown("code");
            }

            if (!json.RootElement.TryGetProperty("routes", out var routes) || routes.ValueKind != JsonValueKind.Array || routes.GetArrayLength() == 0
                || routes[0].ValueKind != JsonValueKind.Object)
            {
                return new EngineAnswer.Unknown("routes");
            }

            var route = new StrictDocument(routes[0]);
            return new EngineAnswer.Found(new EngineRoute(
                DocumentReader.Polyline(route.Text("geometry", 262_144)),
                route.Number("distance", 0, 5_000_000),
                TimeSpan.FromSeconds(route.Number("duration", 0, 604_800))));
        }
        catch (RefusedDocumentException refused)
        {
            return new EngineAnswer.Unknown(refused.Member);
        }
    }
}
