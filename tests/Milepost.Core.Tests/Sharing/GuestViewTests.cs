using System.Text.Json;
using Milepost.Core.Orders;
using Milepost.Core.Sharing;
using Milepost.Core.Streams;
using Milepost.Core.Tenants;
using Milepost.Core.Tracking;
using Milepost.Protocol;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Sharing;
using Milepost.Protocol.Streams;

namespace Milepost.Core.Tests.Sharing;

/// <summary>The contract with those who are followed: what guests see stands here, and nothing else ever occurs.</summary>
public sealed class GuestViewTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    // Every path that may occur in the answer to a guest. A new one is a decision: it is made here.
    private static readonly HashSet<string> Allowed = new(StringComparer.Ordinal)
    {
        "$.status", "$.active", "$.eta.at", "$.eta.from", "$.eta.to", "$.timeline[].status", "$.timeline[].time", "$.brand.name", "$.brand.color",
        "$.brand.logoUrl", "$.driver.firstName", "$.driver.vehicle", "$.location.lat", "$.location.lon", "$.location.time", "$.location.heading", "$.route.points[].lat",
        "$.route.points[].lon", "$.route.remainingMeters", "$.proof.photoUrl", "$.proof.leftAt", "$.proof.at", "$.stream.stream", "$.stream.epoch", "$.stream.offset",
        "$.stream.cursor", "$.language",
    };

    private static readonly TenantBrand Brand = new()
    {
        Name = "The Shop",
        Color = "#112233",
        LogoUrl = "https://cdn.shop.example/logo.png",
        SupportEmail = "MARK-support@shop.example",
        FromEmail = "MARK-from@shop.example",
        OrderUrl = "https://shop.example/MARK-order/{order}",
        Locale = "xx-MARK",
    };

    [Fact]
    public void No_path_occurs_that_is_not_on_the_list_and_none_of_an_orders_own_words()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var view in new[] { Marked(isOver: false), Marked(isOver: true) }.Select(snapshot => snapshot.ToGuest(Brand, Sight, "de")))
        {
            var json = JsonSerializer.Serialize(view, ProtocolJson.Default.GuestTracking);
            json.ShouldNotContain("MARK");
            Collect(JsonDocument.Parse(json).RootElement, "$", seen);
            json.ShouldContain("\"stream\":\"order\"");
        }

        seen.Except(Allowed).ShouldBeEmpty();
        Allowed.Except(seen).ShouldBeEmpty("the list is not longer than what is shown");
    }

    [Fact]
    public void What_is_shown_is_what_was_meant()
    {
        var view = Marked(isOver: false).ToGuest(Brand, Sight, "de");
        (view.Status, view.Active).ShouldBe((OrderStatus.OutForDelivery, true));
        view.Driver.ShouldBe(new GuestDriver("Ana", "bicycle"));
        view.Eta.ShouldBe(new GuestEta(Noon.AddHours(2), Noon.AddHours(1), Noon.AddHours(3)));
        view.Timeline.ShouldBe([new GuestStep(OrderStatus.Placed, Noon), new GuestStep(OrderStatus.OutForDelivery, Noon.AddMinutes(3))]);
        view.Proof.ShouldBe(new GuestProof("/api/v1/guest/proof/photo", "behind the blue door", Noon.AddMinutes(4)));
    }

    [Fact]
    public void What_the_policy_hides_is_not_there()
    {
        var view = Marked(isOver: false).ToGuest(Brand, Hidden, "de");
        (view.Driver, view.Eta, view.Location, view.Route).ShouldBe((null, null, null, null));
        Marked(isOver: false).ToGuest(Brand, Hidden with { Fields = new VisibleFields { Vehicle = true } }, "de").Driver.ShouldBe(new GuestDriver(null, "bicycle"));
    }

    [Fact]
    public void Of_an_order_that_is_over_neither_driver_nor_time_is_shown()
    {
        var view = Marked(isOver: true).ToGuest(Brand, new GuestSight(VisibleFields.All, null, null), "de");
        (view.Active, view.Driver, view.Eta, view.Location, view.Route).ShouldBe((false, null, null, null, null));
        view.Proof.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("red van, B-XY 123", "van")]
    [InlineData("E-Bike", "bicycle")]
    [InlineData("on foot", "on_foot")]
    [InlineData("Opel Vancouver", null)]
    [InlineData("B-XY 123", null)]
    [InlineData(null, null)]
    public void Of_a_vehicle_only_its_kind_is_shown(string? vehicle, string? kind) =>
        Snapshot([Event(EventTypes.OrderDriverAssigned, 0) with { Driver = new Driver("d-1", "  Ana  Maria ", vehicle) }]).ToGuest(new TenantBrand(), Sight, "de")
            .Driver.ShouldBe(new GuestDriver("Ana", kind));

    [Fact]
    public void A_logo_comes_over_https_or_not_at_all() =>
        Snapshot([Event(EventTypes.OrderPlaced, 0)]).ToGuest(new TenantBrand { LogoUrl = "http://cdn.shop.example/logo.png" }, Hidden, "de").Brand.ShouldBeNull();

    private static GuestSight Hidden => new(VisibleFields.None, null, null);

    private static GuestSight Sight => new(
        VisibleFields.All, new GuestLocation(52.5, 13.4, Noon.AddMinutes(5), 90), new GuestRoute([new GuestPoint(52.5, 13.4), new GuestPoint(52.6, 13.5)], 1200));

    /// <summary>An order with something in every field there is; what must not get out says so.</summary>
    private static OrderSnapshot Marked(bool isOver)
    {
        RecordedEvent[] events =
        [
            Event(EventTypes.OrderPlaced, 0) with
            {
                Status = OrderStatus.Placed, Note = "MARK note", CustomerVisible = true,
                Customer = new CustomerProfile { Id = "MARK-ada", Name = "MARK Ada", Email = "MARK@example.org", Phone = "+49 MARK", Locale = "MARK", TimeZone = "MARK" },
                Items = [new OrderItem("MARK pizza", 1, 9.99m)], Total = new Money(9.99m, "MRK"), Destination = new Destination("MARK Street 1", 11.11, 22.22),
            },
            Event(EventTypes.OrderDriverAssigned, 1) with { Driver = new Driver("MARK-d", "Ana MARK", "bike MARK-7") },
            Event(EventTypes.OrderEtaUpdated, 2) with { Eta = new Eta(Noon.AddHours(2), Noon.AddHours(1), Noon.AddHours(3), "MARK traffic") },
            Event(EventTypes.OrderStatusChanged, 3) with { Status = OrderStatus.OutForDelivery, Note = "MARK out" },
            Event(EventTypes.OrderProofAdded, 4) with
            {
                Proof = new ProofOfDelivery { PhotoUrl = "https://photos.shop.example/MARK.jpg", ReceivedBy = "MARK neighbour", LeftAt = "behind the blue door", At = Noon.AddMinutes(4) },
            },
            .. isOver
                ? [
                    Event(EventTypes.OrderStatusChanged, 5) with { Status = OrderStatus.Delivered },
                    Event(EventTypes.OrderRated, 6) with { Rating = new RatingGiven { Number = 1, Stars = 2, Comment = "MARK slow", Tags = ["MARK tag"], At = Noon.AddMinutes(6) } },
                ]
                : Array.Empty<RecordedEvent>(),
        ];
        return Snapshot(events);
    }

    private static OrderSnapshot Snapshot(RecordedEvent[] events) => new(OrderHistory.Replay(events).Order, events, 7, new StreamHead(events.Length, 99));

    private static RecordedEvent Event(string type, int minute) => new()
    {
        Tenant = "mark-tenant",
        Source = "/MARK",
        Id = $"MARK-{minute}",
        Type = type,
        Subject = "MARK-o-1",
        Time = Noon.AddMinutes(minute),
        ReceivedAt = Noon.AddDays(1),
    };

    private static void Collect(JsonElement element, string path, HashSet<string> paths)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    Collect(property.Value, $"{path}.{property.Name}", paths);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Collect(item, path + "[]", paths);
                }

                break;
            default:
                paths.Add(path);
                break;
        }
    }
}
