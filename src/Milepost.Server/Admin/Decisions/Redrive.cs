using System.Globalization;
using Milepost.Core.Deliveries;

namespace Milepost.Server.Admin.Decisions;

/// <summary>Sends deliveries again, as new ones: what became of the old one stays as it is.</summary>
internal static class Redrive
{
    private const string Mark = ".again-";

    public static bool CanBeSentAgain(QueuedDelivery row) => row.Progress.State is DeliveryState.Failed or DeliveryState.Unknown or DeliveryState.Expired or DeliveryState.Suppressed or DeliveryState.Cancelled;

    public static bool IsRepeat(Delivery delivery) => delivery.Id.Contains(Mark, StringComparison.Ordinal);

    /// <summary>The new delivery's id.</summary>
    public static async Task<string> AddAsync(IDeliveryQueue queue, Delivery delivery, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var stem = delivery.Id.Split(Mark)[0];
        for (var number = 1; ; number++)
        {
            var again = delivery with
            {
                Id = string.Create(CultureInfo.InvariantCulture, $"{stem}{Mark}{number}"),
                CreatedAt = now,
                Due = now,
                ExpiresAt = now + ChannelPolicy.Of(delivery.Channel).TimeToLive,
                UnlessAcknowledged = false,
                Topic = null,
                Digest = false,
            };
            if (await queue.AddAsync(again, cancellationToken))
            {
                return again.Id;
            }
        }
    }
}
