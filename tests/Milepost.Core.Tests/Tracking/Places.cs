using Milepost.Core.Tracking;

namespace Milepost.Core.Tests.Tracking;

/// <summary>Places in metres from a door, and fixes in seconds from a moment.</summary>
internal static class Places
{
    public static readonly GeoPoint Door = new(52.52, 13.405);
    public static readonly DateTimeOffset Start = Some.Evening;

    public static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);

    public static GeoPoint From(double north, double east = 0) => Geodesy.Destination(Geodesy.Destination(Door, 0, north), 90, east);

    /// <summary>A fix that was received when it was measured.</summary>
    public static LocationFix Fix(double seconds, GeoPoint at, double? accuracy = 10, double? delay = 0, long? sequence = null) => new()
    {
        DriverId = "d-1",
        Time = At(seconds),
        ReceivedAt = At(seconds + (delay ?? 0)),
        Sequence = sequence,
        At = at,
        AccuracyMeters = accuracy,
        Source = "test",
    };

    public static LocationFix Fix(double seconds, double north, double east = 0, double? accuracy = 10) => Fix(seconds, From(north, east), accuracy);
}
