using Milepost.LogisticsSimulator.Motion;

namespace Milepost.LogisticsSimulator.Fleet;

/// <summary>One who drives.</summary>
internal sealed class Driver(DriverProfile profile, DateTimeOffset updatedAt, Itinerary itinerary)
{
    public DriverProfile Profile { get; set; } = profile;

    public DateTimeOffset UpdatedAt { get; set; } = updatedAt;

    /// <summary>The stops that are still to be made, in their order.</summary>
    public List<Stop> Tour { get; } = [];

    public Itinerary Itinerary { get; set; } = itinerary;

    /// <summary>Share of the usual speed that traffic allows where this driver is.</summary>
    public double Traffic { get; set; } = 1;

    public long Fixes { get; set; }

    public required DateTimeOffset NextFix { get; set; }

    public required DateTimeOffset NextReview { get; set; }

    public DateTimeOffset FreeSince { get; set; } = updatedAt;

    public int Errands { get; set; }
}
