using Milepost.LogisticsSimulator.Streets;

namespace Milepost.LogisticsSimulator.Fleet;

/// <summary>Gives drivers who have nothing to do made-up orders, one to three at a time, so that there is something to see.</summary>
internal static class Errands
{
    private const double RestSeconds = 60;
    private const int MostAtOnce = 3;

    public static void Begin(TenantFleet fleet, City city, SimulatorOptions options, DateTimeOffset now)
    {
        foreach (var driver in fleet.Drivers)
        {
            if (driver.Tour.Count > 0 || (now - driver.FreeSince).TotalSeconds * options.Speed < RestSeconds)
            {
                continue;
            }

            var id = driver.Profile.Id;
            var tour = ++driver.Errands;
            var first = (int)(Noise.Unit(options.Seed, Noise.Errands, Noise.Of(id), tour) * 100_000);
            var count = 1 + first % MostAtOnce;
            var pickup = At(city, first);
            for (var n = 1; n <= MostAtOnce; n++)
            {
                fleet.Forget($"{id}-{tour - 1}-{n}");
            }

            for (var n = 1; n <= count; n++)
            {
                fleet.Assign($"{id}-{tour}-{n}", driver, pickup, At(city, first + n), [], ready: true, now);
            }
        }
    }

    private static Curb At(City city, int n) => city.CurbAt(city.Door(n), nameof(n));
}
