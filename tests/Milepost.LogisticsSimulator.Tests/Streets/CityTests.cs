using Milepost.LogisticsSimulator.Streets;

namespace Milepost.LogisticsSimulator.Tests.Streets;

public sealed class CityTests
{
    private static readonly Place Centre = new(52.52, 13.41);

    [Fact]
    public void The_same_seed_makes_the_same_city_and_another_one_another()
    {
        var city = CityGenerator.Generate(7, Centre, 16);
        var again = CityGenerator.Generate(7, Centre, 16);
        (again.Crossings, again.Streets).ShouldSatisfyAllConditions(same => same.Crossings.ShouldBe(city.Crossings), same => same.Streets.ShouldBe(city.Streets));
        CityGenerator.Generate(8, Centre, 16).Streets.ShouldNotBe(city.Streets);
        city.Door(5).ShouldBe(again.Door(5));
    }

    [Fact]
    public void Every_crossing_can_be_reached_whatever_parks_there_are()
    {
        for (var seed = 1; seed <= 150; seed++)
        {
            var city = CityGenerator.Generate(seed, Centre, 14);
            Reached(city).ShouldBe(15 * 15, $"seed {seed}");
        }
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(2, 12)]
    [InlineData(3, 24)]
    public void Some_ways_go_across_and_there_are_lights(int seed, int blocks)
    {
        var city = CityGenerator.Generate(seed, Centre, blocks);
        city.Streets.Count(street => city.Crossings[street.From].At.HeadingTo(city.Crossings[street.To].At) % 90 is > 25 and < 65).ShouldBeGreaterThanOrEqualTo(blocks);
        city.Crossings.Any(crossing => crossing.HasLight).ShouldBeTrue();
    }

    [Fact]
    public void Doors_lie_on_streets()
    {
        var city = CityGenerator.Generate(1, Centre, 12);
        Enumerable.Range(0, 500).ShouldAllBe(n => city.MetersToStreet(city.Door(n)) < 0.5);
        Enumerable.Range(0, 500).Select(city.Door).Distinct().Count().ShouldBe(500);
    }

    [Fact]
    public void Places_become_points_of_the_plan_and_back()
    {
        var city = CityGenerator.Generate(1, Centre, 12);
        var (door, other) = (city.Door(1), city.Door(2));
        city.PlaceOf(city.SpotOf(door)).MetersTo(door).ShouldBeLessThan(0.001);
        city.SpotOf(door).MetersTo(city.SpotOf(other)).ShouldBe(door.MetersTo(other), tolerance: door.MetersTo(other) * 0.001);
    }

    [Fact]
    public void A_place_outside_of_the_city_is_refused()
    {
        var city = CityGenerator.Generate(1, Centre, 12);
        Should.Throw<ArgumentException>(() => city.CurbAt(new Place(52.6, 13.41), "pickup")).ParamName.ShouldBe("pickup");
        Should.Throw<ArgumentException>(() => city.CurbAt(new Place(13.41, 52.52), "pickup"));
    }

    [Fact]
    public void A_way_goes_along_streets_without_a_break_and_none_is_quicker()
    {
        var city = CityGenerator.Generate(3, Centre, 10);
        for (var n = 0; n < 60; n++)
        {
            var (from, to) = (city.Nearest(city.SpotOf(city.Door(n))), city.Nearest(city.SpotOf(city.Door(1000 + n))));
            var way = Ways.Between(city, from, to);
            city.SpotOf(new Curb(way[0].Street, way[0].From)).MetersTo(city.SpotOf(from)).ShouldBeLessThan(0.01);
            city.SpotOf(new Curb(way[^1].Street, way[^1].To)).MetersTo(city.SpotOf(to)).ShouldBeLessThan(0.01);
            way.Zip(way.Skip(1)).ShouldAllBe(pair => city.SpotOf(new Curb(pair.First.Street, pair.First.To)).MetersTo(city.SpotOf(new Curb(pair.Second.Street, pair.Second.From))) < 0.01);
            way.Sum(section => section.Meters / section.Speed).ShouldBe(QuickestSeconds(city, from, to), tolerance: 0.001);
        }
    }

    private static int Reached(City city)
    {
        var reached = new HashSet<int> { 0 };
        var next = new Queue<int>([0]);
        while (next.TryDequeue(out var crossing))
        {
            foreach (var street in city.StreetsAt[crossing].Select(index => city.Streets[index]))
            {
                foreach (var end in new[] { street.From, street.To }.Where(reached.Add))
                {
                    next.Enqueue(end);
                }
            }
        }

        return reached.Count;
    }

    /// <summary>An independent way to the same figure: Bellman and Ford, backwards from the goal.</summary>
    private static double QuickestSeconds(City city, Curb from, Curb to)
    {
        if (from.Street == to.Street)
        {
            return Math.Abs(from.Offset - to.Offset) / city.Streets[from.Street].Speed;
        }

        var left = city.Crossings.Select(_ => double.PositiveInfinity).ToArray();
        var goal = city.Streets[to.Street];
        (left[goal.From], left[goal.To]) = (to.Offset / goal.Speed, (goal.Meters - to.Offset) / goal.Speed);
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var street in city.Streets)
            {
                foreach (var (near, far) in new[] { (street.From, street.To), (street.To, street.From) })
                {
                    var over = left[far] + street.Meters / street.Speed;
                    if (over < left[near])
                    {
                        (left[near], changed) = (over, true);
                    }
                }
            }
        }

        var start = city.Streets[from.Street];
        return Math.Min(left[start.From] + from.Offset / start.Speed, left[start.To] + (start.Meters - from.Offset) / start.Speed);
    }
}
