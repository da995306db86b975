using System.Text.Json;
using Milepost.Core.Customers;
using Milepost.Core.Deliveries;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Tests;
using Milepost.Protocol.Events;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Orders;

namespace Milepost.Storage.Tests.Erasure;

/// <summary>
/// A customer (c-1) of whom everything is known that can be, and a neighbour (c-2). Everything personal of the first has "zimt" in it, everything
/// of the other one "safran".
/// </summary>
internal static class Ada
{
    public static readonly CustomerProfile Profile = new() { Id = "c-1", Name = "Ada Zimt", Email = "ada.zimt@example.org", Phone = "+491511-zimt", Locale = "de", TimeZone = "Europe/Berlin" };

    private static readonly CustomerProfile Neighbour = new() { Id = "c-2", Name = "Ben Safran", Email = "ben@safran.example", Phone = "+49-safran" };

    /// <summary>Everything that is told of them; with other ids the same news again.</summary>
    public static RecordedEvent[] Events(string prefix = "e") =>
    [
        Some.Customer(prefix + "-1", 0, Profile),
        Some.Placed(prefix + "-2", 1) with { Customer = Profile, Destination = new Destination("Zimtgasse 7\nBerlin", 52.5, 13.4), Note = "Ring at Zimt" },
        Some.Event(prefix + "-3", EventTypes.OrderEtaUpdated, 2) with { Eta = new Eta(Some.Evening.AddHours(1), null, null, "The Zimts are out") },
        Some.Status(prefix + "-4", OrderStatus.Paid, 3) with { Note = "paid by Zimt" },
        Some.Event(prefix + "-5", EventTypes.OrderNoteAdded, 4) with { Note = "Behind the zimt bush", CustomerVisible = true },
        Requested(prefix + "-6", sendAt: null),
        Requested(prefix + "-7", Stores.Now.AddDays(1)),
        Some.Customer(prefix + "-8", 0, Neighbour),
        Some.Placed(prefix + "-9", 1, "c-2", "o-2") with { Customer = Neighbour, Destination = new Destination("Safranweg 1", 50, 8), Note = "Safran" },
        // Somebody else's order, thought to be hers for a moment.
        Some.Status(prefix + "-10", OrderStatus.Paid, 2, order: "o-2") with { Customer = Profile, Note = "on account" },
        Some.Status(prefix + "-11", OrderStatus.OutForDelivery, 9) with
        {
            Proof = new ProofOfDelivery { PhotoUrl = "https://photos.example/zimt.jpg", ReceivedBy = "Frau Zimt", LeftAt = "zimt bush", At = Some.Evening },
            Rating = new RatingGiven { Number = 1, Stars = 1, Comment = "zimt", Tags = ["zimt"], At = Some.Evening },
        },
        Some.Placed(prefix + "-12", 1, tenant: "globex") with { Customer = new CustomerProfile { Id = "c-1", Name = "Gus Safran", Email = "gus@safran.example" } },
    ];

    public static RecordedEvent Erased(string id = "x-1", double minute = 5) => Some.Event(id, EventTypes.CustomerErased, minute, "c-1");

    public static Device Phone => new() { Id = "d-1", Kind = DeviceKind.Fcm, Address = "zimt-token-0123456789", SeenAt = Stores.Now };

    /// <summary>Everything that can be done with it: one delivery is sent and told, one is being sent, one waits for somebody, the rest is queued.</summary>
    public static async Task<Lease> LiveAsync(ErasureStores all)
    {
        await all.Customers.ClaimDeviceAsync(Some.Tenant, "c-1", Phone, CancellationToken.None);
        await all.Stores.RecordAsync(Events());
        await all.Stores.ChangeAsync((await all.Stores.InboxAsync()).Items[0].Notification.Id, InboxChange.Read);
        var leases = await all.Queue.LeaseAsync("w-1", DeliveryLane.News, 50, TimeSpan.FromMinutes(1), Stores.Now, CancellationToken.None);
        var hers = leases.Where(lease => lease.Delivery is { Tenant: Some.Tenant, CustomerId: "c-1", Channel: DeliveryChannel.Email }).ToArray();
        hers.Length.ShouldBeGreaterThan(2);
        await all.Queue.BeginAsync(hers[..2], TimeSpan.FromMinutes(1), Stores.Now, CancellationToken.None);
        await all.Queue.CompleteAsync([new Completion(hers[0], new DeliveryOutcome.Sent("250 Thank you, Ada Zimt"))], Stores.Now, CancellationToken.None);
        await all.Queue.ReportAsync(Some.Tenant, hers[0].Delivery.Id, new DeliveryReport(DeliveryReportKind.SoftBounce, Stores.Now, "The box of Zimt is full"), Stores.Now, CancellationToken.None);
        await all.Outbox.AddAsync(Message(hers[0].Delivery), CancellationToken.None);
        return hers[1];
    }

    public static OutboxMessage Message(Delivery delivery) =>
        new(delivery.Tenant, delivery.Id, 1, delivery.Channel, "ada.zimt@example.org", "Dear Ada Zimt", "Zimt", Stores.Now);

    private static RecordedEvent Requested(string id, DateTimeOffset? sendAt) => Some.Event(id, EventTypes.NotificationRequested, 5, "c-1") with
    {
        Message = new MessageRequest
        {
            RequestId = id,
            Type = "shop.news",
            Category = NotificationCategory.Social,
            Priority = NotificationPriority.Critical,
            Title = "Dear Ada Zimt",
            Body = "Zimt is cheap today",
            Data = JsonSerializer.SerializeToElement(new { street = "Zimtgasse" }),
            CollapseKey = "zimt",
            SendAt = sendAt,
        },
    };
}
