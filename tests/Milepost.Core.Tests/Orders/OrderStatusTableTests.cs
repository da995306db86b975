using Milepost.Core.Orders;
using Milepost.Protocol.Orders;

namespace Milepost.Core.Tests.Orders;

public sealed class OrderStatusTableTests
{
    // Rows: the status now; columns: the next one, both in the order of the enumeration. x = the order moves.
    // An interrupted order (attempt_failed, exception) had come as far as out_for_delivery.
    private static readonly string[] Matrix =
    [
        //                      Pl Pa Ac Pr Re Co Pi Ou Ar De Rc At Ex Ca Rg Rd
        /* placed            */ ".  x  x  x  x  x  x  x  x  x  x  x  x  x  x  x",
        /* paid              */ ".  .  x  x  x  x  x  x  x  x  x  x  x  x  x  x",
        /* accepted          */ ".  .  .  x  x  x  x  x  x  x  x  x  x  x  x  x",
        /* preparing         */ ".  .  .  .  x  x  x  x  x  x  x  x  x  x  x  x",
        /* ready             */ ".  .  .  .  .  x  x  x  x  x  x  x  x  x  x  x",
        /* courier_assigned  */ ".  .  .  .  .  .  x  x  x  x  x  x  x  x  x  x",
        /* picked_up         */ ".  .  .  .  .  .  .  x  x  x  x  x  x  x  x  x",
        /* out_for_delivery  */ ".  .  .  .  .  .  .  .  x  x  x  x  x  x  x  x",
        /* arriving          */ ".  .  .  .  .  .  .  .  .  x  x  x  x  x  x  x",
        /* delivered         */ ".  .  .  .  .  .  .  .  .  .  .  .  .  .  x  x",
        /* ready_for_collect */ ".  .  .  .  .  .  .  .  .  x  .  x  x  x  x  x",
        /* attempt_failed    */ ".  .  .  .  .  x  x  x  x  x  x  .  x  x  x  x",
        /* exception         */ ".  .  .  .  .  x  x  x  x  x  x  x  .  x  x  x",
        /* cancelled         */ ".  .  .  .  .  .  .  .  .  .  .  .  .  .  x  x",
        /* returning         */ ".  .  .  .  .  .  .  .  .  .  .  .  .  .  .  x",
        /* returned          */ ".  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .",
    ];

    public static TheoryData<OrderStatus> All => [.. Enum.GetValues<OrderStatus>()];

    [Theory]
    [MemberData(nameof(All))]
    public void Every_pair_of_statuses_is_decided_by_the_table(OrderStatus now)
    {
        var row = Matrix[(int)now].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        row.Length.ShouldBe(Enum.GetValues<OrderStatus>().Length);
        var reached = now is OrderStatus.AttemptFailed or OrderStatus.Exception ? OrderStatusTable.Rank(OrderStatus.OutForDelivery) : OrderStatusTable.Rank(now);
        foreach (var next in Enum.GetValues<OrderStatus>())
        {
            OrderStatusTable.CanFollow(now, reached, next).ShouldBe(row[(int)next] == "x", $"{now} -> {next}");
        }
    }

    [Fact]
    public void The_table_has_a_row_for_every_status() => Matrix.Length.ShouldBe(Enum.GetValues<OrderStatus>().Length);

    [Theory]
    [MemberData(nameof(All))]
    public void An_order_without_a_status_takes_any(OrderStatus first) => OrderStatusTable.CanFollow(null, 0, first).ShouldBeTrue();

    [Theory]
    [InlineData(OrderStatus.Placed, "Placed Paid Accepted Preparing Ready CourierAssigned PickedUp OutForDelivery Arriving ReadyForCollection Delivered")]
    [InlineData(OrderStatus.Accepted, "Accepted Preparing Ready CourierAssigned PickedUp OutForDelivery Arriving ReadyForCollection Delivered")]
    [InlineData(OrderStatus.CourierAssigned, "CourierAssigned PickedUp OutForDelivery Arriving ReadyForCollection Delivered")]
    [InlineData(OrderStatus.PickedUp, "CourierAssigned PickedUp OutForDelivery Arriving ReadyForCollection Delivered")]
    [InlineData(OrderStatus.ReadyForCollection, "CourierAssigned PickedUp OutForDelivery Arriving ReadyForCollection Delivered")]
    public void An_interrupted_order_goes_on_where_it_was_or_from_the_courier(OrderStatus reached, string main)
    {
        foreach (var interruption in (OrderStatus[])[OrderStatus.AttemptFailed, OrderStatus.Exception])
        {
            Enum.GetValues<OrderStatus>()
                .Where(next => OrderStatusTable.CanFollow(interruption, OrderStatusTable.Rank(reached), next))
                .Where(next => next is not (OrderStatus.AttemptFailed or OrderStatus.Exception or OrderStatus.Cancelled or OrderStatus.Returning or OrderStatus.Returned))
                .ShouldBe(main.Split(' ').Select(Enum.Parse<OrderStatus>), ignoreOrder: true);
        }
    }

    [Fact]
    public void An_ended_order_is_not_active() =>
        Enum.GetValues<OrderStatus>().Where(status => !OrderStatusTable.IsActive(status)).ShouldBe([OrderStatus.Delivered, OrderStatus.Cancelled, OrderStatus.Returned]);

    [Fact]
    public void Interruptions_are_the_failed_attempt_and_the_exception() =>
        Enum.GetValues<OrderStatus>().Where(OrderStatusTable.IsInterruption).ShouldBe([OrderStatus.AttemptFailed, OrderStatus.Exception]);

    [Fact]
    public void The_main_line_goes_up_in_rank()
    {
        OrderStatus[] line =
        [
            OrderStatus.Placed, OrderStatus.Paid, OrderStatus.Accepted, OrderStatus.Preparing, OrderStatus.Ready, OrderStatus.CourierAssigned, OrderStatus.PickedUp,
            OrderStatus.OutForDelivery, OrderStatus.Arriving, OrderStatus.ReadyForCollection, OrderStatus.Delivered, OrderStatus.Returning, OrderStatus.Returned,
        ];
        line.Select(OrderStatusTable.Rank).ShouldBeInOrder(SortDirection.Ascending);
        line.Select(OrderStatusTable.Rank).ShouldBeUnique();
    }
}
