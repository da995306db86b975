using Milepost.Core.Customers;
using Milepost.Core.Deliveries;
using Milepost.Core.Orders;
using Milepost.Core.Preferences;
using Milepost.Core.Templates;
using Milepost.Core.Tenants;
using Milepost.Protocol.Events;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Preferences;

namespace Milepost.Core.Notifications;

/// <summary>What notifications are made with: the words, and what the tenants have set up. Both answer from memory.</summary>
public sealed record NotificationTools(ITexts Texts, ITenantCatalog Tenants);

/// <summary>Why a customer is told something.</summary>
/// <param name="Type">How it is treated.</param>
/// <param name="Cause">The event.</param>
/// <param name="Order">The order behind it, where it is about one.</param>
/// <param name="Tells">The status that it tells; null: something else.</param>
/// <param name="Request">What was asked for; null: an event of an order or a customer caused it.</param>
internal sealed record NotificationCause(NotificationType Type, RecordedEvent Cause, Order? Order, OrderStatus? Tells, MessageRequest? Request = null);

/// <summary>A notification as planned: what the inbox gets, what goes out besides, and why what does not.</summary>
internal sealed record PlannedNotification(Notification Notification, IReadOnlyList<Delivery> Deliveries, IReadOnlyList<ChannelVerdict> Verdicts);

/// <summary>
/// Plans a notification: who, what, through what, when. Pure. Nothing is final here but the words of the inbox: each delivery is decided anew when
/// it is due (<see cref="ClearanceRules"/>). What could never go out is not queued, only noted.
/// </summary>
internal static class NotificationPlanner
{
    public static PlannedNotification Plan(string tenant, string customerId, Customer? customer, NotificationCause cause, long place, NotificationTools tools, DateTimeOffset now)
    {
        var settings = tools.Tenants.Of(tenant);
        var locale = CustomerPlace.LocaleOf(customer, settings);
        var own = customer?.Preferences ?? new NotificationPreferences();
        var type = cause.Type;
        var muted = !PreferenceRules.Decide(type.Type, type.Category, type.Critical, NotificationChannel.InApp, own, settings.Preferences).Allowed;
        var words = Words(tenant, customer, cause, locale, settings, tools, now);
        var notification = new Notification
        {
            Id = NotificationId.New(place),
            Type = type.Type,
            Category = type.Category,
            Priority = type.Priority,
            Title = words.Title,
            Body = words.Text,
            OrderId = cause.Order?.Id ?? cause.Request?.OrderId,
            EventId = cause.Cause.Id,
            CreatedAt = now,
            ArchivedAt = muted ? now : null,
        };
        var verdicts = new List<ChannelVerdict>
        {
            muted
                ? new ChannelVerdict(NotificationChannel.InApp, null, ClearanceCode.Preference, "The customer does not want it in the inbox: it is in the archive.")
                : new ChannelVerdict(NotificationChannel.InApp, null, ChannelVerdict.Planned, "In the inbox, and on every open device at once."),
        };
        var deliveries = new List<Delivery>();
        var template = Delivery(tenant, customerId, cause, notification, place, locale, now);
        foreach (var step in Steps(type, cause.Request, settings))
        {
            Plan(step, template, customer, own, settings, tools, deliveries, verdicts);
        }

        foreach (var hook in settings.Webhooks.Where(hook => hook.Enabled && (hook.Types.Count == 0 || hook.Types.Contains(type.Type))))
        {
            Add(template with { Channel = DeliveryChannel.Webhook, Address = hook.Id, Due = now, ExpiresAt = now + ChannelPolicy.Of(DeliveryChannel.Webhook).TimeToLive }, hook.Id, null, tools, deliveries, verdicts);
        }

        return new PlannedNotification(notification, deliveries, verdicts);
    }

    /// <summary>A request for later: a delivery that records it when it is due.</summary>
    public static Delivery Later(RecordedEvent requested, System.Text.Json.JsonElement body, DateTimeOffset now)
    {
        var request = requested.Message!;
        var due = request.SendAt!.Value;
        return new Delivery
        {
            Tenant = requested.Tenant,
            Id = requested.Id + "." + DeliveryChannel.Later.Wire(),
            CustomerId = requested.Subject,
            Channel = DeliveryChannel.Later,
            NotificationId = requested.Id,
            Type = request.Type,
            Category = request.Category,
            Priority = request.Priority,
            OrderId = request.OrderId,
            Address = "",
            Title = request.Title ?? "",
            Body = request.Body ?? "",
            Data = body,
            Topic = Deliveries.Delivery.LaterTopic(request.RequestId),
            Lane = request.Lane,
            CreatedAt = now,
            Due = due,
            ExpiresAt = request.ExpiresAt ?? due + ChannelPolicy.Of(DeliveryChannel.Later).TimeToLive,
        };
    }

    private static IEnumerable<RouteStep> Steps(NotificationType type, MessageRequest? request, TenantSettings settings)
    {
        var route = NotificationRoutes.Of(type.Type, type.Priority, settings);
        return request?.Channels is { } chosen
            ? chosen.Where(channel => channel != NotificationChannel.InApp)
                .Select(channel => route.FirstOrDefault(step => step.Channel == channel) ?? new RouteStep(channel, TimeSpan.Zero, UnlessAcknowledged: false))
            : route;
    }

