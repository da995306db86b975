namespace Milepost.LogisticsSimulator.Streets;

/// <summary>Where streets meet.</summary>
/// <param name="Index">Its number in the city.</param>
/// <param name="At">Where it is.</param>
/// <param name="HasLight">Whether a traffic light may stop who comes here.</param>
internal readonly record struct Crossing(int Index, Spot At, bool HasLight);

/// <summary>A straight piece of a street between two crossings; drivers go both ways.</summary>
/// <param name="Index">Its number in the city.</param>
/// <param name="From">The crossing at its beginning.</param>
/// <param name="To">The crossing at its end.</param>
/// <param name="Meters">Its length.</param>
/// <param name="Speed">How fast one goes there when nothing is in the way, in metres per second.</param>
internal readonly record struct Street(int Index, int From, int To, double Meters, double Speed);

/// <summary>A place on a street: so many metres from its beginning.</summary>
internal readonly record struct Curb(int Street, double Offset);

/// <summary>A straight piece of a street, as a map shows it.</summary>
/// <param name="From">One end.</param>
/// <param name="To">The other.</param>
/// <param name="IsMain">A main road or an avenue.</param>
public readonly record struct StreetLine(Place From, Place To, bool IsMain);

/// <summary>An invented city, the same for the same seed, centre and size.</summary>
public sealed class City
{
    /// <summary>How far from a street a place may be to count as lying in the city, in metres.</summary>
    public const double Reach = 150;

    private readonly Place _centre;
    private readonly double _metersPerDegreeEast;
    private readonly int _seed;

    internal City(Place centre, int seed, Crossing[] crossings, Street[] streets)
    {
        (_centre, _seed, Crossings, Streets) = (centre, seed, crossings, streets);
        _metersPerDegreeEast = MetersPerDegree * Math.Cos(double.DegreesToRadians(centre.Lat));
        var streetsAt = crossings.Select(_ => new List<int>()).ToArray();
        foreach (var street in streets)
        {
            streetsAt[street.From].Add(street.Index);
            streetsAt[street.To].Add(street.Index);
        }

        StreetsAt = streetsAt;
    }

    /// <summary>The streets as a map shows them.</summary>
    public IEnumerable<StreetLine> Lines =>
        Streets.Select(street => new StreetLine(PlaceOf(Crossings[street.From].At), PlaceOf(Crossings[street.To].At), street.Speed > CityGenerator.SideStreetSpeed));

    internal Crossing[] Crossings { get; }

    internal Street[] Streets { get; }

    /// <summary>The streets that meet at each crossing.</summary>
    internal IReadOnlyList<IReadOnlyList<int>> StreetsAt { get; }

    private static double MetersPerDegree => Place.EarthRadius * Math.PI / 180;

    /// <summary>The n-th address of the city, on a street; always the same for the same n.</summary>
    public Place Door(int n)
    {
        var street = Streets[(int)(Noise.Unit(_seed, Noise.Doors, n, 0) * Streets.Length)];
        return PlaceOf(SpotOf(new Curb(street.Index, street.Meters * (0.2 + 0.6 * Noise.Unit(_seed, Noise.Doors, n, 1)))));
    }

    /// <summary>Metres from a place to the nearest street.</summary>
    public double MetersToStreet(Place place)
    {
        var spot = SpotOf(place);
        return SpotOf(Nearest(spot)).MetersTo(spot);
    }

    internal Place PlaceOf(Spot spot) => new(_centre.Lat + spot.Y / MetersPerDegree, _centre.Lon + spot.X / _metersPerDegreeEast);

    internal Spot SpotOf(Place place) => new((place.Lon - _centre.Lon) * _metersPerDegreeEast, (place.Lat - _centre.Lat) * MetersPerDegree);

    internal Spot SpotOf(Curb curb)
    {
        var street = Streets[curb.Street];
        return Crossings[street.From].At.Towards(Crossings[street.To].At, curb.Offset / street.Meters);
    }

    /// <summary>The place on a street that is nearest to a point.</summary>
    internal Curb Nearest(Spot spot)
    {
        var (best, bestMeters) = (new Curb(0, 0), double.MaxValue);
        foreach (var street in Streets)
        {
            var (from, to) = (Crossings[street.From].At, Crossings[street.To].At);
            var along = ((spot.X - from.X) * (to.X - from.X) + (spot.Y - from.Y) * (to.Y - from.Y)) / (street.Meters * street.Meters);
            var curb = new Curb(street.Index, Math.Clamp(along, 0, 1) * street.Meters);
            var meters = SpotOf(curb).MetersTo(spot);
            if (meters < bestMeters)
            {
                (best, bestMeters) = (curb, meters);
            }
        }

        return best;
    }

    /// <exception cref="ArgumentException">No street is within <see cref="Reach"/> of the place.</exception>
    internal Curb CurbAt(Place place, string parameter)
    {
        var spot = SpotOf(place);
        var curb = Nearest(spot);
        return SpotOf(curb).MetersTo(spot) <= Reach
            ? curb
            : throw new ArgumentException($"({place.Lat}, {place.Lon}) is not in the simulated city: no street is within {Reach} m; Door(n) names addresses", parameter);
    }
}
