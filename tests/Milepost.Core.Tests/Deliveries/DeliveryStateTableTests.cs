using Milepost.Core.Deliveries;

namespace Milepost.Core.Tests.Deliveries;

public sealed class DeliveryStateTableTests
{
    // Rows: the state now; columns: the next one, both in the order of the enumeration.
    private static readonly string[] Matrix =
    [
        //                Qu Le Sg St Fa Un Ex Ca De Op Su
        /* queued     */ ".  x  .  .  .  x  x  x  .  .  .",
        /* leased     */ "x  .  x  .  .  x  x  x  .  .  x",
        /* sending    */ "x  .  .  x  x  x  .  .  .  .  .",
        /* sent       */ ".  .  .  .  x  .  .  .  x  x  .",
        /* failed     */ ".  .  .  .  .  .  .  .  .  .  .",
        /* unknown    */ ".  .  .  .  x  .  .  .  x  x  .",
        /* expired    */ ".  .  .  .  .  .  .  .  .  .  .",
        /* cancelled  */ ".  .  .  .  .  .  .  .  .  .  .",
        /* delivered  */ ".  .  .  .  x  .  .  .  .  x  .",
        /* opened     */ ".  .  .  .  .  .  .  .  .  .  .",
        /* suppressed */ ".  .  .  .  .  .  .  .  .  .  .",
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

        // Nothing of ours changes it: only what providers report may.
        DeliveryStateTable.IsFinal(now).ShouldBe(now is not (DeliveryState.Queued or DeliveryState.Leased or DeliveryState.Sending));
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
            DeliverySteps.Settle(row, 1, new Clearance.Hold(later.AddHours(1), ClearanceCode.QuietHours, ""), later),
            DeliverySteps.Settle(row, 1, new Clearance.Stop(DeliveryState.Cancelled, ClearanceCode.Superseded, ""), later),
            DeliverySteps.Settle(row, 1, new Clearance.Stop(DeliveryState.Suppressed, ClearanceCode.Preference, ""), later),
            DeliverySteps.Cancel(row, ClearanceCode.CalledOff, "", later),
            .. outcomes.Select(outcome => DeliverySteps.Complete(row, 1, outcome, later)),
        ];
        DeliveryStep?[] reports = [.. Enum.GetValues<DeliveryReportKind>().Select(kind => DeliverySteps.Report(row, new DeliveryReport(kind, later, null), later))];
        foreach (var next in steps.Concat(reports).OfType<DeliveryStep>().Select(step => step.After.Progress))
        {
            (next.State == now || DeliveryStateTable.CanFollow(now, next.State)).ShouldBeTrue($"{now} -> {next.State}");
            (next.Owner is not null).ShouldBe(next.State is DeliveryState.Leased or DeliveryState.Sending);
            (next.LeasedUntil is not null).ShouldBe(next.Owner is not null);
        }

        steps.OfType<DeliveryStep>().Any().ShouldBe(!DeliveryStateTable.IsFinal(now));
    }
}
