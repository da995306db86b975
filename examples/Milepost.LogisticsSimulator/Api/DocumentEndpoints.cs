using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Milepost.LogisticsSimulator.Faults;
using Milepost.LogisticsSimulator.Fleet;

namespace Milepost.LogisticsSimulator.Api;

/// <summary>Drivers, routes and estimates: <c>docs/protocol/logistics.openapi.yaml</c>.</summary>
internal sealed class DocumentEndpoints(World world, SimulatorOptions options)
{
    public void Map(IEndpointRouteBuilder group, IEndpointRouteBuilder photos)
    {
        group.MapGet("fleet-members/{id}", Member);
        group.MapGet("orders/{orderId}/route", Route);
        group.MapGet("orders/{orderId}/eta", Eta);
        photos.MapGet("photos/{tenant}/of/{id}", Photograph);
    }

    private IResult Member(HttpContext http)
    {
        var (tenant, id) = (Segments.Tenant(http), Segments.Id(http));
        if (world.Faults.Find(FaultKind.NoMember, tenant, id, Gate.NumberOf(http)) is not null)
        {
            return Problem.Of(404, "unknown_member");
        }

        var baseUrl = new Uri($"{http.Request.Scheme}://{http.Request.Host}");
        var member = world.Read(tenant, fleet => fleet.FindDriver(id) is { } driver ? Documents.Member(tenant, driver, baseUrl) : null);
        return Answer(http, tenant, id, member, "id", "unknown_member");
    }

    private IResult Route(HttpContext http)
    {
        var (tenant, orderId) = (Segments.Tenant(http), Segments.Id(http));
        var (driver, route) = world.Read(tenant, fleet => fleet.FindOrder(orderId) is { } order
            ? (order.Driver.Profile.Id, Documents.Route(order, world.Faults, tenant, options.Precision))
            : (null, null));
        return Answer(http, tenant, driver, world.Faults.Find(FaultKind.NoRoute, tenant, driver, Gate.NumberOf(http)) is null ? route : null, "orderId", "no_route");
    }

    private IResult Eta(HttpContext http)
    {
        var (tenant, orderId) = (Segments.Tenant(http), Segments.Id(http));
        var (driver, eta) = world.Read(tenant, fleet => fleet.FindOrder(orderId) is { } order ? (order.Driver.Profile.Id, Documents.Eta(order)) : (null, null));
        return Answer(http, tenant, driver, world.Faults.Find(FaultKind.NoEta, tenant, driver, Gate.NumberOf(http)) is null ? eta : null, "orderId", "no_eta");
    }

    private IResult Photograph(HttpContext http)
    {
        var (tenant, id) = (Segments.Tenant(http), Segments.Id(http));
        var profile = world.HasTenant(tenant) ? world.Read(tenant, fleet => fleet.FindDriver(id)?.Profile) : null;
        return profile is { HasPhoto: true } ? Results.Text(Photo.Svg(profile), "image/svg+xml", Encoding.UTF8) : Problem.Of(404, "unknown_member");
    }

    private IResult Answer(HttpContext http, string tenant, string? driverId, JsonObject? document, string identity, string absent)
    {
        if (document is null)
        {
            return Problem.Of(404, absent);
        }

        if (world.Faults.Find(FaultKind.WrongIdentity, tenant, driverId, Gate.NumberOf(http)) is not null)
        {
            document[identity] = "somebody-else";
        }

        var etag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(document.ToJsonString())).AsSpan(0, 12))}\"";
        http.Response.Headers.ETag = etag;
        http.Response.Headers.CacheControl = "private, no-cache";
        var known = http.Request.Headers.IfNoneMatch.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries));
        return known.Any(value => value is "*" || string.Equals(value, etag, StringComparison.Ordinal))
            ? Results.StatusCode(304)
            : Results.Text(MessageFaults.Answer(world.Faults, tenant, driverId, Gate.NumberOf(http), document), "application/json", Encoding.UTF8);
    }
}
