using Milepost.LogisticsSimulator.Fleet;
using Milepost.LogisticsSimulator.Streets;

namespace Milepost.LogisticsSimulator.Motion;

/// <summary>A stretch of time in which a driver rides along one street at an even speed, or stands.</summary>
/// <param name="From">When it begins, in seconds from the itinerary's start; infinite where a wait without known end lies before.</param>
/// <param name="To">When it ends; infinite for a wait without known end.</param>
/// <param name="Start">Where the driver is at its beginning.</param>
/// <param name="End">Where the driver is at its end, on the same street.</param>
/// <param name="MetersBefore">How far it is from the itinerary's start to the beginning.</param>
/// <param name="Expected">How long the service expects it to take, in seconds.</param>
/// <param name="Least">What is expected at least while it lasts, in seconds.</param>
internal readonly record struct Span(double From, double To, Curb Start, Curb End, double MetersBefore, double Expected, double Least)
{
    public double Meters => Math.Abs(End.Offset - Start.Offset);
}

/// <summary>A stop with its time.</summary>
/// <param name="Stop">The stop.</param>
/// <param name="SpansBefore">How many spans lie before the arrival.</param>
/// <param name="Meters">How far it is from the itinerary's start.</param>
/// <param name="Arrives">Seconds from the itinerary's start; infinite where that is not known.</param>
/// <param name="Leaves">Seconds from the itinerary's start; infinite where that is not known.</param>
internal readonly record struct PlannedStop(Stop Stop, int SpansBefore, double Meters, double Arrives, double Leaves);

/// <summary>Where a driver is at a moment.</summary>
/// <param name="Curb">The place on a street.</param>
/// <param name="Heading">Degrees clockwise from north, null for one who stands.</param>
/// <param name="Speed">Metres per second as a clock on the wall measures it.</param>
internal readonly record struct Moment(Curb Curb, double? Heading, double Speed);

/// <summary>
/// What a driver does from a moment on, decided in full when it is made: where the driver is at any time is a function of it.
/// All seconds are of the clock on the wall, in which a world that runs faster needs fewer.
/// </summary>
internal sealed class Itinerary(City city, DateTimeOffset start, Curb from, IReadOnlyList<Span> spans, IReadOnlyList<PlannedStop> stops, double foresight)
{
    public DateTimeOffset Start { get; } = start;

    public IReadOnlyList<PlannedStop> Stops { get; } = stops;

    public IReadOnlyList<Span> Spans { get; } = spans;

    public Moment At(DateTimeOffset time)
    {
        var index = IndexAt(Seconds(time));
        if (index < 0)
        {
            return new Moment(from, Heading: null, Speed: 0);
        }

        var span = Spans[index];
        if (span.Meters == 0)
        {
            return new Moment(span.Start, Heading: null, Speed: 0);
        }

        var share = (Seconds(time) - span.From) / (span.To - span.From);
        if (share >= 1)
        {
            return new Moment(span.End, Heading: null, Speed: 0);
        }

        var curb = span.Start with { Offset = span.Start.Offset + (span.End.Offset - span.Start.Offset) * share };
        return new Moment(curb, city.SpotOf(span.Start).HeadingTo(city.SpotOf(span.End)), span.Meters / (span.To - span.From));
    }

    /// <summary>How many seconds the service thinks a driver still needs to a stop: it sees a little ahead, and goes by experience beyond.</summary>
    public double ExpectedSecondsTo(PlannedStop stop, DateTimeOffset time)
    {
        var (now, sum) = (Seconds(time), 0.0);
        for (var index = Math.Max(0, IndexAt(now)); index < stop.SpansBefore; index++)
        {
            var span = Spans[index];
            sum += span switch
            {
                _ when span.To <= now => 0,
                _ when span.From <= now && double.IsInfinity(span.To) => Math.Max(span.Expected - (now - span.From), span.Least),
                _ when span.From <= now => span.To - now,
                _ when span.From <= now + foresight && double.IsFinite(span.To) => span.To - span.From,
                _ => span.Expected,
            };
        }

        return sum;
    }

    /// <summary>The way from the itinerary's start to a stop, as the corners of a line; at least two.</summary>
    public IReadOnlyList<Place> LineTo(PlannedStop stop)
    {
        var line = new List<Place> { city.PlaceOf(city.SpotOf(from)) };
        line.AddRange(Spans.Take(stop.SpansBefore).Where(span => span.Meters > 0).Select(span => city.PlaceOf(city.SpotOf(span.End))));
        if (line.Count == 1)
        {
            line.Add(line[0]);
        }

        return line;
    }

    public DateTimeOffset TimeOf(double seconds) => double.IsInfinity(seconds) ? DateTimeOffset.MaxValue : Start + TimeSpan.FromSeconds(seconds);

    private double Seconds(DateTimeOffset time) => Math.Max(0, (time - Start).TotalSeconds);

    /// <summary>The span that lasts at a moment, the last one after its end, -1 where there is none.</summary>
    private int IndexAt(double seconds)
    {
        var (low, high) = (0, Spans.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (Spans[middle].From <= seconds)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return high;
    }
}
