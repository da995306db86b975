using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Milepost.Core.Tenants;
using Milepost.Protocol;
using Milepost.Protocol.Tenants;
using Milepost.Server.Outgoing;

namespace Milepost.Server.Channels.Webhook;

/// <summary>Calls a tenant's webhook: signed, without redirects, and only where addresses of users may lead.</summary>
internal sealed class WebhookCall(OutgoingHttp http, TimeProvider time)
{
    private static readonly ProductInfoHeaderValue Agent = new("Milepost", null);

    public Task<OutgoingAnswer> PingAsync(WebhookEndpoint webhook, CancellationToken cancellationToken) =>
        SendAsync(webhook, "ping." + RandomNumberGenerator.GetHexString(16, lowercase: true), Body(new WebhookEvent(WebhookEvent.Ping, time.GetUtcNow(), null)), cancellationToken);

    /// <summary>The message as the webhook gets it: the same bytes at every attempt.</summary>
    public static byte[] Body(OutgoingMessage message) => Body(new WebhookEvent(WebhookEvent.NotificationCreated, message.CreatedAt, new WebhookNotification
    {
        Tenant = message.Tenant,
        NotificationId = message.NotificationId,
        CustomerId = message.CustomerId,
        NotificationType = message.Type,
        Priority = message.Priority,
        OrderId = message.OrderId,
        Title = message.Title,
        Text = message.Text,
        Link = message.Link,
        Locale = message.Locale,
        Data = message.Data,
    }));

    /// <param name="webhook">Where to.</param>
    /// <param name="id">The same at every attempt, for the receiver to drop repeats by.</param>
    /// <param name="body">What is signed and sent.</param>
    /// <param name="cancellationToken">Ends the attempt; what was sent by then is not known.</param>
    public async Task<OutgoingAnswer> SendAsync(WebhookEndpoint webhook, string id, byte[] body, CancellationToken cancellationToken)
    {
        if (OutgoingAddress.Check(webhook.Url, http.Rules) is not null)
        {
            return new OutgoingAnswer.AddressRefused();
        }

        var now = time.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.Add(Agent);
        request.Headers.TryAddWithoutValidation(WebhookSignature.IdHeader, id);
        request.Headers.TryAddWithoutValidation(WebhookSignature.TimestampHeader, WebhookSignature.Timestamp(now));
        request.Headers.TryAddWithoutValidation(WebhookSignature.SignatureHeader, WebhookSignature.Of(webhook, id, now, body));
        return await http.SendAsync(request, cancellationToken);
    }

    private static byte[] Body(WebhookEvent message) => JsonSerializer.SerializeToUtf8Bytes(message, ProtocolJson.Default.WebhookEvent);
}
