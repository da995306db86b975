using Milepost.Core.Tracking;

namespace Milepost.Server.Logistics.Plans;

/// <summary>What somebody wants to know of an order under way.</summary>
/// <param name="DriverId">Whose card is wanted; null: nobody has it yet.</param>
/// <param name="Pickup">Where the way begins; needed for a routing engine's route.</param>
/// <param name="Destination">Where it ends; needed for a routing engine.</param>
/// <param name="Position">Where the driver is now; needed for a routing engine's estimate.</param>
internal readonly record struct PlanWish(string Tenant, string OrderId, string? DriverId, GeoPoint? Pickup, GeoPoint? Destination, GeoPoint? Position = null);

/// <summary>Routes, estimates and drivers of orders under way, in the memory of this node: fetched behind the caller's back, never waited for.</summary>
internal interface IOrderPlans
{
    /// <summary>The newest that is known; null: nobody wanted it lately.</summary>
    OrderPlan? Get(string tenant, string orderId);

    /// <summary>
    /// Has it fetched and kept fresh for <see cref="OrderPlans.WantedFor"/>. To be said again while the order is under way, as often as one likes.
    /// </summary>
    void Want(PlanWish wish);

    /// <summary>Whether a logistics service knows this tenant's fleet, and with it the drivers' stops.</summary>
    bool Serves(string tenant);
}
