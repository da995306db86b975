namespace Milepost.LogisticsSimulator.Fleet;

/// <summary>How the service estimates, and when it thinks differently.</summary>
/// <param name="speed">How many seconds of the city's time pass in one second.</param>
internal sealed class Estimates(double speed)
{
    /// <summary>How often estimates are looked at, in seconds of the city's time.</summary>
    public const double ReviewSeconds = 15;

    /// <summary>What is less than this is no other estimate, in seconds of the city's time.</summary>
    private const double Noticeable = 20;

    private const double LeastMargin = 60;
    private const double MarginShare = 0.15;
    private const double SoonSeconds = 600;
    private const double FarSeconds = 1800;

    /// <summary>The new estimate for an order, or null where the present one still holds.</summary>
    public Estimate? Revise(Order order, DateTimeOffset now)
    {
        var itinerary = order.Driver.Itinerary;
        var stop = itinerary.Stops.First(planned => planned.Stop == order.Drop);
        var seconds = itinerary.ExpectedSecondsTo(stop, now);
        var at = now + TimeSpan.FromSeconds(seconds);
        var stopsBefore = order.Driver.Tour.TakeWhile(other => other != order.Drop).Count(other => other.Kind != StopKind.Pickup);
        if (order.Eta is { } present && present.StopsBefore == stopsBefore && present.DriverId == order.Driver.Profile.Id
            && Math.Abs((at - present.At).TotalSeconds) * speed < Noticeable)
        {
            return null;
        }

        var margin = TimeSpan.FromSeconds(Math.Max(LeastMargin / speed, seconds * MarginShare));
        var from = at - margin;
        return new Estimate(at, from < now ? now : from, at + margin, stopsBefore, Reason(order, at, stopsBefore), Confidence(order, seconds * speed, stopsBefore), now, order.Driver.Profile.Id);
    }

    /// <summary>Only what makes it later has a reason.</summary>
    private string? Reason(Order order, DateTimeOffset at, int stopsBefore)
    {
        if (order.Eta is not { } present)
        {
            return null;
        }

        if (present.DriverId != order.Driver.Profile.Id)
        {
            return "driver_changed";
        }

        if ((at - present.At).TotalSeconds * speed < Noticeable)
        {
            return null;
        }

        return stopsBefore > present.StopsBefore || order.Driver.Tour[0].Arrived ? "stops" : "traffic";
    }

    private static string Confidence(Order order, double seconds, int stopsBefore) =>
        order.Phase < OrderPhase.UnderWay || seconds > FarSeconds ? "low"
        : stopsBefore == 0 && seconds <= SoonSeconds ? "high"
        : "medium";
}
