using Milepost.Core.Orders;
using Milepost.Core.Tenants;
using Milepost.Core.Tracking;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Sharing;
using Milepost.Protocol.Streams;

namespace Milepost.Core.Sharing;

/// <summary>What a guest may see at this moment, as the visibility policy says, and the driver's place and way as far as that holds for them.</summary>
/// <param name="Fields">What the policy says.</param>
/// <param name="Location">Where the driver is.</param>
/// <param name="Route">The way.</param>
/// <param name="Driver">Who drives, as others are shown it; null: as the order says.</param>
public sealed record GuestSight(VisibleFields Fields, GuestLocation? Location, GuestRoute? Route, Driver? Driver = null);

/// <summary>
/// Writes an order for guests, field by field: a record is never copied here, so what is added to orders stays inside until somebody adds it to
/// <see cref="GuestTracking"/>. Pure.
/// </summary>
public static class GuestView
{
    /// <summary>Where a guest reads the photo of the delivery.</summary>
    public const string PhotoPath = "/api/v1/guest/proof/photo";

    // By whole words: what stands beside them (a number plate, a make) is not shown.
    private static readonly Dictionary<string, string> Vehicles = new(StringComparer.OrdinalIgnoreCase)
    {
        ["bicycle"] = "bicycle",
        ["bike"] = "bicycle",
        ["ebike"] = "bicycle",
        ["motorcycle"] = "motorcycle",
        ["motorbike"] = "motorcycle",
        ["scooter"] = "motorcycle",
        ["moped"] = "motorcycle",
        ["van"] = "van",
        ["truck"] = "truck",
        ["lorry"] = "truck",
        ["car"] = "car",
        ["foot"] = "on_foot",
        ["walker"] = "on_foot",
    };

    /// <param name="snapshot">The order.</param>
    /// <param name="brand">Whose it is.</param>
    /// <param name="sight">What may be seen now.</param>
    /// <param name="language">In which guests are told of it.</param>
    public static GuestTracking ToGuest(this OrderSnapshot snapshot, TenantBrand brand, GuestSight sight, string language)
    {
        var order = snapshot.Order;
        var isActive = order.IsActive();
        return new GuestTracking
        {
            Status = order.ShownStatus(),
            Active = isActive,
            Eta = isActive && sight.Fields.Eta && order.Eta is { } eta ? new GuestEta(eta.At, eta.From, eta.To) : null,
            Timeline = Steps(snapshot.Events),
            Brand = Brand(brand),
            Driver = isActive && (sight.Driver ?? order.Driver) is { } driver && (sight.Fields.Name || sight.Fields.Vehicle)
                ? new GuestDriver(sight.Fields.Name ? FirstName(driver.Name) : null, sight.Fields.Vehicle ? VehicleKind(driver.Vehicle) : null)
                : null,
            Location = sight.Location is { } at ? new GuestLocation(at.Lat, at.Lon, at.Time, at.Heading) : null,
            Route = sight.Route is { } route ? new GuestRoute([.. route.Points.Select(point => new GuestPoint(point.Lat, point.Lon))], route.RemainingMeters) : null,
            Proof = order.Proof is { } proof ? new GuestProof(proof.PhotoUrl is null ? null : PhotoPath, proof.LeftAt, proof.At) : null,
            Language = language,
            Stream = OrderViewMapping.ToState(StreamLabels.GuestOrder, snapshot.Epoch, snapshot.Head),
        };
    }

    private static List<GuestStep> Steps(IReadOnlyList<RecordedEvent> events)
    {
        var steps = new List<GuestStep>();
        foreach (var entry in OrderHistory.Replay(events).Timeline)
        {
            if (entry is { Moved: true, Status: { } status })
            {
                steps.Add(new GuestStep(status, entry.Time));
            }
        }

        return steps;
    }

    private static GuestBrand? Brand(TenantBrand brand)
    {
        var logo = brand.LogoUrl?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) == true ? brand.LogoUrl : null;
        return brand.Name is null && brand.Color is null && logo is null ? null : new GuestBrand(brand.Name, brand.Color, logo);
    }

    private static string? FirstName(string? name) => name?.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries) is [{ } first, ..] ? first : null;

    private static string? VehicleKind(string? vehicle) => vehicle?.Split([.. " -_,;/()"], StringSplitOptions.RemoveEmptyEntries)
        .Select(word => Vehicles.GetValueOrDefault(word)).FirstOrDefault(kind => kind is not null);
}
