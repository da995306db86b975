using System.Text.Json;
using Milepost.Core.Tracking;
using Milepost.Protocol;
using Milepost.Protocol.Streams;

namespace Milepost.Server.Tests.Tracking.Conformance;

/// <summary>A place that somebody was shown.</summary>
/// <param name="At">Where.</param>
/// <param name="Time">When it was measured, as they were told.</param>
/// <param name="Speed">Metres per second, where they were told.</param>
/// <param name="SeenAt">When they were shown it.</param>
/// <param name="MetersOff">How far from it the driver truly was, beyond what the driver can have ridden since <paramref name="Time"/>.</param>
internal sealed record Sighting(GeoPoint At, DateTimeOffset Time, double? Speed, DateTimeOffset SeenAt, double MetersOff)
{
    public override string ToString() => $"{At} of {Time:HH:mm:ss.fff} at {SeenAt:HH:mm:ss.fff}, {MetersOff:0} m off, {Speed} m/s";
}

/// <summary>A frame that somebody was sent.</summary>
/// <param name="Frame">As it came.</param>
/// <param name="SeenAt">When.</param>
/// <param name="Place">The place in it, if it tells one.</param>
internal sealed record Shown(ServerFrame Frame, DateTimeOffset SeenAt, Sighting? Place);

/// <summary>Reads places out of frames and answers, and compares each at once with where its driver truly is.</summary>
/// <param name="truth">How far from a place, measured at a time, the driver is.</param>
internal sealed class Eyes(Func<GeoPoint, DateTimeOffset, double> truth)
{
    public Shown See(ServerFrame frame)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new Shown(frame, now, frame.Type == FrameTypes.DriverLocationUpdated ? Place(frame.Data.TryGetProperty("location", out var location) ? location : frame.Data, now) : null);
    }

    /// <summary>A place as customers see it (<c>DriverLocation</c>) or as guests do (<c>GuestLocation</c>).</summary>
    public Sighting Place(JsonElement location, DateTimeOffset now)
    {
        var at = new GeoPoint(location.GetProperty("lat").GetDouble(), location.GetProperty("lon").GetDouble());
        var time = location.GetProperty("time").GetDateTimeOffset();
        return new Sighting(at, time, location.TryGetProperty("speedMetersPerSecond", out var speed) ? speed.GetDouble() : null, now, truth(at, time));
    }
}
