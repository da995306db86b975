using System.Diagnostics;

namespace Milepost.Core.Deliveries;

/// <summary>What changes of a delivery while it is on its way.</summary>
public sealed record DeliveryProgress
{
    public required DeliveryState State { get; init; }

    public required DateTimeOffset Due { get; init; }

    /// <summary>The attempts begun.</summary>
    public int Attempts { get; init; }

    /// <summary>Those of them of which it is not known whether they went out.</summary>
    public int Unknowns { get; init; }

    /// <summary>The code of what held it last, or stopped it; null when nothing but its time ever did.</summary>
    public string? Reason { get; init; }

    /// <summary>How many notes were taken of it.</summary>
    public int Notes { get; init; }

    /// <summary>The fencing token: one more with each lease.</summary>
    public long Token { get; init; }

    /// <summary>The worker that has it; null while nobody has.</summary>
    public string? Owner { get; init; }

    public DateTimeOffset? LeasedUntil { get; init; }
}

/// <summary>A delivery and where it stands.</summary>
public sealed record QueuedDelivery(Delivery Delivery, DeliveryProgress Progress)
{
    public static QueuedDelivery New(Delivery delivery) => new(delivery, new DeliveryProgress { State = DeliveryState.Queued, Due = delivery.Due });
}

/// <summary>A step of a delivery: where it stands behind it, the attempt that it begins or ends, and what is noted.</summary>
public sealed record DeliveryStep(QueuedDelivery After, DeliveryAttempt? Attempt = null, DeliveryNote? Note = null)
{
    /// <summary>Its topic is another one: the delivery is written too, not only where it stands.</summary>
    public bool Regrouped { get; init; }
}

/// <summary>
/// The steps that a delivery can take. Pure: the stores find the rows, hold them, let these decide and write what they say. Null: the step
/// is not for this row any more (somebody else has it, or it is done).
/// </summary>
public static class DeliverySteps
{
    public static DeliveryStep? Lease(QueuedDelivery row, string owner, DateTimeOffset until, DateTimeOffset now) =>
        row.Progress.State == DeliveryState.Queued && row.Progress.Due <= now && row.Delivery.ExpiresAt > now
            ? new DeliveryStep(Moved(row, DeliveryState.Leased, progress => progress with { Token = progress.Token + 1, Owner = owner, LeasedUntil = until }))
            : null;

    /// <summary>
    /// Before anything leaves the house. A worker that slept over its lease finds out here, not behind the second e-mail. A worker that was
    /// not answered, and therefore has sent nothing, may say it again: that is the same attempt.
    /// </summary>
    public static DeliveryStep? Begin(QueuedDelivery row, long token, DateTimeOffset until, DateTimeOffset now)
    {
        if (row.Progress.LeasedUntil <= now || row.Delivery.ExpiresAt <= now || Renew(row, token, until) is not { } again)
        {
            return null;
        }

        if (row.Progress.State == DeliveryState.Sending)
        {
            return again;
        }

        var after = Moved(row, DeliveryState.Sending, progress => progress with { Attempts = progress.Attempts + 1, LeasedUntil = until });
        return new DeliveryStep(after, new DeliveryAttempt(after.Progress.Attempts, row.Progress.Owner!, now, null, null, null));
    }

    public static DeliveryStep? Renew(QueuedDelivery row, long token, DateTimeOffset until) =>
        row.Progress.Token == token && row.Progress.State is (DeliveryState.Leased or DeliveryState.Sending)
            ? new DeliveryStep(row with { Progress = row.Progress with { LeasedUntil = until } })
            : null;

    /// <summary>
    /// Only the token counts, not the lease's time: as long as nobody has taken the row over, a late answer is better than none.
    /// </summary>
    public static DeliveryStep? Complete(QueuedDelivery row, long token, DeliveryOutcome outcome, DateTimeOffset now) =>
        row.Progress.Token == token && row.Progress.State == DeliveryState.Sending
            ? outcome switch
            {
                DeliveryOutcome.Sent sent => Finish(row, DeliveryState.Sent, AttemptOutcome.Sent, sent.Answer, now),
                DeliveryOutcome.Retry retry => Finish(row, DeliveryState.Queued, AttemptOutcome.Retry, retry.Reason, now, now + retry.After),
                DeliveryOutcome.GiveUp never => Finish(row, DeliveryState.Failed, AttemptOutcome.GaveUp, never.Reason, now),
                DeliveryOutcome.Unknown unknown => NotKnown(row, unknown.Reason, now),
                _ => throw new UnreachableException(),
            }
            : null;

    /// <summary>The worker gives it back, or its lease ran out. What was not begun waits again; what was begun may have gone out.</summary>
    public static DeliveryStep? GiveBack(QueuedDelivery row, string reason, DateTimeOffset now) => row.Progress.State switch
    {
        DeliveryState.Leased => new DeliveryStep(Moved(row, DeliveryState.Queued, progress => progress)),
        DeliveryState.Sending => NotKnown(row, reason, now),
        _ => null,
    };

