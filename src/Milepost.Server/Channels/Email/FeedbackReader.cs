using System.Text.Json;
using Milepost.Core.Deliveries;
using Milepost.Protocol.Errors;
using Milepost.Server.Ingest;

namespace Milepost.Server.Channels.Email;

/// <summary>A report as a relay sent it.</summary>
/// <param name="Report">What became of the message.</param>
/// <param name="DeliveryId">The delivery it speaks of; null where it names none of ours.</param>
/// <param name="Address">The address it names.</param>
internal sealed record Feedback(DeliveryReport Report, string? DeliveryId, EmailAddress? Address)
{
    public SuppressionReason? Suppresses => Report.Kind switch
    {
        DeliveryReportKind.HardBounce => SuppressionReason.HardBounce,
        DeliveryReportKind.Complaint => SuppressionReason.Complaint,
        _ => null,
    };
}

/// <summary>Reads items of feedback.</summary>
internal static class FeedbackReader
{
    private const int MaxReason = 500;
    private const int MaxId = 1_000;
    private const int MaxSent = 10_000;

    /// <summary>Null: <paramref name="rejection"/> says why.</summary>
    public static Feedback? Read(string tenant, JsonElement item, out Rejection? rejection)
    {
        var fields = new FieldReader();
        if (item.ValueKind != JsonValueKind.Object)
        {
            fields.Reject(ErrorCode.InvalidField, null, "This is an object.");
        }

        var kind = KindOf(fields, item);
        var time = fields.Time(item, "", "time", required: true);
        var messageId = fields.Text(item, "", "messageId", MaxId);
        var deliveryId = fields.Text(item, "", "deliveryId", MaxId);
        var address = AddressOf(fields, item);

        // Servers answer in several lines, and at length.
        var reason = fields.Text(item, "", "reason", MaxSent, lines: true) is { } said ? AddressMask.Text(said[..Math.Min(said.Length, MaxReason)]) : null;
        deliveryId ??= messageId is null ? null : EmailIds.DeliveryOf(tenant, messageId);
        rejection = fields.Rejection;
        if (rejection is not null)
        {
            return null;
        }

        var feedback = new Feedback(new DeliveryReport(kind!.Value, time!.Value, reason), deliveryId, address);
        if (deliveryId is null && (address is null || feedback.Suppresses is null))
        {
            rejection = messageId is null
                ? new Rejection(ErrorCode.MissingField, "messageId", "messageId or deliveryId is required; for a hard bounce or a complaint an address will do.")
                : new Rejection(ErrorCode.InvalidField, "messageId", "This is not the Message-ID of a message of this tenant.");
            return null;
        }

        return feedback;
    }

    private static DeliveryReportKind? KindOf(FieldReader fields, JsonElement item)
    {
        var hard = fields.Flag(item, "", "hard");
        switch (fields.Text(item, "", "type", required: true))
        {
            case "bounce":
                return hard ? DeliveryReportKind.HardBounce : DeliveryReportKind.SoftBounce;
            case "complaint":
                return DeliveryReportKind.Complaint;
            case "delivered":
                return DeliveryReportKind.Delivered;
            case "opened":
                return DeliveryReportKind.Opened;
            default:
                fields.Reject(ErrorCode.InvalidField, "type", "bounce, complaint, delivered or opened.");
                return null;
        }
    }

    private static EmailAddress? AddressOf(FieldReader fields, JsonElement item)
    {
        if (fields.Text(item, "", "address", MaxId) is not { } text)
        {
            return null;
        }

        var address = EmailAddress.Parse(text.Trim(), out var problem);
        if (address is null)
        {
            fields.Reject(ErrorCode.InvalidField, "address", $"This is no e-mail address: {problem}.");
        }

        return address;
    }
}
