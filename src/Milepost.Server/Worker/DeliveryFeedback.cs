using Milepost.Core.Deliveries;

namespace Milepost.Server.Worker;

/// <summary>Writes down what providers tell of deliveries they took.</summary>
internal sealed class DeliveryFeedback(IDeliveryQueue queue, TimeProvider time) : IDeliveryFeedback
{
    public Task ReportAsync(string tenant, string deliveryId, DeliveryReport report, CancellationToken cancellationToken) =>
        queue.ReportAsync(tenant, deliveryId, report, time.GetUtcNow(), cancellationToken);
}
