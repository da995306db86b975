using Milepost.Core.Customers;
using Milepost.Protocol.Orders;

namespace Milepost.Core.Deliveries;

/// <summary>What becomes of a delivery that is due.</summary>
public abstract record Clearance
{
    private Clearance()
    {
    }

    /// <summary>It goes out now.</summary>
    /// <param name="Address">Where to, as of now.</param>
    public sealed record Send(string Address) : Clearance
    {
        /// <summary>The order has moved on since it was planned: tell of this status instead.</summary>
        public OrderStatus? Rewrite { get; init; }

        /// <summary>Push: the device as of now.</summary>
        public Device? Device { get; init; }

        /// <summary>A digest: the deliveries it tells of, itself among them, oldest first; empty where it tells of itself alone.</summary>
        public IReadOnlyList<Delivery> Digest { get; init; } = [];
    }

    /// <summary>It waits.</summary>
    /// <param name="Until">When it is looked at again.</param>
    /// <param name="Code">Why: one of <see cref="ClearanceCode"/>.</param>
    /// <param name="Text">The same for people.</param>
    public sealed record Hold(DateTimeOffset Until, string Code, string Text) : Clearance
    {
        /// <summary>A digest: the topic it waits under from now on, with all that come out at the same moment. Null: its own.</summary>
        public string? Topic { get; init; }
    }

    /// <summary>It does not go out.</summary>
    /// <param name="State"><see cref="DeliveryState.Cancelled"/> (not needed) or <see cref="DeliveryState.Suppressed"/> (not allowed).</param>
    /// <param name="Code">Why: one of <see cref="ClearanceCode"/>.</param>
    /// <param name="Text">The same for people.</param>
    public sealed record Stop(DeliveryState State, string Code, string Text) : Clearance;
}

/// <summary>A lease with what becomes of it.</summary>
public readonly record struct Settlement(Lease Lease, Clearance Clearance);

/// <summary>Something worth remembering of a delivery besides its attempts: why it was held, stopped or reported on.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="At">When.</param>
/// <param name="Code">A stable code.</param>
/// <param name="Text">The same for people, without personal data.</param>
public sealed record DeliveryNote(int Number, DateTimeOffset At, string Code, string Text);
