using Milepost.LogisticsSimulator.Streets;

namespace Milepost.LogisticsSimulator.Fleet;

internal enum StopKind
{
    /// <summary>The driver takes an order along.</summary>
    Pickup,

    /// <summary>Somebody else's delivery on the way, of which nothing more is known.</summary>
    Errand,

    /// <summary>The driver brings an order to its door.</summary>
    Drop,
}

/// <summary>A place where a driver stops on a tour.</summary>
internal sealed class Stop(StopKind kind, string orderId, Curb at)
{
    public StopKind Kind { get; } = kind;

    /// <summary>The order that the stop is made for, or on whose way an errand lies.</summary>
    public string OrderId { get; } = orderId;

    public Curb At { get; } = at;

    /// <summary>The driver waits here until told to depart.</summary>
    public bool Holds { get; set; } = kind == StopKind.Pickup;

    public bool Arrived { get; set; }

    /// <summary>When the driver will go on: known from the arrival on where nothing holds, else null.</summary>
    public DateTimeOffset? Leaves { get; set; }
}