    /// <summary>What was leased is not sent now: it waits again, or it never goes out.</summary>
    public static DeliveryStep? Settle(QueuedDelivery row, long token, Clearance clearance, DateTimeOffset now) =>
        row.Progress.Token == token && row.Progress.State == DeliveryState.Leased
            ? clearance switch
            {
                Clearance.Hold hold => Noted(
                    Moved(hold.Topic is null ? row : row with { Delivery = row.Delivery with { Topic = hold.Topic } }, DeliveryState.Queued, progress => progress with { Due = hold.Until, Reason = hold.Code }),
                    hold.Code, hold.Text, now) with
                { Regrouped = hold.Topic is not null && hold.Topic != row.Delivery.Topic },
                // Where an earlier attempt may have gone out, "not sent" would be a lie.
                Clearance.Stop stop => Noted(Moved(row, row.Progress.Unknowns > 0 ? DeliveryState.Unknown : stop.State, progress => progress with { Reason = stop.Code }), stop.Code, stop.Text, now),
                _ => throw new UnreachableException(),
            }
            : null;

    /// <summary>Somebody does not want it any more. What is in a worker's hands is too late to stop.</summary>
    public static DeliveryStep? Cancel(QueuedDelivery row, string code, string text, DateTimeOffset now) =>
        row.Progress.State == DeliveryState.Queued
            ? Noted(Moved(row, row.Progress.Unknowns > 0 ? DeliveryState.Unknown : DeliveryState.Cancelled, progress => progress with { Reason = code }), code, text, now)
            : null;

    /// <summary>
    /// The customer is erased: what waits or is about to begin does not go out, and nothing says any more where to or what. What is being sent is told
    /// its end by the worker that sends it.
    /// </summary>
    public static DeliveryStep Erase(QueuedDelivery row, DateTimeOffset now)
    {
        var bare = row with { Delivery = Erasure.PersonalData.Without(row.Delivery) };
        return row.Progress.State is DeliveryState.Queued or DeliveryState.Leased
            ? Noted(
                Moved(bare, row.Progress.Unknowns > 0 ? DeliveryState.Unknown : DeliveryState.Cancelled, progress => progress with { Reason = ClearanceCode.Erased }),
                ClearanceCode.Erased, "The customer's data was removed.", now)
            : new DeliveryStep(bare);
    }

    /// <summary>What a provider says behind the sending. Null: it is known already, or does not fit where the delivery stands.</summary>
    public static DeliveryStep? Report(QueuedDelivery row, DeliveryReport report, DateTimeOffset now)
    {
        var (state, code) = report.Kind switch
        {
            DeliveryReportKind.Delivered => (DeliveryState.Delivered, "delivered"),
            DeliveryReportKind.Opened => (DeliveryState.Opened, "opened"),
            DeliveryReportKind.SoftBounce => (DeliveryState.Failed, "soft_bounce"),
            DeliveryReportKind.HardBounce => (DeliveryState.Failed, "hard_bounce"),
            DeliveryReportKind.Complaint => (DeliveryState.Failed, "complaint"),
            _ => throw new UnreachableException(),
        };
        return DeliveryStateTable.IsFinal(row.Progress.State) && DeliveryStateTable.CanFollow(row.Progress.State, state)
            ? Noted(Moved(row, state, progress => progress), code, AddressMask.Text(report.Reason ?? ""), now)
            : null;
    }

    public static DeliveryStep? Expire(QueuedDelivery row, DateTimeOffset now) =>
        row.Progress.State is (DeliveryState.Queued or DeliveryState.Leased) && row.Delivery.ExpiresAt <= now
            // "Expired" says that it did not go out; where an earlier attempt may have, that would be a lie.
            ? new DeliveryStep(Moved(row, row.Progress.Unknowns > 0 ? DeliveryState.Unknown : DeliveryState.Expired, progress => progress))
            : null;

    private static DeliveryStep Noted(QueuedDelivery row, string code, string text, DateTimeOffset now)
    {
        var number = row.Progress.Notes + 1;
        return new DeliveryStep(row with { Progress = row.Progress with { Notes = number } }, Note: new DeliveryNote(number, now, code, text));
    }

    private static DeliveryStep NotKnown(QueuedDelivery row, string reason, DateTimeOffset now)
    {
        var counted = row with { Progress = row.Progress with { Unknowns = row.Progress.Unknowns + 1 } };
        var again = counted.Progress.Unknowns <= ChannelPolicy.Of(row.Delivery.Channel).Resends;
        return Finish(counted, again ? DeliveryState.Queued : DeliveryState.Unknown, AttemptOutcome.Unknown, reason, now, now);
    }

    private static DeliveryStep Finish(QueuedDelivery row, DeliveryState state, AttemptOutcome outcome, string answer, DateTimeOffset now, DateTimeOffset? due = null) => new(
        // What ends by an answer was not ended by what held it before; what waits again may still be one that waited out quiet hours.
        Moved(row, state, progress => progress with { Due = due ?? progress.Due, Reason = DeliveryStateTable.IsFinal(state) ? null : progress.Reason }),
        // The start stands in the store already; the end is added to it.
        new DeliveryAttempt(row.Progress.Attempts, row.Progress.Owner!, now, now, outcome, AddressMask.Text(answer)));

    private static QueuedDelivery Moved(QueuedDelivery row, DeliveryState next, Func<DeliveryProgress, DeliveryProgress> change)
    {
        if (!DeliveryStateTable.CanFollow(row.Progress.State, next))
        {
            throw new InvalidOperationException($"a delivery does not go from {row.Progress.State} to {next}");
        }

        var held = next is DeliveryState.Leased or DeliveryState.Sending;
        var progress = held ? row.Progress : row.Progress with { Owner = null, LeasedUntil = null };
        return row with { Progress = change(progress with { State = next }) };
    }
}
