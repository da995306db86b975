namespace Milepost.Core.Tracking;

/// <summary>Speeds in metres per second from what sources send. Null, not a number and negative ones are not known.</summary>
public static class Speeds
{
    /// <summary>From knots (Traccar).</summary>
    public static double? FromKnots(double? knots) => Known(knots) * 1852 / 3600;

    private static double? Known(double? speed) => speed is >= 0 and < double.PositiveInfinity ? speed : null;
}
