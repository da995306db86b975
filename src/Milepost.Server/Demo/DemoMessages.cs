using Microsoft.AspNetCore.Http.HttpResults;
using Milepost.Core.Deliveries;
using Milepost.Core.Notifications;
using Milepost.Protocol.Deliveries;
using Milepost.Server.Admin.Decisions;

namespace Milepost.Server.Demo;

/// <summary>A message of the outbox, for the customer it was meant for.</summary>
/// <param name="Id">The delivery and the attempt.</param>
/// <param name="NotificationId">What it tells.</param>
/// <param name="Channel">email, sms, fcm or apns.</param>
/// <param name="Address">Where it would have gone; of a push the name of the phone.</param>
/// <param name="Title">Its subject.</param>
/// <param name="Body">Its text.</param>
/// <param name="SentAt">When it would have gone.</param>
internal sealed record DemoMessage(string Id, string NotificationId, string Channel, string Address, string Title, string Body, DateTimeOffset SentAt);

/// <summary>
/// What the demo's customers would have been sent, and why. Staff see this over the admin API; here it is open to anyone, which is why it
/// knows the demo's invented customers only.
/// </summary>
internal static class DemoMessages
{
    private const int Shown = 50;

    // All customers share the outbox: enough that the shown ones of one customer are among them.
    private const int Searched = 500;

    public static async Task<Results<JsonHttpResult<IReadOnlyList<DemoMessage>>, NotFound>> ListAsync(
        string customer, IOutbox outbox, IDecisionStore decisions, CancellationToken cancellationToken)
    {
        if (!Cast.Knows(customer))
        {
            return TypedResults.NotFound();
        }

        var notifications = await ByDeliveryAsync(customer, decisions, cancellationToken);
        var listed = await outbox.ListAsync(Cast.Tenant, before: null, Searched, cancellationToken);
        return TypedResults.Json<IReadOnlyList<DemoMessage>>(
            [.. listed.Select(it => View(it.Message, notifications.GetValueOrDefault(it.Message.DeliveryId))).OfType<DemoMessage>().Take(Shown)], DemoJson.Default.IReadOnlyListDemoMessage);
    }

    public static async Task<Results<Ok<Decision>, NotFound>> WhyAsync(
        string customer, string notification, IDecisionStore decisions, IDeliveryQueue queue, CancellationToken cancellationToken)
    {
        var found = Cast.Knows(customer)
            ? (await decisions.ListAsync(Cast.Tenant, customer, orderId: null, before: null, Searched, cancellationToken)).FirstOrDefault(it => it.Notification.Id == notification)
            : null;
        return found is null ? TypedResults.NotFound() : TypedResults.Ok(await DecisionEndpoints.OfAsync(queue, Cast.Tenant, customer, found, cancellationToken));
    }

    /// <summary>By the id of a delivery: the notification that it carries.</summary>
    private static async Task<Dictionary<string, string>> ByDeliveryAsync(string customer, IDecisionStore decisions, CancellationToken cancellationToken)
    {
        var found = await decisions.ListAsync(Cast.Tenant, customer, orderId: null, before: null, Searched, cancellationToken);
        return found.SelectMany(decided => decided.Verdicts, (decided, verdict) => (verdict.DeliveryId, decided.Notification.Id))
            .Where(pair => pair.DeliveryId is not null)
            .ToDictionary(pair => pair.DeliveryId!, pair => pair.Id, StringComparer.Ordinal);
    }

    /// <summary>Null: it was meant for somebody else.</summary>
    private static DemoMessage? View(OutboxMessage message, string? notificationId) => notificationId is null
        ? null
        : new DemoMessage($"{message.DeliveryId}.{message.Attempt}", notificationId, message.Channel.Wire(), message.Address, message.Title, message.Body, message.SentAt);
}
