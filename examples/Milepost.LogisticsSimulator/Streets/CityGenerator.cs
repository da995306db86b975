namespace Milepost.LogisticsSimulator.Streets;

/// <summary>Lays out a city: blocks between streets that are not quite straight, main roads, a few parks and two avenues across.</summary>
internal sealed class CityGenerator
{
    /// <summary>How fast one goes in a street that is no main road, in metres per second.</summary>
    public const double SideStreetSpeed = 30 / 3.6;

    private const double BlockEast = 130;
    private const double BlockNorth = 95;
    private const double Crookedness = 14;
    private const int MainRoadEvery = 4;
    private const double ParkShare = 0.08;
    private const double MainRoadSpeed = 45 / 3.6;
    private const double AvenueSpeed = 50 / 3.6;

    private readonly Random _random;
    private readonly int _blocks;
    private readonly Spot[] _spots;
    private readonly HashSet<int> _onAvenue = [];
    private readonly List<(int From, int To, double Speed)> _streets = [];

    private CityGenerator(int seed, int blocks)
    {
        (_random, _blocks, _spots) = (new Random(seed), blocks, new Spot[(blocks + 1) * (blocks + 1)]);
    }

    /// <summary>A city of <paramref name="blocks"/> by <paramref name="blocks"/> blocks: about 3.1 km by 2.3 km with 24.</summary>
    public static City Generate(int seed, Place centre, int blocks)
    {
        var generator = new CityGenerator(seed, blocks);
        generator.LayCrossings();
        generator.LayAvenues();
        generator.LayStreets();
        return generator.Build(centre, seed);
    }

    private void LayCrossings()
    {
        for (var row = 0; row <= _blocks; row++)
        {
            for (var column = 0; column <= _blocks; column++)
            {
                var east = (column - _blocks / 2.0) * BlockEast + (_random.NextDouble() * 2 - 1) * Crookedness;
                var north = (row - _blocks / 2.0) * BlockNorth + (_random.NextDouble() * 2 - 1) * Crookedness;
                _spots[At(row, column)] = new Spot(east, north);
            }
        }
    }

    /// <summary>One from corner to corner, one the other way beginning somewhere on the edge.</summary>
    private void LayAvenues()
    {
        var shift = _random.Next(_blocks / 3 + 1);
        for (var step = 0; step < _blocks; step++)
        {
            Avenue(At(step, step), At(step + 1, step + 1));
            if (step + shift < _blocks)
            {
                Avenue(At(step, _blocks - step - shift), At(step + 1, _blocks - step - shift - 1));
            }
        }
    }

    private void Avenue(int from, int to)
    {
        _onAvenue.Add(from);
        _onAvenue.Add(to);
        _streets.Add((from, to, AvenueSpeed));
    }

    private void LayStreets()
    {
        var sideStreets = new List<(int From, int To, double Speed)>();
        for (var row = 0; row <= _blocks; row++)
        {
            for (var column = 0; column <= _blocks; column++)
            {
                if (column < _blocks)
                {
                    (IsMain(row) ? _streets : sideStreets).Add((At(row, column), At(row, column + 1), IsMain(row) ? MainRoadSpeed : SideStreetSpeed));
                }

                if (row < _blocks)
                {
                    (IsMain(column) ? _streets : sideStreets).Add((At(row, column), At(row + 1, column), IsMain(column) ? MainRoadSpeed : SideStreetSpeed));
                }
            }
        }

        var parks = sideStreets.Where(_ => _random.NextDouble() < ParkShare).ToList();
        _streets.AddRange(sideStreets.Except(parks));

        // A park takes a street away only where one still comes from one end to the other.
        var joined = new Joined(_spots.Length, _streets.Select(street => (street.From, street.To)));
        _streets.AddRange(parks.Where(street => joined.Join(street.From, street.To)));
    }

    private City Build(Place centre, int seed)
    {
        var crossings = _spots.Select((spot, index) => new Crossing(index, spot, HasLight(index))).ToArray();
        var streets = _streets.Select((street, index) => new Street(index, street.From, street.To, _spots[street.From].MetersTo(_spots[street.To]), street.Speed)).ToArray();
        return new City(centre, seed, crossings, streets);
    }

    /// <summary>Where main roads cross, and where a main road crosses an avenue.</summary>
    private bool HasLight(int index)
    {
        var (row, column) = (index / (_blocks + 1), index % (_blocks + 1));
        return (IsMain(row) && IsMain(column)) || (_onAvenue.Contains(index) && (IsMain(row) || IsMain(column)));
    }

    private static bool IsMain(int line) => line % MainRoadEvery == 0;

    private int At(int row, int column) => row * (_blocks + 1) + column;

    /// <summary>Which crossings can be reached from each other.</summary>
    private sealed class Joined
    {
        private readonly int[] _parent;

        public Joined(int count, IEnumerable<(int From, int To)> streets)
        {
            _parent = [.. Enumerable.Range(0, count)];
            foreach (var (from, to) in streets)
            {
                Join(from, to);
            }
        }

        /// <summary>True where the two could not be reached from each other before.</summary>
        public bool Join(int from, int to)
        {
            var (left, right) = (Root(from), Root(to));
            _parent[left] = right;
            return left != right;
        }

        private int Root(int index)
        {
            while (_parent[index] != index)
            {
                index = _parent[index] = _parent[_parent[index]];
            }

            return index;
        }
    }
}
