using Milepost.Core.Deliveries;

namespace Milepost.Core.Tests.Deliveries;

public sealed class DeliveryStateTableTests
{
    // Rows: the state now; columns: the next one, both in the order of the enumeration.
    private static readonly string[] Matrix =
    [
        //               Qu Le Sg St Fa Un Ex Ca
        /* queued    */ ".  x  .  .  .  x  x  x",
        /* leased    */ "x  .  x  .  .  x  x  x",
        /* sending   */ "x  .  .  x  x  x  .  .",
        /* sent      */ ".  .  .  .  .  .  .  .",
        /* failed    */ ".  .  .  .  .  .  .  .",
        /* unknown   */ ".  .  .  .  .  .  .  .",
        /* expired   */ ".  .  .  .  .  .  .  .",
        /* cancelled */ ".  .  .  .  .  .  .  .",
    ];

    public static TheoryData<DeliveryState> All => [.. Enum.GetValues<DeliveryState>()];

    [Theory]
    [MemberData(nameof(All))]
    public void Every_pair_of_states_is_decided_by_the_table(DeliveryState now)
    {
        var row = Matrix[(int)now].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        row.Length.ShouldBe(Enum.GetValues<DeliveryState>().Length);
        foreach (var next in Enum.GetValues<DeliveryState>())
        {
            DeliveryStateTable.CanFollow(now, next).ShouldBe(row[(int)next] == "x", $"{now} -> {next}");
        }

        DeliveryStateTable.IsFinal(now).ShouldBe(!row.Contains("x"));
    }

    [Fact]
    public void The_table_has_a_row_for_every_state() => Matrix.Length.ShouldBe(Enum.GetValues<DeliveryState>().Length);

    /// <summary>Every step from every state: it is refused, or it goes where the table allows.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void No_step_leaves_the_table(DeliveryState now)
    {
        var held = now is DeliveryState.Leased or DeliveryState.Sending;
        var delivery = DeliveryStepsTests.Mail;
        var row = new QueuedDelivery(delivery, new DeliveryProgress { State = now, Due = delivery.Due, Token = 1, Owner = held ? "w" : null, LeasedUntil = held ? delivery.Due.AddSeconds(15) : null });
        var later = delivery.Due.AddSeconds(1);
        DeliveryOutcome[] outcomes = [new DeliveryOutcome.Sent(""), new DeliveryOutcome.Retry(TimeSpan.Zero, ""), new DeliveryOutcome.GiveUp(""), new DeliveryOutcome.Unknown("")];
        DeliveryStep?[] steps =
        [
            DeliverySteps.Lease(row, "w", later.AddSeconds(15), later), DeliverySteps.Begin(row, 1, later.AddSeconds(15), later), DeliverySteps.Renew(row, 1, later),
            DeliverySteps.GiveBack(row, "", later), DeliverySteps.Expire(row, delivery.ExpiresAt),
            .. outcomes.Select(outcome => DeliverySteps.Complete(row, 1, outcome, later)),
        ];
        foreach (var next in steps.OfType<DeliveryStep>().Select(step => step.After.Progress))
        {
            (next.State == now || DeliveryStateTable.CanFollow(now, next.State)).ShouldBeTrue($"{now} -> {next.State}");
            (next.Owner is not null).ShouldBe(next.State is DeliveryState.Leased or DeliveryState.Sending);
            (next.LeasedUntil is not null).ShouldBe(next.Owner is not null);
        }

        steps.OfType<DeliveryStep>().Any().ShouldBe(!DeliveryStateTable.IsFinal(now));
    }
}
