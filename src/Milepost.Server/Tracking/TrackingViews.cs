using Milepost.Core.Orders;
using Milepost.Core.Tracking;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;
using Milepost.Protocol.Tracking;
using Milepost.Realtime.Streams;
using Milepost.Server.Logistics;
using Milepost.Server.Logistics.Plans;

namespace Milepost.Server.Tracking;

/// <summary>Shows orders under way to staff, customers and guests, to each what the tenant's policy lets them see now.</summary>
internal sealed class TrackingViews(ViewerPolicy policy, IOrderPlans plans)
{
    /// <summary>Where the order's driver is, for those who follow it now.</summary>
    public LiveFrame Frame(LookedAt order, LocationFix fix)
    {
        var frame = LocationFrames.Of(order.Tracked, order.Track, fix, audience => OrderViews.LastSeen(order.Order, order.Track, audience) is null ? VisibleFields.None : policy.Fields(order.Order, order.Track, order.IsAlone, audience));
        TrackerMetrics.Shown("customer", frame.BodyFor(Audience.Customer) is not null);
        TrackerMetrics.Shown("guest", frame.BodyFor(Audience.Guest) is not null);
        return frame;
    }

    /// <summary>The driver as an audience may see them; null: not at all.</summary>
    public Driver? DriverOf(Order order, VisibleFields fields)
    {
        if (order.Driver is not { } driver)
        {
            return null;
        }

        var card = CardOf(order, driver);
        var seen = new Driver(driver.Id, fields.Name ? card?.Name ?? driver.Name : null, fields.Vehicle ? card?.Vehicle?.Description ?? card?.Vehicle?.Kind ?? driver.Vehicle : null)
        {
            PhotoUrl = fields.Photo ? card?.PhotoUrl : null,
            Rating = fields.Name ? card?.Rating : null,
            Phone = fields.Phone ? card?.Phone : null,
        };

        // An id alone tells nobody anything, except staff.
        return seen is { Name: null, Vehicle: null, PhotoUrl: null, Phone: null } && fields != VisibleFields.All ? null : seen;
    }

    /// <summary>The driver as the view for guests begins from: the same person as customers see, with the kind of the vehicle where it is known.</summary>
    public Driver? GuestsDriverOf(Order order) =>
        order.Driver is { } driver && CardOf(order, driver) is { } card ? new Driver(driver.Id, card.Name, card.Vehicle?.Kind ?? driver.Vehicle) : order.Driver;

    /// <summary>What is left of the route, from where the driver is on it.</summary>
    public static RouteView? RouteOf(OrderTrack? track, VisibleFields fields, RouteLines lines)
    {
        if (!fields.Route || track?.Route is not { } route || lines.Of(route.Polyline) is not { } line)
        {
            return null;
        }

        var polyline = track.Progress is { } progress ? EncodedPolyline.Encode(progress.Remaining(line), 5) : route.Polyline;
        return new RouteView(polyline, 5, route.Version, Math.Round(track.Progress?.MetersToGo ?? line.Length));
    }

    private DriverCard? CardOf(Order order, Driver driver) => plans.Get(order.Tenant, order.Id)?.Driver is { } known && known.Id == driver.Id ? known : null;
}
