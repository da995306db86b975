using System.Globalization;
using Milepost.Core.Deliveries;
using Milepost.Core.Tenants;
using Milepost.Protocol.Notifications;
using Milepost.Server.Channels;
using Milepost.Server.Channels.Sms;
using Milepost.Server.Settings;

namespace Milepost.Server.Worker;

/// <summary>Which limits a message takes from: those of its tenant, else the installation's.</summary>
internal sealed class DeliveryAllowance(ITenantCatalog tenants, DeliveryOptions options)
{
    private static readonly TimeSpan BucketSpan = TimeSpan.FromSeconds(1);

    public IReadOnlyList<LimitTake> Of(Delivery delivery, OutgoingMessage message, DateTimeOffset now)
    {
        if (delivery.Channel is DeliveryChannel.Webhook or DeliveryChannel.Later)
        {
            return [];
        }

        var limits = tenants.Of(delivery.Tenant).Limits;
        var takes = new List<LimitTake>(4);
        var channel = delivery.Channel.Wire();

        // What is critical is never too much for its reader; it costs all the same.
        if (delivery.Priority != NotificationPriority.Critical)
        {
            Count(takes, delivery.Tenant, $"hour:{delivery.CustomerId}:{channel}", now.UtcTicks / TimeSpan.TicksPerHour, TimeSpan.TicksPerHour, limits.CustomerPerHour ?? options.CustomerPerHour);
            Count(takes, delivery.Tenant, $"day:{delivery.CustomerId}:{channel}", now.UtcTicks / TimeSpan.TicksPerDay, TimeSpan.TicksPerDay, limits.CustomerPerDay ?? options.CustomerPerDay);
        }

        if ((limits.TenantPerSecond ?? options.TenantPerSecond) is > 0 and var perSecond)
        {
            takes.Add(new LimitTake(delivery.Tenant, $"rate:{channel}", 0, 1, perSecond, BucketSpan / perSecond, default, ClearanceCode.Limit));
        }

        if (delivery.Channel == DeliveryChannel.Sms && SmsBudget.LimitOf(tenants.Of(delivery.Tenant), options) is { } budget)
        {
            takes.Add(new LimitTake(delivery.Tenant, SmsBudget.Scope, SmsBudget.PeriodOf(now), SmsSegments.Count(message.Text), budget, default, SmsBudget.EndOf(now), ClearanceCode.Budget));
        }

        return takes;
    }

    /// <summary>What becomes of a delivery for which there is nothing left: it waits if it is still worth sending then.</summary>
    public static Clearance Over(Delivery delivery, LimitReached limit) => limit.Take.Code == ClearanceCode.Budget
        ? new Clearance.Stop(DeliveryState.Suppressed, ClearanceCode.Budget, string.Create(CultureInfo.InvariantCulture, $"The tenant's budget of {limit.Take.Most} SMS segments a month is used up."))
        : limit.FreeAt < delivery.ExpiresAt
            ? new Clearance.Hold(limit.FreeAt, ClearanceCode.Limit, $"Too many messages ({limit.Take.Scope.Split(':')[0]} limit of {limit.Take.Most.ToString(CultureInfo.InvariantCulture)}): it waits.")
            : new Clearance.Stop(DeliveryState.Suppressed, ClearanceCode.Limit, $"Too many messages ({limit.Take.Scope.Split(':')[0]} limit of {limit.Take.Most.ToString(CultureInfo.InvariantCulture)}), for longer than it is worth telling.");

    private static void Count(List<LimitTake> takes, string tenant, string scope, long period, long length, int most)
    {
        if (most > 0)
        {
            takes.Add(new LimitTake(tenant, scope, period, 1, most, default, new DateTimeOffset((period + 1) * length, TimeSpan.Zero), ClearanceCode.Limit));
        }
    }
}
