using Milepost.Core.Orders;
using Milepost.Core.Tenants;
using Milepost.Core.Tracking;
using Milepost.Protocol.Streams;

namespace Milepost.Server.Tracking;

/// <summary>What the tenant's policy lets an audience see now.</summary>
internal sealed class ViewerPolicy(ITenantCatalog tenants, TimeProvider time)
{
    /// <param name="order">The order.</param>
    /// <param name="track">What is known of its way; null: nothing, or it was not looked up. A limit that needs it is not met then.</param>
    /// <param name="isAlone">The driver has no other order under way. False also where that was not looked up.</param>
    /// <param name="audience">Who looks.</param>
    public VisibleFields Fields(Order order, OrderTrack? track, bool isAlone, Audience audience) =>
        Fields(order.Tenant, OrderStep.Facts(order, track, isAlone, time.GetUtcNow()), audience);

    /// <summary>Where only this much is known.</summary>
    public VisibleFields Fields(string tenant, TrackingFacts facts, Audience audience) => Visibility.Evaluate(tenants.Of(tenant).Tracking.Visibility, audience, facts);
}
