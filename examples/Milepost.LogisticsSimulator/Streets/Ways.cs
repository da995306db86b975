namespace Milepost.LogisticsSimulator.Streets;

/// <summary>A straight piece of a way along one street.</summary>
/// <param name="Street">The street's number.</param>
/// <param name="From">Where it begins, in metres from the street's beginning.</param>
/// <param name="To">Where it ends, in metres from the street's beginning.</param>
/// <param name="Speed">How fast one goes there when nothing is in the way, in metres per second.</param>
/// <param name="Light">The crossing at its end, where that has a traffic light.</param>
internal readonly record struct Section(int Street, double From, double To, double Speed, int? Light)
{
    public double Meters => Math.Abs(To - From);
}

/// <summary>The quickest ways through a city (Dijkstra's algorithm over the crossings, by seconds).</summary>
internal static class Ways
{
    /// <summary>The quickest way between two places; empty where they are the same.</summary>
    public static IReadOnlyList<Section> Between(City city, Curb from, Curb to)
    {
        if (from.Street == to.Street)
        {
            return from.Offset == to.Offset ? [] : [Part(city, from, to, light: null)];
        }

        var (start, goal) = (city.Streets[from.Street], city.Streets[to.Street]);
        var seconds = new double[city.Crossings.Length];
        var comeBy = new int[city.Crossings.Length];
        Array.Fill(seconds, double.PositiveInfinity);
        Array.Fill(comeBy, -1);
        var queue = new PriorityQueue<int, double>();
        Reach(start.From, from.Offset / start.Speed, -1);
        Reach(start.To, (start.Meters - from.Offset) / start.Speed, -1);
        while (queue.TryDequeue(out var crossing, out var reachedAfter))
        {
            if (reachedAfter > seconds[crossing])
            {
                continue;
            }

            foreach (var index in city.StreetsAt[crossing])
            {
                var street = city.Streets[index];
                Reach(street.From == crossing ? street.To : street.From, reachedAfter + street.Meters / street.Speed, index);
            }
        }

        var overFrom = seconds[goal.From] + to.Offset / goal.Speed;
        var overTo = seconds[goal.To] + (goal.Meters - to.Offset) / goal.Speed;
        var last = overFrom <= overTo ? goal.From : goal.To;
        var sections = new List<Section> { Part(city, new Curb(goal.Index, last == goal.From ? 0 : goal.Meters), to, light: null) };
        while (comeBy[last] >= 0)
        {
            var street = city.Streets[comeBy[last]];
            var before = street.From == last ? street.To : street.From;
            sections.Add(Part(city, new Curb(street.Index, before == street.From ? 0 : street.Meters), new Curb(street.Index, last == street.From ? 0 : street.Meters), LightAt(city, last)));
            last = before;
        }

        sections.Add(Part(city, from, new Curb(start.Index, last == start.From ? 0 : start.Meters), LightAt(city, last)));
        sections.Reverse();
        return [.. sections.Where(section => section.Meters > 0)];

        void Reach(int crossing, double after, int by)
        {
            if (after < seconds[crossing])
            {
                (seconds[crossing], comeBy[crossing]) = (after, by);
                queue.Enqueue(crossing, after);
            }
        }
    }

    private static int? LightAt(City city, int crossing) => city.Crossings[crossing].HasLight ? crossing : null;

    private static Section Part(City city, Curb from, Curb to, int? light) => new(from.Street, from.Offset, to.Offset, city.Streets[from.Street].Speed, light);
}
