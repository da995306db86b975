using Milepost.Core.Deliveries;

namespace Milepost.Core.Tests.Deliveries;

public sealed class DeliveryStepsTests
{
    internal static readonly Delivery Mail = new()
    {
        Tenant = Some.Tenant,
        Id = "1-a.email",
        CustomerId = "c-1",
        Channel = DeliveryChannel.Email,
        NotificationId = "1-a",
        Address = "ada@example.org",
        Title = "Title",
        Body = "Body",
        CreatedAt = Some.Evening,
        Due = Some.Evening,
        ExpiresAt = Some.Evening.AddHours(24),
    };

    private static readonly DateTimeOffset Now = Some.Evening.AddMinutes(1);
    private static readonly DateTimeOffset Until = Now.AddSeconds(15);

    [Theory]
    [InlineData(DeliveryChannel.Email, 1, DeliveryState.Queued)]
    [InlineData(DeliveryChannel.Email, 2, DeliveryState.Unknown)]
    [InlineData(DeliveryChannel.Sms, 1, DeliveryState.Unknown)]
    public void What_is_not_known_follows_the_policy_of_the_channel(DeliveryChannel channel, int unknowns, DeliveryState expected)
    {
        var row = Sending(channel) with { };
        row = row with { Progress = row.Progress with { Unknowns = unknowns - 1 } };
        foreach (var step in (DeliveryStep?[])[DeliverySteps.Complete(row, 1, new DeliveryOutcome.Unknown("timeout"), Now), DeliverySteps.GiveBack(row, "stopped", Now)])
        {
            (step!.After.Progress.State, step.After.Progress.Unknowns, step.After.Progress.Due).ShouldBe((expected, unknowns, Now));
            step.Attempt!.Outcome.ShouldBe(AttemptOutcome.Unknown);
        }
    }

    [Fact]
    public void What_ends_by_an_answer_was_not_ended_by_what_held_it_before()
    {
        var row = Sending(DeliveryChannel.Email);
        row = row with { Progress = row.Progress with { Reason = ClearanceCode.ProviderDown } };
        DeliverySteps.Complete(row, 1, new DeliveryOutcome.GiveUp("554"), Now)!.After.Progress.Reason.ShouldBeNull();
        DeliverySteps.Complete(row, 1, new DeliveryOutcome.Retry(TimeSpan.Zero, "451"), Now)!.After.Progress.Reason.ShouldBe(ClearanceCode.ProviderDown);
    }

    [Fact]
    public void What_is_held_with_others_waits_under_their_topic()
    {
        var leased = DeliverySteps.Lease(QueuedDelivery.New(Mail), "w", Until, Now)!.After;
        var step = DeliverySteps.Settle(leased, 1, new Clearance.Hold(Until, ClearanceCode.QuietHours, "") { Topic = "held" }, Now)!;
        (step.Regrouped, step.After.Delivery.Topic).ShouldBe((true, "held"));
        DeliverySteps.Settle(leased, 1, new Clearance.Hold(Until, ClearanceCode.QuietHours, ""), Now)!.Regrouped.ShouldBeFalse();
    }

    [Fact]
    public void Only_the_current_token_is_heard()
    {
        var row = Sending(DeliveryChannel.Email);
        DeliverySteps.Complete(row, 0, new DeliveryOutcome.Sent(""), Now).ShouldBeNull();
        DeliverySteps.Complete(row, 2, new DeliveryOutcome.Sent(""), Now).ShouldBeNull();
        DeliverySteps.Renew(row, 0, Until).ShouldBeNull();
        DeliverySteps.Begin(row, 0, Until, Now).ShouldBeNull();
        DeliverySteps.Complete(row, 1, new DeliveryOutcome.Sent(""), Now)!.After.Progress.State.ShouldBe(DeliveryState.Sent);
    }

    [Fact]
    public void A_report_behind_the_lease_s_time_counts_while_nobody_else_has_the_delivery() =>
        DeliverySteps.Complete(Sending(DeliveryChannel.Sms), 1, new DeliveryOutcome.Sent("ok"), Until.AddHours(1))!.After.Progress.State.ShouldBe(DeliveryState.Sent);

    [Fact]
    public void Nothing_begins_behind_the_lease_s_time_or_behind_the_delivery_s()
    {
        var leased = DeliverySteps.Lease(QueuedDelivery.New(Mail), "w", Until, Now)!.After;
        DeliverySteps.Begin(leased, 1, Until, Until).ShouldBeNull();
        var last = DeliverySteps.Lease(QueuedDelivery.New(Mail), "w", Mail.ExpiresAt.AddSeconds(10), Mail.ExpiresAt.AddTicks(-1))!.After;
        DeliverySteps.Begin(last, 1, Until, Mail.ExpiresAt).ShouldBeNull();
        DeliverySteps.Begin(last, 1, Until, Mail.ExpiresAt.AddTicks(-1)).ShouldNotBeNull();
    }

    [Fact]
    public void Nothing_is_leased_before_it_is_due_or_when_its_time_is_over()
    {
        var row = QueuedDelivery.New(Mail);
        DeliverySteps.Lease(row, "w", Until, Mail.Due.AddTicks(-1)).ShouldBeNull();
        DeliverySteps.Lease(row, "w", Until, Mail.ExpiresAt).ShouldBeNull();
        DeliverySteps.Lease(row, "w", Until, Mail.Due).ShouldNotBeNull();
    }

    private static QueuedDelivery Sending(DeliveryChannel channel) =>
        DeliverySteps.Begin(DeliverySteps.Lease(QueuedDelivery.New(Mail with { Channel = channel }), "w", Until, Now)!.After, 1, Until, Now)!.After;
}
