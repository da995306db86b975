using Milepost.Protocol.Orders;

namespace Milepost.Protocol.Sharing;

/// <summary>
/// What a guest is told of a change of the order, instead of <see cref="OrderChanged"/>: a list of its own, in which nothing appears that is not named here.
/// The rest is in <see cref="GuestTracking"/>, to be read again.
/// </summary>
public sealed record GuestOrderChanged
{
    public required OrderStatus Status { get; init; }

    public required bool Active { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset Time { get; init; }

    public GuestEta? Eta { get; init; }

    /// <summary>The order is late, or may be.</summary>
    public bool Delayed { get; init; }

    /// <summary>Nothing has been heard of the driver lately.</summary>
    public bool LocationStale { get; init; }
}
