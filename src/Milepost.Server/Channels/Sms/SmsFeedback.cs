using System.Globalization;
using Milepost.Core.Deliveries;

namespace Milepost.Server.Channels.Sms;

/// <summary>Lets what a provider tells of an SMS have its effects. May be repeated.</summary>
internal sealed class SmsFeedback(ISuppressionStore suppressions, IDeliveryQueue deliveries, TimeProvider time)
{
    /// <summary>The report in a status; null: nothing that is not known.</summary>
    public static DeliveryReport? Read(string status, int? code, DateTimeOffset now) => status switch
    {
        "delivered" => new DeliveryReport(DeliveryReportKind.Delivered, now, null),
        "read" => new DeliveryReport(DeliveryReportKind.Opened, now, null),
        "undelivered" or "failed" => new DeliveryReport(
            code is { } number && TwilioTable.MeaningOf(number) == TwilioMeaning.NumberDead ? DeliveryReportKind.HardBounce : DeliveryReportKind.SoftBounce,
            now, code is null ? status : string.Create(CultureInfo.InvariantCulture, $"{status}, code {code}")),
        // accepted, scheduled, queued, sending, sent: it is on its way.
        _ => null,
    };

    /// <exception cref="Core.Recording.StoreUnavailableException">Some of it may have had its effect.</exception>
    public async Task TakeAsync(string tenant, string delivery, string status, int? code, string number, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (Read(status, code, now) is not { } report)
        {
            return;
        }

        // First what protects the receiver.
        if (report.Kind == DeliveryReportKind.HardBounce && CallingCodes.IsNumber(number))
        {
            await suppressions.AddAsync([new Suppression(new ChannelAddress(tenant, DeliveryChannel.Sms, number), SuppressionReason.HardBounce, report.Reason, now)], cancellationToken);
        }

        await deliveries.ReportAsync(tenant, delivery, report, now, cancellationToken);
    }
}
