using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;

namespace Milepost.Protocol.Sharing;

/// <summary>
/// All that somebody with a share link may know of an order. Every field stands here by decision: nothing of an order is shown to guests because it was
/// added to the order.
/// </summary>
public sealed record GuestTracking
{
    public required OrderStatus Status { get; init; }

    /// <summary>False once the order is delivered, cancelled or returned.</summary>
    public required bool Active { get; init; }

    /// <summary>While the order is under way.</summary>
    public GuestEta? Eta { get; init; }

    /// <summary>Where the order stood when, oldest first.</summary>
    public required IReadOnlyList<GuestStep> Timeline { get; init; }

    public GuestBrand? Brand { get; init; }

    /// <summary>While the order is under way.</summary>
    public GuestDriver? Driver { get; init; }

    /// <summary>Where the driver was last seen, while guests may see it.</summary>
    public GuestLocation? Location { get; init; }

    /// <summary>The way to the destination, while guests may see it.</summary>
    public GuestRoute? Route { get; init; }

    public GuestProof? Proof { get; init; }

    /// <summary>The language in which guests are told of it, one that the page speaks: the customer's, else what the request asks for (<c>Accept-Language</c>).</summary>
    public required string Language { get; init; }

    /// <summary>The stream <c>order</c> and where it stood when this was read: subscribe with <c>since</c> = its cursor.</summary>
    public required StreamState Stream { get; init; }
}

/// <summary>When the order is expected: a point, and a window where there is one.</summary>
public sealed record GuestEta(DateTimeOffset At, DateTimeOffset? From, DateTimeOffset? To);

/// <summary>One step of the order.</summary>
public sealed record GuestStep(OrderStatus Status, DateTimeOffset Time);

/// <summary>Whose order it is.</summary>
/// <param name="Name">The shop.</param>
/// <param name="Color">#RRGGBB.</param>
/// <param name="LogoUrl">https only.</param>
public sealed record GuestBrand(string? Name, string? Color, string? LogoUrl);

/// <summary>Who brings it.</summary>
/// <param name="FirstName">The first word of the name.</param>
/// <param name="Vehicle">bicycle, motorcycle, car, van, truck or on_foot; absent when it is none of these.</param>
public sealed record GuestDriver(string? FirstName, string? Vehicle);

/// <summary>A place in degrees (WGS 84).</summary>
public sealed record GuestPoint(double Lat, double Lon);

/// <summary>Where the driver was at <paramref name="Time"/>.</summary>
/// <param name="Lat">Degrees.</param>
/// <param name="Lon">Degrees.</param>
/// <param name="Time">When it was measured.</param>
/// <param name="Heading">Degrees from north, 0 to below 360.</param>
public sealed record GuestLocation(double Lat, double Lon, DateTimeOffset Time, double? Heading = null);

/// <summary>The way to the destination, and how many metres of it are left.</summary>
public sealed record GuestRoute(IReadOnlyList<GuestPoint> Points, double? RemainingMeters = null);

/// <summary>What shows that it was delivered; not who took it.</summary>
/// <param name="PhotoUrl">Read with the link's credential.</param>
/// <param name="LeftAt">Where it was left, in words.</param>
/// <param name="At">When.</param>
public sealed record GuestProof(string? PhotoUrl, string? LeftAt, DateTimeOffset At);
