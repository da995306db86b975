namespace Milepost.Core.Orders;

/// <summary>What an operator should look at. The numbers are stored.</summary>
[Flags]
public enum OrderExceptions
{
    None = 0,

    /// <summary>The promise or the ETA has passed.</summary>
    Late = 1,

    /// <summary>Nothing has been heard of the driver for a moment.</summary>
    Stale = 2,

    /// <summary>Nothing has been heard of the driver for so long that nobody knows when the order arrives.</summary>
    Silent = 4,

    /// <summary>Nobody has accepted it.</summary>
    Unaccepted = 8,

    /// <summary>It is ready, or has a driver, and is not picked up.</summary>
    NotPickedUp = 16,

    Any = Late | Stale | Silent | Unaccepted | NotPickedUp,
}

/// <summary>The stable words for why an order is late, or may be.</summary>
public static class DelayReasons
{
    public const string NotAccepted = "not_accepted";
    public const string NotPickedUp = "not_picked_up";
    public const string DriverSilent = "driver_silent";
    public const string EtaPassed = "eta_passed";
    public const string PromisePassed = "promise_passed";

    /// <summary>The least grave first: of several that hold the last one is told.</summary>
    public static readonly IReadOnlyList<string> All = [NotAccepted, NotPickedUp, DriverSilent, EtaPassed, PromisePassed];
}
