namespace Milepost.Protocol.Orders;

/// <summary>Where an order is fetched. Latitude and longitude in degrees (WGS 84).</summary>
public sealed record Pickup(string? Name, string? Address, double? Lat, double? Lon);

/// <summary>When an order was promised to be there: a point, and a window where there is one.</summary>
public sealed record Promise(DateTimeOffset At, DateTimeOffset? From, DateTimeOffset? To)
{
    /// <summary>The last moment at which the promise is kept.</summary>
    public DateTimeOffset Until() => To ?? At;
}

/// <summary>An order is late, or may be.</summary>
/// <param name="Since">The time of the event that said so first.</param>
/// <param name="Reason">A stable word: see docs/operate/tracking.md.</param>
public sealed record Delay(DateTimeOffset Since, string? Reason);

/// <summary>Nothing has been heard of an order's driver lately.</summary>
/// <param name="Since">The time of the event that said so first.</param>
/// <param name="LastFixAt">When the driver was last seen; absent: never, for this order.</param>
public sealed record StaleLocation(DateTimeOffset Since, DateTimeOffset? LastFixAt);

/// <summary>The words of an ETA's <c>source</c> and <c>confidence</c>.</summary>
public static class EtaWords
{
    public static readonly IReadOnlyList<string> Sources = ["logistics", "routing", "estimate", "sender"];

    public static readonly IReadOnlyList<string> Confidences = ["low", "medium", "high"];
}
