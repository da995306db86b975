using System.Text.Json.Nodes;
using Milepost.LogisticsSimulator.Fleet;

namespace Milepost.LogisticsSimulator.Tests.Fleet;

public sealed class EstimateTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Estimates_come_nearer_to_the_truth_and_keep_within_their_window_at_the_end(int seed)
    {
        await using var service = await Service.StartAsync(options => options with { Seed = seed, Blocks = 24 });
        service.Assign(stops: [3]);
        service.World.Depart("demo", "o-1");
        List<JsonObject> revisions = [];
        for (var second = 0; service.World.PhaseOf("demo", "o-1") < OrderPhase.AtDoor; second++)
        {
            second.ShouldBeLessThan(7200);
            var eta = await service.ReadAsync("orders/o-1/eta");
            if (revisions.Count == 0 || !JsonNode.DeepEquals(revisions[^1], eta))
            {
                revisions.Add(eta);
            }

            service.Pass(1);
        }

        var truth = service.Clock.GetUtcNow();
        double Error(JsonObject eta) => Math.Abs((Time(eta, "at") - truth).TotalSeconds);
        var ride = (truth - Time(revisions[0], "calculatedAt")).TotalSeconds;
        Error(revisions[0]).ShouldBeLessThan(ride * 0.35);
        Error(revisions[^1]).ShouldBeLessThan(25);
        truth.ShouldBeInRange(Time(revisions[^1], "from"), Time(revisions[^1], "to"));
        revisions.ShouldAllBe(eta => Time(eta, "from") <= Time(eta, "at") && Time(eta, "at") <= Time(eta, "to"));
        revisions.Select(eta => eta["version"]!.GetValue<int>()).ShouldBe(revisions.Select(eta => eta["version"]!.GetValue<int>()).Order());
        revisions[^1]["confidence"]!.GetValue<string>().ShouldBe("high");
        revisions.Count.ShouldBeInRange(2, 40);
    }

    [Fact]
    public async Task Traffic_makes_it_later_and_is_the_reason()
    {
        await using var service = await Service.StartAsync(options => options with { Blocks = 24 });
        service.Assign();
        service.PassUntil("o-1", OrderPhase.AtPickup);
        service.World.Depart("demo", "o-1");
        service.PassUntil("o-1", OrderPhase.UnderWay);
        var before = await service.ReadAsync("orders/o-1/eta");
        service.World.Slow("demo", "d-1", 0.3);
        var after = await service.ReadAsync("orders/o-1/eta");
        (Time(after, "at") - Time(before, "at")).TotalSeconds.ShouldBeGreaterThan(60);
        after["reason"]!.GetValue<string>().ShouldBe("traffic");

        service.World.Slow("demo", "d-1", 1);
        var again = await service.ReadAsync("orders/o-1/eta");
        Time(again, "at").ShouldBeLessThan(Time(after, "at"));
        again["reason"].ShouldBeNull("earlier needs no reason");
    }

    [Fact]
    public async Task Waiting_for_an_order_makes_it_later_and_the_stop_is_the_reason()
    {
        await using var service = await Service.StartAsync();
        service.Assign();
        service.PassUntil("o-1", OrderPhase.AtPickup);
        var before = await service.ReadAsync("orders/o-1/eta");
        service.Pass(900);
        var after = await service.ReadAsync("orders/o-1/eta");
        (Time(after, "at") - Time(before, "at")).TotalSeconds.ShouldBeGreaterThan(300);
        after["reason"]!.GetValue<string>().ShouldBe("stops");
        after["confidence"]!.GetValue<string>().ShouldBe("low");
    }

    private static DateTimeOffset Time(JsonObject eta, string name) => eta[name]!.GetValue<DateTimeOffset>();
}
