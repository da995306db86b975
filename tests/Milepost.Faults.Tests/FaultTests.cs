using System.Globalization;

[assembly: AssemblyFixture(typeof(Milepost.Faults.Tests.Cluster))]

namespace Milepost.Faults.Tests;

/// <summary>
/// Many faults, one judge. <c>MILEPOST_FAULTS=all</c> runs every scenario with three seeds, <c>MILEPOST_FAULTS=kill-redis</c> only that one,
/// <c>MILEPOST_FAULT_SEED=7</c> with this seed: the story of a failure is told again.
/// </summary>
public sealed class FaultTests(Cluster cluster, ITestOutputHelper output)
{
    private static readonly HashSet<string> InEveryRun = new(StringComparer.Ordinal)
    {
        "kill-node", "kill-postgres", "pause-postgres", "kill-redis", "partition-redis-one-way", "partition-postgres", "redis-output-buffer", "slow-commit",
        "lost-answers", "rolling-restart", "kafka",
    };

    public static TheoryData<string, int> Chosen()
    {
        var wish = Environment.GetEnvironmentVariable("MILEPOST_FAULTS") ?? "";
        var seed = int.TryParse(Environment.GetEnvironmentVariable("MILEPOST_FAULT_SEED"), CultureInfo.InvariantCulture, out var given) ? given : 1;
        var chosen = new TheoryData<string, int>();
        foreach (var scenario in Scenarios.All.Where(scenario => wish == "all" || (wish.Length > 0 ? wish.Split(',').Contains(scenario.Name) : InEveryRun.Contains(scenario.Name))))
        {
            for (var at = seed; at < seed + (wish == "all" ? 3 : 1); at++)
            {
                chosen.Add(scenario.Name, at);
            }
        }

        return chosen;
    }

    [Theory]
    [MemberData(nameof(Chosen))]
    public async Task Nothing_is_lost_doubled_or_shown_to_others(string name, int seed)
    {
        var scenario = Scenarios.All.Single(scenario => scenario.Name == name);
        var verdict = await new FaultRun(cluster, scenario, seed).RunAsync(output.WriteLine, TestContext.Current.CancellationToken);
        output.WriteLine(verdict.ToString());
        verdict.Acknowledged.ShouldBeGreaterThan(0);
        verdict.Deliveries.ShouldBeGreaterThan(0);
        verdict.Breaches.ShouldBeEmpty();
    }
}
