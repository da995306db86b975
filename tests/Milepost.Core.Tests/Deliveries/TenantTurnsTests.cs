using Milepost.Core.Deliveries;

namespace Milepost.Core.Tests.Deliveries;

public sealed class TenantTurnsTests
{
    [Fact]
    public void Each_tenant_has_its_turn_and_the_next_round_goes_on_behind_the_last()
    {
        var turns = new TenantTurns();
        string[] tenants = ["c", "a", "d", "b"];
        turns.Order(tenants, 2).ShouldBe(["a", "b"]);
        turns.Served("b");
        turns.Order(tenants, 3).ShouldBe(["c", "d", "a"]);
        turns.Served("d");
        turns.Order(tenants, 10).ShouldBe(["a", "b", "c", "d"]);
        turns.Served("bb");
        turns.Order(tenants, 1).ShouldBe(["c"]);
    }

    [Theory]
    [InlineData(0, 10, 10)]
    [InlineData(1, 10, 10)]
    [InlineData(3, 10, 3)]
    [InlineData(10, 10, 1)]
    [InlineData(50, 10, 1)]
    public void The_places_are_shared(int tenants, int max, int share) => TenantTurns.Share(tenants, max).ShouldBe(share);
}
