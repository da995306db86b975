namespace Milepost.Core.Deliveries;

/// <summary>What became of a message behind the provider.</summary>
public enum DeliveryReportKind
{
    /// <summary>The receiver's side has it.</summary>
    Delivered,

    /// <summary>The receiver has opened it, as far as that can be told.</summary>
    Opened,

    /// <summary>It came back for now (mailbox full): nothing follows for the address.</summary>
    SoftBounce,

    /// <summary>It came back for good; the address is suppressed.</summary>
    HardBounce,

    /// <summary>The receiver has called it unwanted; the address is suppressed.</summary>
    Complaint,
}

/// <summary>A report on a delivery that a provider had taken.</summary>
/// <param name="Kind">What became of it.</param>
/// <param name="Time">When, as the reporter says.</param>
/// <param name="Reason">What was said; masked.</param>
public sealed record DeliveryReport(DeliveryReportKind Kind, DateTimeOffset Time, string? Reason);

/// <summary>Hears what became of deliveries. Reports come late, repeated and in any order; one may speak of a delivery that is not known (any more).</summary>
public interface IDeliveryFeedback
{
    Task ReportAsync(string tenant, string deliveryId, DeliveryReport report, CancellationToken cancellationToken);
}
