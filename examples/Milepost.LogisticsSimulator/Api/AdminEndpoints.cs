using System.Text.Json;
using System.Text.Json.Serialization;
using Milepost.LogisticsSimulator.Faults;
using Milepost.LogisticsSimulator.Fleet;
using Milepost.LogisticsSimulator.Streets;

namespace Milepost.LogisticsSimulator.Api;

/// <summary>What drives the world from outside; for whoever is on this machine.</summary>
internal static class AdminEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, World world)
    {
        routes.MapGet("faults", () => Results.Json(new FaultsBody(world.Faults.Current), AdminJson.Default.FaultsBody));
        routes.MapPut("faults", (HttpRequest request) => DoAsync(request, AdminJson.Default.FaultsBody, body => world.Faults.Replace(body.Faults)));
        routes.MapPost("assignments", (HttpRequest request) => DoAsync(request, AdminJson.Default.Assignment, body =>
            world.Assign(body.Tenant, body.OrderId, body.DriverId, body.Pickup, body.Destination, body.Stops)));
        routes.MapPost("departures", (HttpRequest request) => DoAsync(request, AdminJson.Default.Departure, body => world.Depart(body.Tenant, body.OrderId)));
        routes.MapGet("doors/{n:int}", (int n) => Results.Json(world.City.Door(n), AdminJson.Default.Place));
    }

    private static async Task<IResult> DoAsync<T>(HttpRequest request, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, Action<T> act)
    {
        try
        {
            var body = await request.ReadFromJsonAsync(type, request.HttpContext.RequestAborted);
            act(body ?? throw new JsonException("the body is null"));
            return Results.NoContent();
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidSettingException)
        {
            return Problem.Of(400, "bad_request", exception.Message);
        }
        catch (InvalidOperationException exception)
        {
            return Problem.Of(409, "too_late", exception.Message);
        }
    }
}

internal sealed record FaultsBody(IReadOnlyList<Fault> Faults);

internal sealed record Assignment(string Tenant, string OrderId, string DriverId, Place Pickup, Place Destination, IReadOnlyList<Place>? Stops = null);

internal sealed record Departure(string Tenant, string OrderId);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    Converters = [typeof(FaultKindConverter)],
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(FaultsBody))]
[JsonSerializable(typeof(Assignment))]
[JsonSerializable(typeof(Departure))]
[JsonSerializable(typeof(Place))]
internal sealed partial class AdminJson : JsonSerializerContext;

internal sealed class FaultKindConverter() : JsonStringEnumConverter<FaultKind>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);
