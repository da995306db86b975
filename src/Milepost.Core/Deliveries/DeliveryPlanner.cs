using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Protocol.Notifications;

namespace Milepost.Core.Deliveries;

/// <summary>Decides over which channels a notification goes out. Pure.</summary>
internal static class DeliveryPlanner
{
    public static IEnumerable<Delivery> Plan(string tenant, CustomerProfile customer, NotificationRule rule, Notification notification, DateTimeOffset now)
    {
        foreach (var channel in rule.Channels)
        {
            if (Address(customer, channel) is not { } address)
            {
                continue;
            }

            yield return new Delivery
            {
                Tenant = tenant,
                Id = Delivery.IdOf(notification.Id, channel),
                CustomerId = customer.Id,
                Channel = channel,
                NotificationId = notification.Id,
                OrderId = notification.OrderId,
                Address = address,
                Title = notification.Title,
                Body = notification.Body,
                CreatedAt = now,
                Due = now,
                ExpiresAt = now + ChannelPolicy.Of(channel).TimeToLive,
            };
        }
    }

    private static string? Address(CustomerProfile customer, DeliveryChannel channel) => channel switch
    {
        DeliveryChannel.Email => customer.Email,
        DeliveryChannel.Sms => customer.Phone,
        _ => throw new ArgumentOutOfRangeException(nameof(channel)),
    };
}
