using Milepost.Server.Api;
using Milepost.Server.Hosting;

namespace Milepost.Server.Tests.Api;

public sealed class ReadinessReportTests
{
    [Theory]
    [InlineData("Starting", "Ready", "Ready", "starting", false)]
    [InlineData("Draining", "Ready", "Ready", "draining", false)]
    [InlineData("Draining", "Unavailable", "Ready", "draining", false)]
    [InlineData("Serving", "Ready", "Ready", "ready", true)]
    [InlineData("Serving", "Ready", "Degraded", "degraded", true)]
    [InlineData("Serving", "Unavailable", "Degraded", "unavailable", false)]
    [InlineData("Serving", "Ready", "Unavailable", "unavailable", false)]
    public void The_worst_part_and_the_phase_decide(string phase, string storage, string redis, string status, bool isReady)
    {
        var report = ReadinessReport.Of(Enum.Parse<NodePhase>(phase),
        [
            ("storage", new Readiness(Enum.Parse<ReadinessState>(storage))),
            ("redis", new Readiness(Enum.Parse<ReadinessState>(redis), "because")),
        ]);

        report.Status.ShouldBe(status);
        report.IsReady.ShouldBe(isReady);
        report.Parts.ShouldBe([new PartReport("storage", storage.ToLowerInvariant(), null), new PartReport("redis", redis.ToLowerInvariant(), "because")]);
    }

    [Fact]
    public void A_node_without_parts_is_ready() => ReadinessReport.Of(NodePhase.Serving, []).Status.ShouldBe("ready");

    [Fact]
    public void A_draining_node_does_not_start_over()
    {
        var life = new NodeLife();
        life.Drain();
        life.Started();
        life.Phase.ShouldBe(NodePhase.Draining);
    }
}
