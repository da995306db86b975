using Milepost.LogisticsSimulator.Fleet;
using Milepost.LogisticsSimulator.Streets;

namespace Milepost.LogisticsSimulator.Motion;

/// <summary>Plans what a driver does: the quickest ways between the stops, with lights, jams and the time that stops take.</summary>
/// <param name="city">Where the driver rides.</param>
/// <param name="pace">How long things take.</param>
/// <param name="speed">How many seconds of the city's time pass in one second.</param>
internal sealed class ItineraryPlanner(City city, Pace pace, double speed)
{
    /// <summary>Plans from a moment and a place on.</summary>
    /// <param name="start">The moment.</param>
    /// <param name="from">Where the driver is then.</param>
    /// <param name="stops">The stops in their order; the first may be one that the driver has reached.</param>
    /// <param name="topSpeed">How fast the vehicle is at most, in metres per second.</param>
    /// <param name="traffic">Share of the usual speed that traffic allows, above 0 to 1.</param>
    public Itinerary Plan(DateTimeOffset start, Curb from, IEnumerable<Stop> stops, double topSpeed, double traffic)
    {
        var draft = new Draft(start, from, speed);
        var planned = new List<PlannedStop>();
        foreach (var stop in stops)
        {
            foreach (var section in Ways.Between(city, draft.Curb, stop.At))
            {
                draft.Ride(section, pace.Travel(section, topSpeed, traffic, draft.CityTime), Pace.ExpectedTravel(section, topSpeed, traffic));
                if (section.Light is { } crossing)
                {
                    draft.Stand(pace.Light(crossing, draft.CityTime), Pace.ExpectedLight);
                }
            }

            var (spansBefore, meters, arrives) = (draft.Spans.Count, draft.Meters, draft.Now);
            if (stop.Holds)
            {
                draft.Stand(double.PositiveInfinity, Pace.ExpectedHold, Pace.LeastHold);
            }
            else if (stop.Leaves is { } leaves)
            {
                var left = Math.Max(0, (leaves - start).TotalSeconds) * speed;
                draft.Stand(left, left);
            }
            else
            {
                draft.Stand(pace.Service(stop), Pace.ExpectedService(stop));
            }

            planned.Add(new PlannedStop(stop, spansBefore, meters, arrives, draft.Now));
        }

        return new Itinerary(city, start, from, draft.Spans, planned, Pace.Foresight / speed);
    }

    private sealed class Draft(DateTimeOffset start, Curb from, double speed)
    {
        private readonly double _startOfCityTime = start.ToUnixTimeMilliseconds() / 1000.0 * speed;

        public List<Span> Spans { get; } = [];

        public Curb Curb { get; private set; } = from;

        public double Now { get; private set; }

        public double Meters { get; private set; }

        /// <summary>Where the moment is not known, that of the start: what is planned then is an expectation only.</summary>
        public double CityTime => _startOfCityTime + (double.IsInfinity(Now) ? 0 : Now * speed);

        public void Ride(Section section, double seconds, double expected)
        {
            var end = new Curb(section.Street, section.To);
            Add(new Curb(section.Street, section.From), end, seconds, expected, least: 0);
            (Curb, Meters) = (end, Meters + section.Meters);
        }

        public void Stand(double seconds, double expected, double least = 0) => Add(Curb, Curb, seconds, expected, least);

        private void Add(Curb begin, Curb end, double seconds, double expected, double least)
        {
            var to = Now + seconds / speed;
            Spans.Add(new Span(Now, to, begin, end, Meters, expected / speed, least / speed));
            Now = to;
        }
    }
}
