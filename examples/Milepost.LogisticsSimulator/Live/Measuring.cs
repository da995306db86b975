using Milepost.LogisticsSimulator.Streets;

namespace Milepost.LogisticsSimulator.Live;

/// <summary>How devices measure: a few metres wrong.</summary>
internal static class Measuring
{
    private const double BestAccuracy = 4;
    private const double WorstAccuracy = 12;

    /// <summary>A fix of a true place; its error is within its accuracy.</summary>
    public static Fix Fix(int seed, string driverId, long number, DateTimeOffset time, Place place, double? heading, double speed)
    {
        var driver = Noise.Of(driverId);
        var accuracy = BestAccuracy + (WorstAccuracy - BestAccuracy) * Noise.Unit(seed, Noise.Measuring, driver, 3 * number);
        var error = accuracy * 0.7 * Noise.Unit(seed, Noise.Measuring, driver, 3 * number + 1);
        var measured = Moved(place, error, 2 * Math.PI * Noise.Unit(seed, Noise.Measuring, driver, 3 * number + 2));
        return new Fix(driverId, number, time, measured, Math.Round(accuracy, 1), heading is { } degrees ? Math.Round(degrees, 1) % 360 : null, Math.Round(speed, 2));
    }

    public static Place Moved(Place place, double meters, double radians)
    {
        var degrees = double.RadiansToDegrees(meters / Place.EarthRadius);
        return new Place(place.Lat + degrees * Math.Cos(radians), place.Lon + degrees * Math.Sin(radians) / Math.Cos(double.DegreesToRadians(place.Lat)));
    }
}
