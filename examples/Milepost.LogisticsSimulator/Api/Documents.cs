using System.Text.Json.Nodes;
using Milepost.LogisticsSimulator.Faults;
using Milepost.LogisticsSimulator.Fleet;
using Milepost.LogisticsSimulator.Streets;

namespace Milepost.LogisticsSimulator.Api;

/// <summary>The documents of the contract, as JSON.</summary>
internal static class Documents
{
    public static JsonObject Member(string tenant, Driver driver, Uri baseUrl)
    {
        var profile = driver.Profile;
        var vehicle = new JsonObject { ["kind"] = profile.Vehicle.Kind };
        AddKnown(vehicle, "description", profile.Vehicle.Description);
        AddKnown(vehicle, "plate", profile.Vehicle.Plate);
        var member = new JsonObject { ["id"] = profile.Id, ["name"] = profile.Name, ["vehicle"] = vehicle, ["updatedAt"] = driver.UpdatedAt };
        AddKnown(member, "photoUrl", profile.HasPhoto ? new Uri(baseUrl, PhotoPath(tenant, profile.Id)).AbsoluteUri : null);
        AddKnown(member, "phone", profile.Phone);
        if (profile.Rating is { } rating)
        {
            member["rating"] = rating;
        }

        return member;
    }

    public static string PhotoPath(string tenant, string driverId) => $"photos/{Uri.EscapeDataString(tenant)}/of/{Uri.EscapeDataString(driverId)}";

    public static JsonObject? Route(Order order, FaultSet faults, string tenant, int precision)
    {
        if (order.Route is not { } route)
        {
            return null;
        }

        var driver = order.Driver.Profile.Id;
        var silent = faults.Find(FaultKind.SilentPrecision, tenant, driver, order.RouteVersion) is not null;
        var polyline = Polyline.Encode(route.Places, silent ? 6 : precision);
        var document = new JsonObject
        {
            ["orderId"] = order.Id,
            ["driverId"] = driver,
            ["version"] = order.RouteVersion,
            ["polyline"] = faults.Find(FaultKind.TruncatedPolyline, tenant, driver, order.RouteVersion) is null ? polyline : MessageFaults.Truncated(polyline),
            ["distanceMeters"] = Math.Round(route.Meters, 1),
            ["durationSeconds"] = Math.Round(route.Seconds, 1),
        };
        if (!silent)
        {
            document["precision"] = precision;
        }

        return document;
    }

    public static JsonObject? Eta(Order order)
    {
        if (order.Eta is not { } eta)
        {
            return null;
        }

        var document = new JsonObject
        {
            ["orderId"] = order.Id,
            ["driverId"] = eta.DriverId,
            ["version"] = order.EtaVersion,
            ["at"] = eta.At,
            ["from"] = eta.From,
            ["to"] = eta.To,
            ["stopsBefore"] = eta.StopsBefore,
            ["confidence"] = eta.Confidence,
            ["calculatedAt"] = eta.CalculatedAt,
        };
        AddKnown(document, "reason", eta.Reason);
        return document;
    }

    private static void AddKnown(JsonObject document, string name, string? value)
    {
        if (value is not null)
        {
            document[name] = value;
        }
    }
}
