using System.Text.Json;
using Milepost.Core.Tracking;
using Milepost.Protocol;
using Milepost.Protocol.Sharing;
using Milepost.Protocol.Streams;
using Milepost.Protocol.Tracking;
using Milepost.Realtime.Streams;

namespace Milepost.Server.Tracking;

/// <summary>Makes the frames of <c>driver.location.updated</c>: for each audience what it may see, field by field, or nothing.</summary>
internal static class LocationFrames
{
    /// <param name="order">The order, as of its stream's head.</param>
    /// <param name="track">What is known of its way.</param>
    /// <param name="fix">Where the driver is.</param>
    /// <param name="visible">What an audience may see.</param>
    public static LiveFrame Of(TrackedOrder order, OrderTrack track, LocationFix fix, Func<Audience, VisibleFields> visible) =>
        new(order.Head.Offset, fix.Time.UtcTicks, Body(order, track, fix, visible, Audience.Staff), Body(order, track, fix, visible, Audience.Customer), Body(order, track, fix, visible, Audience.Guest));

    private static byte[]? Body(TrackedOrder order, OrderTrack track, LocationFix fix, Func<Audience, VisibleFields> visible, Audience audience)
    {
        var fields = visible(audience);
        if (!fields.Location)
        {
            return null;
        }

        if (audience is Audience.Guest)
        {
            return Encode(fix, JsonSerializer.SerializeToUtf8Bytes(ToGuest(fix), ProtocolJson.Default.GuestLocation));
        }

        var data = new DriverLocationUpdated
        {
            OrderId = order.Order.Id,
            Location = ToView(fix),
            MetersToGo = fields.Route && track.MetersToGo is { } meters ? Math.Round(meters) : null,
            StopsBefore = track.StopsBeforeOf(order.Order.Driver?.Id),
            RouteVersion = fields.Route ? track.Route?.Version : null,
        };
        return Encode(fix, JsonSerializer.SerializeToUtf8Bytes(data, ProtocolJson.Default.DriverLocationUpdated));
    }

    private static byte[] Encode(LocationFix fix, byte[] data) => StreamFrame.EncodeBody(FrameTypes.DriverLocationUpdated, null, null, fix.ReceivedAt, data);

    public static GuestLocation ToGuest(LocationFix fix) => new(Rounded(fix.At.Lat), Rounded(fix.At.Lon), fix.Time, fix.HeadingDegrees);

    public static DriverLocation ToView(LocationFix fix) => new()
    {
        Lat = Rounded(fix.At.Lat),
        Lon = Rounded(fix.At.Lon),
        Time = fix.Time,
        AccuracyMeters = fix.AccuracyMeters,
        HeadingDegrees = fix.HeadingDegrees,
        SpeedMetersPerSecond = fix.SpeedMetersPerSecond,
    };

    // A millionth of a degree is a tenth of a metre: more would be noise.
    private static double Rounded(double degrees) => Math.Round(degrees, 6);
}
