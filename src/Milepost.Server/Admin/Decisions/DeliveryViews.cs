using System.Diagnostics;
using System.Globalization;
using Milepost.Core.Deliveries;
using Milepost.Protocol.Deliveries;

namespace Milepost.Server.Admin.Decisions;

/// <summary>Deliveries as staff see them: without addresses that say whose they are.</summary>
internal static class DeliveryViews
{
    public static DeliveryView Of(DeliveryDetails details)
    {
        var (delivery, progress) = details.Row;
        return new DeliveryView
        {
            Id = delivery.Id,
            Channel = delivery.Channel.Wire(),
            CustomerId = delivery.CustomerId,
            NotificationId = delivery.NotificationId,
            Type = delivery.Type,
            OrderId = delivery.OrderId,
            Address = AddressMask.Address(delivery.Address),
            State = progress.State.ToString().ToLowerInvariant(),
            Text = Text(details),
            Reason = progress.Reason,
            CreatedAt = delivery.CreatedAt,
            Due = progress.Due,
            ExpiresAt = delivery.ExpiresAt,
            Attempts = [.. details.Attempts.Select(attempt => new AttemptView(attempt.Number, attempt.StartedAt, attempt.FinishedAt, Outcome(attempt.Outcome), attempt.Answer))],
            Notes = [.. details.Notes.Select(note => new NoteView(note.At, note.Code, note.Text))],
        };
    }

    private static string Text(DeliveryDetails details)
    {
        var (delivery, progress) = details.Row;
        var said = details.Notes.Count > 0 ? " " + details.Notes[^1].Text : "";
        var isNoteNewer = details.Notes.Count > 0 && (details.Attempts.Count == 0 || details.Notes[^1].At >= (details.Attempts[^1].FinishedAt ?? details.Attempts[^1].StartedAt));
        var answer = details.Attempts.Count > 0 && details.Attempts[^1].Answer is { Length: > 0 } words ? $" The provider: {words}" : "";
        return progress.State switch
        {
            DeliveryState.Queued when isNoteNewer && progress.Reason is not null => $"Waits until {Time(progress.Due)}.{said}",
            DeliveryState.Queued when progress.Attempts > 0 => $"Refused {progress.Attempts} times, tried again at {Time(progress.Due)}.{answer}",
            DeliveryState.Queued => delivery.UnlessAcknowledged ? $"Goes out at {Time(progress.Due)}, unless a device has confirmed it by then." : $"Waits for its turn since {Time(progress.Due)}.",
            DeliveryState.Leased => "A worker has it in hand.",
            DeliveryState.Sending => "It is being sent.",
            DeliveryState.Sent => $"Sent: the provider has taken it.{answer}",
            DeliveryState.Delivered => "Delivered, says the provider.",
            DeliveryState.Opened => "Opened, says the provider.",
            DeliveryState.Failed => $"Failed.{(isNoteNewer ? said : answer)}",
            DeliveryState.Unknown => $"It may have gone out: no answer came.{answer}",
            DeliveryState.Expired => "Its time was over before it could be sent.",
            DeliveryState.Cancelled => $"Not needed any more.{said}",
            DeliveryState.Suppressed => $"Not sent.{said}",
            _ => throw new UnreachableException(),
        };
    }

    private static string? Outcome(AttemptOutcome? outcome) => outcome switch
    {
        null => null,
        AttemptOutcome.Sent => "sent",
        AttemptOutcome.Retry => "retry",
        AttemptOutcome.GaveUp => "failed",
        AttemptOutcome.Unknown => "unknown",
        _ => throw new UnreachableException(),
    };

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
