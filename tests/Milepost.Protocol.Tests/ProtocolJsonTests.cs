using System.Text.Json;
using System.Text.Json.Serialization;
using Milepost.Protocol.Access;
using Milepost.Protocol.Deliveries;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Events;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Push;
using Milepost.Protocol.Streams;

namespace Milepost.Protocol.Tests;

public sealed class ProtocolJsonTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 21, 18, 0, 0, 123, TimeSpan.Zero);

    private static readonly TimelineEntry Entry = new()
    {
        EventId = "e-1",
        Source = "/shops/1",
        Type = "order.status.changed",
        Time = At,
        ReceivedAt = At.AddSeconds(1),
        Status = OrderStatus.PickedUp,
        Moved = true,
        Note = "a \"note\"\n<b>€\ud83d\ude00",
    };

    private static readonly Notification Told = new()
    {
        Id = "n-1",
        Type = "order.delivered",
        Category = NotificationCategory.Order,
        Priority = NotificationPriority.Critical,
        Title = "Delivered",
        Body = "Enjoy!",
        OrderId = "o-1",
        EventId = "e-1",
        CreatedAt = At,
        ReadAt = At,
        ArchivedAt = At,
    };

    private static readonly OrderTracking Tracking = new()
    {
        Id = "o-1",
        Status = OrderStatus.OutForDelivery,
        Active = true,
        CustomerId = "c-1",
        Items = [new OrderItem("Soup", 2, 4.5m), new OrderItem("Bread", 1)],
        Total = new Money(12.5m, "EUR"),
        Eta = new Eta(At, At, At, "rain"),
        PlacedAt = At,
        PaidAt = At,
        UpdatedAt = At,
        Destination = new Destination("Street 1", 52.5, -13.4),
        Driver = new Driver("d-1", "Ada", "bike"),
        Timeline = [Entry],
        Stream = new StreamState("order:o-1", "00000000000000ff", 12, "AQ"),
    };

    /// <summary>One full message of every type that the context knows.</summary>
    public static TheoryData<Type> Types => [.. Messages.Keys];

    // Those with values that something is known to be hard about; the rest is filled in.
    private static Type[] Written =>
    [
        typeof(CloudEvent), typeof(RecordReply), typeof(OrderPage), typeof(OrderDetails), typeof(OrderTracking), typeof(OrderChanged), typeof(NotificationPage), typeof(Notification),
        typeof(NotificationNew), typeof(NotificationUpdated), typeof(UnreadChanged), typeof(InboxCounts), typeof(ServerFrame), typeof(ClientFrame), typeof(PollReply), typeof(TicketReply),
        typeof(VapidPublicKey), typeof(Problem), typeof(OutboxPage), typeof(RevocationRequest), typeof(RevocationView), typeof(RevocationPage),
    ];

    // What the context names, lists of its types and plain JSON apart.
    private static IEnumerable<Type> Declared => typeof(ProtocolJson).GetCustomAttributesData().Where(data => data.AttributeType == typeof(JsonSerializableAttribute))
        .Select(data => (Type)data.ConstructorArguments[0].Value!).Where(type => type != typeof(System.Text.Json.Nodes.JsonNode) && !type.IsInterface);

    private static readonly Dictionary<Type, object> Messages = new object[]
    {
        new CloudEvent { Id = "e", Source = "/s", Type = "order.placed", Subject = "o-1", Time = At, Data = Json("{\"a\":[1,null]}") },
        new RecordReply(1, 2, [new RejectedEvent(3, "e", "invalid_field", "data.status", "wrong"), new RejectedEvent(4, null, "malformed_json", null, "x")]),
        new OrderPage([new OrderSummary { Id = "o", Status = OrderStatus.Placed, Active = true, UpdatedAt = At }], "next"),
        new OrderDetails { Id = "o", Status = OrderStatus.Cancelled, Active = false, UpdatedAt = At, Timeline = [Entry] },
        Tracking,
        new OrderChanged { OrderId = "o", Status = OrderStatus.AttemptFailed, Active = true, Event = Entry, Eta = Tracking.Eta, Driver = Tracking.Driver },
        new NotificationPage([Told], 1, 2, "next", Tracking.Stream),
        Told,
        new NotificationNew(Told, 1, 2),
        new NotificationUpdated("n-1", At, null, 0, 2),
        new UnreadChanged(0, 7, At),
        new InboxCounts(3, 4),
        new ServerFrame
        {
            Type = "ready", Stream = "s", Offset = 1, Cursor = "c", Id = "i", Time = At, Data = Json("{\"x\":1}"),
            Streams = [new ReadyStream("s", "00ff", 9, 2)], Code = "c", Detail = "d", Retry = true, AfterMs = 5, ExpiresAt = At,
        },
        new ClientFrame { Type = "subscribe", Streams = ["a", "b"], Since = "earliest", Cursor = "c", Token = "t", Visible = false },
        new PollReply([new ServerFrame { Type = "pong", Data = Json("{}") }], "AQ"),
        new TicketReply("ticket", At),
        new VapidPublicKey("BP4z9KsN"),
        new Problem { Title = "t", Status = 400, Code = "c", Detail = "d", Field = "f", Retry = false, Rejected = [new RejectedEvent(0, "e", "c", "f", "d")] },
        new OutboxPage([new OutboxItem { DeliveryId = "n-1:email", Attempt = 1, Channel = "email", Address = "a@b.example", Title = "t", Body = "b", SentAt = At }], "next"),
        new RevocationRequest("c-1", "lost phone"),
        new RevocationView("c-1", At, At, "lost phone"),
        new RevocationPage([new RevocationView("c-1", At, At, null)], "next"),
    }.Concat(Declared.Except(Written).Select(Sample.Of)).ToDictionary(message => message.GetType());

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_message_is_read_as_it_was_written(Type type)
    {
        var message = Messages[type];
        var written = JsonSerializer.Serialize(message, type, ProtocolJson.Default);
        var read = JsonSerializer.Deserialize(written, type, ProtocolJson.Default);
        JsonSerializer.Serialize(read, type, ProtocolJson.Default).ShouldBe(written);
        written.ShouldNotContain(":null");
        // What was lost on either way is missing in one of the two texts, or here.
        JsonDocument.Parse(written).RootElement.EnumerateObject().Count()
            .ShouldBe(type.GetProperties().Count(property => property.GetIndexParameters().Length == 0 && property.GetValue(message) is not null));
    }

    [Fact]
    public void The_list_of_messages_is_the_context_s() => Messages.Keys.ShouldBe(Declared, ignoreOrder: true);

    [Fact]
    public void What_is_absent_is_not_written() =>
        JsonSerializer.Serialize(new OrderSummary { Id = "o", Status = OrderStatus.Placed, Active = true, UpdatedAt = At }, ProtocolJson.Default.OrderSummary)
            .ShouldBe("""{"id":"o","status":"placed","active":true,"items":[],"updatedAt":"2026-11-21T18:00:00.123Z"}""");

    [Fact]
    public void A_frame_without_data_can_be_read()
    {
        var frame = JsonSerializer.Deserialize("""{"type":"pong","later":{"we":"add this"}}""", ProtocolJson.Default.ServerFrame)!;
        frame.Type.ShouldBe("pong");
        frame.Data.ValueKind.ShouldBe(JsonValueKind.Undefined);
    }

    [Fact]
    public void Wire_names_of_categories_and_priorities_are_lower_case()
    {
        Enum.GetValues<NotificationCategory>().Select(value => JsonSerializer.Serialize(value)).ShouldBe(["\"order\"", "\"security\"", "\"system\"", "\"social\"", "\"task\""]);
        Enum.GetValues<NotificationPriority>().Select(value => JsonSerializer.Serialize(value)).ShouldBe(["\"low\"", "\"normal\"", "\"high\"", "\"critical\""]);
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
