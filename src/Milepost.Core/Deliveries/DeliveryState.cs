namespace Milepost.Core.Deliveries;

/// <summary>Where a delivery stands. The numbers are stored.</summary>
public enum DeliveryState
{
    /// <summary>Waits until it is due.</summary>
    Queued = 0,

    /// <summary>Some worker has it and has not begun.</summary>
    Leased = 1,

    /// <summary>Handed to the provider, or about to be: from here on a crash leaves it unknown whether it went out.</summary>
    Sending = 2,

    /// <summary>The provider has taken it.</summary>
    Sent = 3,

    /// <summary>The provider will not take it, or was asked often enough.</summary>
    Failed = 4,

    /// <summary>It may have gone out, and the channel's policy says not to try again.</summary>
    Unknown = 5,

    /// <summary>Its time to live was over before it could be sent.</summary>
    Expired = 6,

    /// <summary>It is not needed any more: the customer knows already, or the order has moved on.</summary>
    Cancelled = 7,

    /// <summary>The provider says that it has reached the customer.</summary>
    Delivered = 8,

    /// <summary>The customer has opened it.</summary>
    Opened = 9,

    /// <summary>It must not go out: a preference, quiet hours, a limit, an address that is known to be dead.</summary>
    Suppressed = 10,
}

/// <summary>Which state may follow which.</summary>
public static class DeliveryStateTable
{
    // By the state now, in the order of the enumeration.
    private static readonly DeliveryState[][] Next =
    [
        /* queued     */ [DeliveryState.Leased, DeliveryState.Unknown, DeliveryState.Expired, DeliveryState.Cancelled],
        /* leased     */ [DeliveryState.Queued, DeliveryState.Sending, DeliveryState.Unknown, DeliveryState.Expired, DeliveryState.Cancelled, DeliveryState.Suppressed],
        /* sending    */ [DeliveryState.Queued, DeliveryState.Sent, DeliveryState.Failed, DeliveryState.Unknown],
        /* sent       */ [DeliveryState.Delivered, DeliveryState.Opened, DeliveryState.Failed],
        /* failed     */ [],
        /* unknown    */ [DeliveryState.Delivered, DeliveryState.Opened, DeliveryState.Failed],
        /* expired    */ [],
        /* cancelled  */ [],
        /* delivered  */ [DeliveryState.Opened, DeliveryState.Failed],
        /* opened     */ [],
        /* suppressed */ [],
    ];

    public static bool CanFollow(DeliveryState now, DeliveryState next) => Next[(int)now].Contains(next);

    /// <summary>Whether nothing of ours changes it any more. What a provider reports later may: see <see cref="CanFollow"/>.</summary>
    public static bool IsFinal(DeliveryState state) => state is not (DeliveryState.Queued or DeliveryState.Leased or DeliveryState.Sending);
}
