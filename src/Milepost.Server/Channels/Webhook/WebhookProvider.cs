namespace Milepost.Server.Channels.Webhook;

/// <summary>Tells the tenant's own systems of notifications.</summary>
internal sealed class WebhookProvider(WebhookCall call, TimeProvider time) : IProvider
{
    public string Name => "webhook";

    /// <summary>A receiver that fails says nothing about others.</summary>
    public string PartyOf(OutgoingMessage message) => Uri.TryCreate(message.Webhook!.Url, UriKind.Absolute, out var address) ? address.Authority : Name;

    public async Task<SendAnswer> SendAsync(OutgoingMessage message, CancellationToken cancellationToken) =>
        WebhookTable.Of(await call.SendAsync(message.Webhook!, message.DeliveryId, WebhookCall.Body(message), cancellationToken), time);
}