    private static void Plan(
        RouteStep step, Delivery template, Customer? customer, NotificationPreferences own, TenantSettings settings, NotificationTools tools, List<Delivery> deliveries, List<ChannelVerdict> verdicts)
    {
        var critical = NotificationTypes.IsCritical(template.Category, template.Priority);
        var choice = PreferenceRules.Decide(template.Type, template.Category, critical, step.Channel, own, settings.Preferences);
        var due = template.Digest ? template.Due : template.Due + step.After;
        var planned = template with { Due = due, UnlessAcknowledged = step.UnlessAcknowledged };
        string? reason = null;
        if (!choice.Allowed)
        {
            reason = ClearanceCode.Preference;
        }
        else if (planned.ExpiresAt <= due)
        {
            reason = ClearanceCode.Useless;
        }

        if (reason is not null)
        {
            verdicts.Add(new ChannelVerdict(step.Channel, null, reason, reason == ClearanceCode.Preference ? PreferenceRules.Words(choice, step.Channel) : "It happened too long ago to be worth telling."));
            return;
        }

        var count = deliveries.Count;
        if (step.Channel == NotificationChannel.Push)
        {
            foreach (var device in customer?.Devices ?? [])
            {
                Add(planned with { Channel = device.Kind.Channel(), Address = device.Id }, device.Id, step.Channel, tools, deliveries, verdicts);
            }
        }
        else
        {
            var (channel, address) = step.Channel == NotificationChannel.Email ? (DeliveryChannel.Email, customer?.Profile.Email) : (DeliveryChannel.Sms, customer?.Profile.Phone);
            if (address is not null)
            {
                Add(planned with { Channel = channel, Address = address }, null, step.Channel, tools, deliveries, verdicts);
            }
        }

        if (deliveries.Count == count)
        {
            verdicts.Add(new ChannelVerdict(step.Channel, null, ClearanceCode.NoAddress, step.Channel == NotificationChannel.Push ? "The customer has no device for pushes." : "The customer has no such address."));
        }
    }

    private static void Add(Delivery planned, string? target, NotificationChannel? way, NotificationTools tools, List<Delivery> deliveries, List<ChannelVerdict> verdicts)
    {
        var delivery = planned with
        {
            Id = Deliveries.Delivery.IdOf(planned.NotificationId, planned.Channel, target),
            Topic = planned.Topic is null || way is null ? null : $"{planned.Channel.Wire()}:{planned.CustomerId}:{target}:{planned.Topic}",
            Digest = planned.Digest && way is not null,
            TemplateVersion = way is { } channel ? tools.Texts.VersionOf(new TemplateKey(planned.Tenant, planned.Type, channel, planned.Locale)) : 0,
            ExpiresAt = Earlier(planned.ExpiresAt, planned.CreatedAt + ChannelPolicy.Of(planned.Channel).TimeToLive),
        };
        deliveries.Add(delivery);
        verdicts.Add(new ChannelVerdict(way, delivery.Id, ChannelVerdict.Planned, When(delivery)));
    }

    private static string When(Delivery delivery) => delivery switch
    {
        { Digest: true } => "Together with others at the end of the window.",
        { UnlessAcknowledged: true } => $"After {(delivery.Due - delivery.CreatedAt).TotalSeconds:0} s, unless a device has confirmed it by then.",
        _ => "At once.",
    };

    // What all deliveries of the notification have in common.
    private static Delivery Delivery(string tenant, string customerId, NotificationCause cause, Notification notification, long place, string locale, DateTimeOffset now)
    {
        var request = cause.Request;
        var window = request?.DigestWindow;
        var due = window is { } length ? new DateTimeOffset(((now.UtcTicks / length.Ticks) + 1) * length.Ticks, TimeSpan.Zero) : now;
        var useful = request?.ExpiresAt ?? (window is null ? cause.Cause.Time + cause.Type.UsefulFor : due + cause.Type.UsefulFor);
        return new Delivery
        {
            Tenant = tenant,
            Id = "",
            CustomerId = customerId,
            Channel = default,
            NotificationId = notification.Id,
            Place = place,
            Type = notification.Type,
            Category = notification.Category,
            Priority = notification.Priority,
            OrderId = notification.OrderId,
            Status = cause.Tells,
            Address = "",
            Title = notification.Title,
            Body = notification.Body,
            Locale = locale,
            Note = cause.Cause.Note,
            EventTime = cause.Cause.Time,
            Data = request?.Data,
            Literal = request is { Title: not null, Body: not null },
            Topic = cause.Tells is not null ? "order:" + notification.OrderId
                : EventTypes.IsOurs(cause.Cause.Type) ? $"{cause.Cause.Type}:{notification.OrderId}"
                : window is not null ? FormattableString.Invariant($"digest:{request!.CollapseKey ?? notification.Type}:{due.UtcTicks}")
                : request?.CollapseKey is { } key ? "key:" + key
                : null,
            Digest = window is not null,
            Lane = request?.Lane ?? DeliveryLane.News,
            CreatedAt = now,
            Due = due,
            ExpiresAt = useful,
        };
    }

    private static RenderedText Words(string tenant, Customer? customer, NotificationCause cause, string locale, TenantSettings settings, NotificationTools tools, DateTimeOffset now) =>
        cause.Request is { Title: { } title, Body: { } body }
            ? new RenderedText(title, body, null, ITexts.BuiltIn, locale)
            : tools.Texts.Render(new TemplateKey(tenant, cause.Type.Type, NotificationChannel.InApp, locale), version: null, new TextModel
            {
                Order = cause.Order,
                CustomerName = customer?.Profile.Name,
                Brand = settings.Brand,
                Note = cause.Cause.Note,
                EventTime = cause.Cause.Time,
                Data = cause.Request?.Data,
                TimeZone = CustomerPlace.ZoneOf(customer, settings),
                Now = now,
            });

    private static DateTimeOffset Earlier(DateTimeOffset left, DateTimeOffset right) => left < right ? left : right;
}
