using Milepost.Core.Deliveries;
using Milepost.Core.Preferences;
using Milepost.Core.Templates;
using Milepost.Core.Tenants;
using Milepost.Server.Channels;
using Milepost.Server.Channels.Sms;
using Milepost.Server.Unsubscribe;

namespace Milepost.Server.Worker;

/// <summary>Makes of a delivery that goes out the message that a provider gets, in the words that were pinned when it was planned.</summary>
internal sealed class MessageComposer(ITexts texts, UnsubscribeLinks unsubscribe, TimeProvider time)
{
    internal const string DigestType = "digest";

    public OutgoingMessage Compose(ClearanceCase due, Clearance.Send send)
    {
        var delivery = due.Delivery;
        var locale = send.Device is null ? delivery.Locale : CustomerPlace.LocaleOf(due.Facts.Customer, due.Tenant, send.Device);
        var kind = ClearanceRules.TypeOf(due, send);
        var type = send.Digest.Count > 0 ? DigestType : kind.Type;
        var link = due.Tenant.Brand.OrderUrl is { } url && delivery.OrderId is { } order ? url.Replace("{order}", Uri.EscapeDataString(order), StringComparison.Ordinal) : null;
        // A digest has words of its own, but nobody is asked whether they want digests: the link ends what the next one is checked by.
        var end = delivery.Channel == DeliveryChannel.Email ? unsubscribe.For(delivery.Tenant, delivery.CustomerId, kind) : null;
        var words = Words(due, send, type, locale, link, end);
        return new OutgoingMessage
        {
            Tenant = delivery.Tenant,
            DeliveryId = delivery.Id,
            Attempt = due.Row.Progress.Attempts + 1,
            Channel = delivery.Channel,
            CustomerId = delivery.CustomerId,
            NotificationId = delivery.NotificationId,
            Type = type,
            Priority = delivery.Priority,
            OrderId = delivery.OrderId,
            Address = send.Address,
            Name = due.Facts.Customer?.Profile.Name,
            Title = words.Title,
            // What it costs is counted from here on.
            Text = delivery.Channel == DeliveryChannel.Sms ? SmsWriting.Plain(words.Text) : words.Text,
            Html = words.Html,
            Link = link,
            Locale = locale,
            CollapseKey = delivery.OrderId ?? delivery.Topic,
            CreatedAt = delivery.CreatedAt,
            ExpiresAt = delivery.ExpiresAt,
            UnsubscribeUrl = end,
            Brand = due.Tenant.Brand,
            Data = delivery.Data,
            Device = send.Device,
            Webhook = delivery.Channel == DeliveryChannel.Webhook ? due.Tenant.Webhooks.First(hook => hook.Id == delivery.Address) : null,
        };
    }

    private RenderedText Words(ClearanceCase due, Clearance.Send send, string type, string locale, string? link, string? end)
    {
        var delivery = due.Delivery;
        if (delivery.Channel.Choice() is not { } channel || (delivery.Literal && send.Digest.Count == 0))
        {
            return new RenderedText(delivery.Title, delivery.Body, null, ITexts.BuiltIn, locale);
        }

        // A version belongs to the words that were planned; for other words the newest are right.
        int? version = type == delivery.Type && locale == delivery.Locale ? delivery.TemplateVersion : null;
        return texts.Render(new TemplateKey(delivery.Tenant, type, channel, locale), version, new TextModel
        {
            Order = due.Facts.Order,
            CustomerName = due.Facts.Customer?.Profile.Name,
            Brand = due.Tenant.Brand,
            Note = send.Rewrite is null ? delivery.Note : null,
            EventTime = send.Rewrite is null ? delivery.EventTime : null,
            Link = link,
            UnsubscribeLink = end,
            Digest = [.. send.Digest.Select(item => new DigestItem(item.Title, item.Body, item.EventTime ?? item.CreatedAt))],
            Data = delivery.Data,
            TimeZone = CustomerPlace.ZoneOf(due.Facts.Customer, due.Tenant, send.Device),
            Now = time.GetUtcNow(),
        });
    }
}
