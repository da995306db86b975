using Milepost.Protocol.Orders;

namespace Milepost.Protocol.Sharing;

/// <summary>
/// What a guest is told of a change of the order, instead of <see cref="OrderChanged"/>: a list of its own, in which nothing appears that is not named here.
/// </summary>
public sealed record GuestOrderChanged
{
    public required OrderStatus Status { get; init; }

    public required bool Active { get; init; }

    public required GuestTimelineEntry Event { get; init; }

    public GuestEta? Eta { get; init; }

    public GuestDriver? Driver { get; init; }

    /// <summary>The order is late, or may be.</summary>
    public bool Delayed { get; init; }

    /// <summary>Nothing has been heard of the driver lately.</summary>
    public bool LocationStale { get; init; }
}

/// <summary>When something happened, and the status if it moved the order to one.</summary>
public sealed record GuestTimelineEntry(DateTimeOffset Time, OrderStatus? Status);

/// <summary>When the order is expected.</summary>
public sealed record GuestEta(DateTimeOffset At, DateTimeOffset? From, DateTimeOffset? To);

/// <summary>Who brings the order.</summary>
/// <param name="Name">The first name.</param>
/// <param name="Vehicle">What kind of vehicle.</param>
public sealed record GuestDriver(string? Name, string? Vehicle);
