using System.Text;
using Milepost.Core.Customers;
using Milepost.Core.Deliveries;
using Milepost.Core.Erasure;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Orders;

namespace Milepost.Core.Tests.Erasure;

public sealed class PersonalDataTests
{
    // What stays of each kind of record. Whoever adds a field decides here, and in PersonalData, whether it is personal.
    [Theory]
    [InlineData(typeof(RecordedEvent), "Customer Destination Eta Message Note Pickup Proof Rating", "Correction CustomerVisible Delay Driver Id Items Promise ReceivedAt Source Stale Status Subject Tenant Time Total Type")]
    [InlineData(typeof(Order), "Destination Eta Pickup Proof Rating",
        "CustomerId DelayToldAt Delayed DelaysRaised DelaysTold DeliveredAt Driver DriverSince EndedAt EventCount FailedAttempts HeardAt Id Items Last LocationStale OnTheWaySince PaidAt PlacedAt Promise PromiseGiven PutBack Reached StalesRaised Status StatusSince Tenant Total")]
    [InlineData(typeof(MessageRequest), "Body CollapseKey Data Title", "Category Channels DigestWindow ExpiresAt Lane OrderId Priority RequestId SendAt Type")]
    [InlineData(typeof(Customer), "Devices Preferences PreferencesVersion Profile ProfileKey", "ErasedAt Tenant")]
    [InlineData(
        typeof(Delivery), "Address Body Data Note Title Topic",
        "Category Channel CreatedAt CustomerId Digest Due EventTime ExpiresAt Id Lane Literal Locale NotificationId OrderId Place Priority Status TemplateVersion Tenant Type UnlessAcknowledged")]
    public void Every_field_that_is_kept_is_decided_upon(Type record, string goes, string stays) =>
        record.GetProperties().Where(property => property.Name != "EqualityContract" && !property.GetMethod!.IsStatic).Select(property => property.Name).Order(StringComparer.Ordinal)
            .ShouldBe(goes.Split(' ').Concat(stays.Split(' ')).Order(StringComparer.Ordinal));

    [Fact]
    public void An_event_keeps_its_facts_and_the_profile_of_somebody_else()
    {
        var full = Some.Placed("e-1", 1) with
        {
            Customer = new CustomerProfile { Id = "c-1", Name = "Ada", Email = "a@b.c" },
            Note = "Ring",
            Destination = new Destination("Street 1", 1, 2),
            Total = new Money(9, "EUR"),
            Eta = new Eta(Some.Evening, null, null, "rain"),
            Pickup = new Pickup("Ada", "Street 2", 1, 2),
            Driver = new Driver("d-1", "Dan", "bike"),
            Proof = new ProofOfDelivery { ReceivedBy = "Ada", At = Some.Evening },
            Rating = new RatingGiven { Number = 1, Stars = 5, Comment = "Ada was happy", At = Some.Evening },
            Message = new MessageRequest { RequestId = "r-1", Type = "shop.news", Category = NotificationCategory.Social, Priority = NotificationPriority.Low, Title = "Dear Ada", Body = "Hi", CollapseKey = "ada" },
        };
        var bare = PersonalData.Without(full, "c-1");
        bare.ShouldBe(full with
        {
            Customer = new CustomerProfile { Id = "c-1" },
            Note = null,
            Destination = null,
            Pickup = null,
            Proof = null,
            Rating = null,
            Eta = new Eta(Some.Evening, null, null, null),
            Message = new MessageRequest { RequestId = "r-1", Type = "shop.news", Category = NotificationCategory.Social, Priority = NotificationPriority.Low },
        });
        PersonalData.Without(bare, "c-1").ShouldBe(bare);
        PersonalData.Without(full, "c-9").Customer.ShouldBe(full.Customer);
    }

    [Theory]
    [InlineData("""{"orderId":"o-1","event":{"note":"n","time":"t"},"eta":{"at":"x","reason":"r"},"total":12.50}""", """{"orderId":"o-1","event":{"time":"t"},"eta":{"at":"x"},"total":12.50}""")]
    [InlineData("""{"list":[{"note":"n","id":1},[{"address":"a"}]],"note":{"deep":1}}""", """{"list":[{"id":1},[{}]]}""")]
    [InlineData("""{"orderId":"o-1","text":"note"}""", null)]
    public void The_data_of_an_entry_loses_what_is_personal_at_any_depth(string data, string? expected)
    {
        var bytes = Encoding.UTF8.GetBytes(data);
        var bare = PersonalData.WithoutEntryFields(bytes);
        Encoding.UTF8.GetString(bare).ShouldBe(expected ?? data);
        if (expected is null)
        {
            bare.ShouldBeSameAs(bytes);
        }
    }

    [Theory]
    [InlineData(DeliveryState.Queued, 0, DeliveryState.Cancelled)]
    [InlineData(DeliveryState.Queued, 1, DeliveryState.Unknown)]
    [InlineData(DeliveryState.Leased, 0, DeliveryState.Cancelled)]
    [InlineData(DeliveryState.Sending, 0, DeliveryState.Sending)]
    [InlineData(DeliveryState.Sent, 0, DeliveryState.Sent)]
    [InlineData(DeliveryState.Suppressed, 0, DeliveryState.Suppressed)]
    public void A_delivery_that_waits_is_called_off_and_the_others_are_what_they_were(DeliveryState before, int unknowns, DeliveryState after)
    {
        var delivery = new Delivery
        {
            Tenant = Some.Tenant,
            Id = "1.email",
            CustomerId = "c-1",
            Channel = DeliveryChannel.Email,
            NotificationId = "1",
            Address = "a@b.c",
            Title = "Dear",
            Body = "Ada",
            Topic = "key:ada",
            CreatedAt = Some.Evening,
            Due = Some.Evening,
            ExpiresAt = Some.Evening.AddDays(1),
        };
        var progress = new DeliveryProgress { State = before, Due = Some.Evening, Unknowns = unknowns, Notes = 2 };
        var step = DeliverySteps.Erase(new QueuedDelivery(delivery, progress), Some.Evening);
        step.After.Progress.State.ShouldBe(after);
        (step.After.Delivery.Address, step.After.Delivery.Title, step.After.Delivery.Body, step.After.Delivery.Topic).ShouldBe(("", "", "", null));
        (step.Note?.Number, step.Note?.Code).ShouldBe(before == after ? (null, null) : (3, ClearanceCode.Erased));
    }
}
