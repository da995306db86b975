using Milepost.LogisticsSimulator.Streets;

namespace Milepost.LogisticsSimulator.Fleet;

/// <summary>What is told of a driver.</summary>
/// <param name="Id">Unique within the tenant.</param>
/// <param name="Name">The name in full.</param>
/// <param name="Vehicle">What the driver drives.</param>
/// <param name="Rating">From 0 to 5; null = not rated yet.</param>
/// <param name="Phone">E.164; null = none.</param>
/// <param name="HasPhoto">Whether the service has a picture of the driver.</param>
public sealed record DriverProfile(string Id, string Name, Vehicle Vehicle, double? Rating = null, string? Phone = null, bool HasPhoto = true);

/// <summary>What somebody drives.</summary>
/// <param name="Kind">As the contract names it: <c>bicycle</c>, <c>cargo_bicycle</c>, <c>scooter</c>, <c>motorcycle</c>, <c>car</c>, <c>van</c>.</param>
/// <param name="Description">What it looks like.</param>
/// <param name="Plate">The number plate; null for one that has none.</param>
public sealed record Vehicle(string Kind, string? Description = null, string? Plate = null)
{
    /// <summary>How fast it goes at most, in metres per second.</summary>
    internal double TopSpeed => Kind switch
    {
        "foot" => 1.6,
        "bicycle" => 6.5,
        "cargo_bicycle" => 5.5,
        "scooter" => 9,
        _ => 14,
    };
}

/// <summary>Where a driver truly is.</summary>
/// <param name="Place">The place, on a street.</param>
/// <param name="Heading">Degrees clockwise from north, null for one who stands.</param>
/// <param name="Speed">Metres per second.</param>
public sealed record Whereabouts(Place Place, double? Heading, double Speed);

/// <summary>How far an order has come; forwards only, except that an order that changes hands begins anew.</summary>
public enum OrderPhase
{
    /// <summary>Its driver is known and on the way to where it is picked up.</summary>
    Assigned,

    /// <summary>Its driver is where it is picked up.</summary>
    AtPickup,

    /// <summary>Its driver has it.</summary>
    UnderWay,

    /// <summary>Its driver stands at the door.</summary>
    AtDoor,

    /// <summary>It is handed over.</summary>
    Done,

    /// <summary>It was taken back before.</summary>
    Withdrawn,
}
