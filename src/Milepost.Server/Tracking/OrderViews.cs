using System.Text.Json;
using Milepost.Core.Orders;
using Milepost.Core.Sharing;
using Milepost.Core.Tenants;
using Milepost.Core.Tracking;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Sharing;
using Milepost.Protocol.Streams;
using Milepost.Server.Proofs;

namespace Milepost.Server.Tracking;

/// <summary>Answers for orders as REST shows them: to customers without what the tenant's policy does not let them see now.</summary>
internal sealed class OrderViews(ITrackingStore store, ViewerPolicy policy, TrackingViews views, RouteLines lines, PhotoLinks photos, ITenantCatalog tenants)
{
    /// <summary>The details, without the way: what depends on how near the driver is counts as not to be seen.</summary>
    public OrderDetails Details(OrderSnapshot snapshot, Audience audience)
    {
        var fields = policy.Fields(snapshot.Order, null, false, audience);
        return snapshot.ToDetails().WithPhoto(snapshot.Order, photos) with { Driver = views.DriverOf(snapshot.Order, fields), Eta = fields.Eta ? snapshot.Order.Eta : null };
    }

    /// <summary>An order in a list.</summary>
    public OrderSummary Summary(Order order, Audience audience)
    {
        var fields = policy.Fields(order, null, false, audience);
        return order.ToSummary() with { Eta = fields.Eta ? order.Eta : null };
    }

    /// <summary>The details with the driver's place and way.</summary>
    /// <exception cref="Core.Recording.StoreUnavailableException">What the tracker knows cannot be read.</exception>
    public async Task<OrderTracking> TrackingAsync(OrderSnapshot snapshot, Audience audience, CancellationToken cancellationToken)
    {
        var order = snapshot.Order;
        var (track, isAlone) = await WayAsync(order, cancellationToken);
        var fields = policy.Fields(order, track, isAlone, audience);
        var place = track is null ? null : LastSeen(order, track, audience);
        return snapshot.ToTracking().WithPhoto(order, photos) with
        {
            Driver = views.DriverOf(order, fields),
            Eta = fields.Eta ? order.Eta : null,
            Location = fields.Location && place is not null ? LocationFrames.ToView(place) : null,
            Route = TrackingViews.RouteOf(track, fields, lines),
            StopsBefore = fields.Location || fields.Eta ? track?.StopsBeforeOf(order.Driver?.Id) : null,
        };
    }

    /// <summary>The view for guests.</summary>
    /// <param name="snapshot">The order.</param>
    /// <param name="language">In which they are told of it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Core.Recording.StoreUnavailableException">What the tracker knows cannot be read.</exception>
    public async Task<GuestTracking> GuestAsync(OrderSnapshot snapshot, string language, CancellationToken cancellationToken)
    {
        var order = snapshot.Order;
        var (track, isAlone) = await WayAsync(order, cancellationToken);
        var fields = policy.Fields(order, track, isAlone, Audience.Guest);
        var place = track is null ? null : LastSeen(order, track, Audience.Guest);
        var route = fields.Route && track?.Route is { } known && lines.Of(known.Polyline) is { } line
            ? new GuestRoute([.. (track.Progress?.Remaining(line) ?? line.Points).Select(point => new GuestPoint(point.Lat, point.Lon))], track.MetersToGo is { } meters ? Math.Round(meters) : null)
            : null;
        var sight = new GuestSight(fields, fields.Location && place is not null ? LocationFrames.ToGuest(place) : null, route, views.GuestsDriverOf(order));
        return snapshot.ToGuest(tenants.Of(order.Tenant).Brand, sight, language);
    }

    /// <summary>Where the driver was seen last, as far as it concerns this order: customers are not shown where the driver was before having it.</summary>
    internal static LocationFix? LastSeen(Order order, OrderTrack track, Audience audience) =>
        track.Last is { } last && last.DriverId == order.Driver?.Id && (audience is Audience.Staff || order.Concerns(last.Time)) ? last : null;

    private async Task<(OrderTrack? Track, bool IsAlone)> WayAsync(Order order, CancellationToken cancellationToken)
    {
        if (order.Driver is not { } driver || !order.IsActive())
        {
            return (null, false);
        }

        var key = new DriverKey(order.Tenant, driver.Id);
        var situation = (await store.LoadAsync([key], cancellationToken))[key];
        return situation.Orders.FirstOrDefault(tracked => tracked.Order.Id == order.Id) is not { } found
            ? (null, false)
            : (found.Track is { } row ? JsonSerializer.Deserialize(row.Body, TrackingJson.Default.OrderTrack) : null, DriverPass.IsAlone(found, situation));
    }
}
