using System.Text.Json;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Protocol;
using Milepost.Protocol.Events;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;

namespace Milepost.Core.Tests.Recording;

public sealed class RecordingPlannerTests
{
    private static readonly DateTimeOffset Now = Some.Evening.AddHours(1);
    private readonly MemoryStore _store = new();

    [Fact]
    public async Task An_event_twice_in_a_batch_is_recorded_once()
    {
        var plan = await RecordAsync(Some.Placed("e-1", 1), Some.Placed("e-1", 1), Some.Status("e-1", OrderStatus.Delivered, 2));
        Words(plan).ShouldBe(["accepted", "duplicate", "duplicate"]);
        (await OrderAsync()).Status.ShouldBe(OrderStatus.Placed);
        (await OrderAsync()).EventCount.ShouldBe(1);
    }

    [Fact]
    public async Task An_event_that_is_known_changes_nothing_whatever_it_says_now()
    {
        await RecordAsync(Some.Placed("e-1", 1));
        var plan = await RecordAsync(Some.Status("e-1", OrderStatus.Cancelled, 9), Some.Status("e-2", OrderStatus.Paid, 2));
        Words(plan).ShouldBe(["duplicate", "accepted"]);
        (await OrderAsync()).Status.ShouldBe(OrderStatus.Paid);
        (await EntriesAsync(StreamName.Order(Some.Tenant, "o-1"))).Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_same_id_from_another_source_is_another_event()
    {
        var plan = await RecordAsync(Some.Placed("e-1", 1), Some.Status("e-1", OrderStatus.Paid, 2) with { Source = "/shops/2" });
        Words(plan).ShouldBe(["accepted", "accepted"]);
    }

    [Fact]
    public async Task A_batch_is_taken_in_the_order_of_time_and_answered_in_its_own()
    {
        var plan = await RecordAsync(Some.Status("e-3", OrderStatus.Delivered, 3), Some.Placed("e-1", 1), Some.Placed("e-1", 1), Some.Status("e-2", OrderStatus.Paid, 2));
        Words(plan).ShouldBe(["accepted", "accepted", "duplicate", "accepted"]);
        plan.Entries.Where(entry => entry.Stream == StreamName.Order(Some.Tenant, "o-1")).Select(entry => entry.Id).ShouldBe(["e-1", "e-2", "e-3"]);
        (await NotificationsAsync("c-1")).ShouldBe(["order.placed", "order.paid", "order.delivered"]);
    }

    [Fact]
    public async Task A_late_event_goes_into_the_timeline_and_is_not_told()
    {
        await RecordAsync(Some.Placed("e-1", 1), Some.Status("e-9", OrderStatus.OutForDelivery, 9));
        var plan = await RecordAsync(Some.Status("e-5", OrderStatus.Preparing, 5));
        plan.Notifications.ShouldBeEmpty();
        var changed = Changed(plan.Entries.Single().Data);
        (changed.Status, changed.Event.EventId, changed.Event.Status, changed.Event.Moved).ShouldBe((OrderStatus.OutForDelivery, "e-5", OrderStatus.Preparing, true));
        var (order, timeline) = OrderHistory.Replay((await _store.SnapshotAsync(Some.Tenant, "o-1", CancellationToken.None))!.Events);
        order.Status.ShouldBe(OrderStatus.OutForDelivery);
        timeline.Select(entry => entry.EventId).ShouldBe(["e-1", "e-5", "e-9"]);
    }

    [Fact]
    public async Task A_late_event_that_changes_where_the_order_stands_is_told()
    {
        await RecordAsync(Some.Placed("e-1", 1), Some.Status("e-9", OrderStatus.Cancelled, 9));
        await RecordAsync(Some.Status("e-5", OrderStatus.Delivered, 5));
        (await OrderAsync()).Status.ShouldBe(OrderStatus.Delivered);
        (await NotificationsAsync("c-1")).ShouldBe(["order.placed", "order.cancelled", "order.delivered"]);
    }

    [Fact]
    public async Task Two_late_events_in_one_batch_see_each_other()
    {
        await RecordAsync(Some.Placed("e-1", 1), Some.Status("e-9", OrderStatus.PickedUp, 9));
        var plan = await RecordAsync(Some.Status("e-6", OrderStatus.Paid, 6), Some.Status("e-5", OrderStatus.Ready, 5), Some.Status("e-10", OrderStatus.Arriving, 10));
        plan.Entries.Where(entry => entry.Type == FrameTypes.OrderStatusChanged).Select(entry => Changed(entry.Data)).Select(data => (data.Event.EventId, data.Event.Moved, data.Status))
            .ShouldBe([("e-5", true, OrderStatus.PickedUp), ("e-6", false, OrderStatus.PickedUp), ("e-10", true, OrderStatus.Arriving)]);
    }

    [Fact]
    public async Task A_customer_who_becomes_known_later_is_told_once_where_the_order_stands()
    {
        await RecordAsync(Some.Placed("e-1", 1, customer: null), Some.Status("e-2", OrderStatus.Accepted, 2), Some.Status("e-3", OrderStatus.Preparing, 3));
        (await NotificationsAsync("c-1")).ShouldBeEmpty();
        await RecordAsync(Some.Event("e-4", EventTypes.OrderNoteAdded, 4) with { Note = "x", Customer = new CustomerProfile { Id = "c-1" } });
        (await NotificationsAsync("c-1")).ShouldBe(["order.preparing"]);
        await RecordAsync(Some.Event("e-5", EventTypes.OrderNoteAdded, 5) with { Note = "x", Customer = new CustomerProfile { Id = "c-1" } });
        (await NotificationsAsync("c-1")).ShouldBe(["order.preparing"]);
    }

    [Fact]
    public async Task A_status_that_is_told_again_is_not_notified_again()
    {
        await RecordAsync(Some.Placed("e-1", 1), Some.Placed("e-2", 2), Some.Status("e-3", OrderStatus.Placed, 3, correction: true));
        (await NotificationsAsync("c-1")).ShouldBe(["order.placed"]);
        (await OrderAsync()).EventCount.ShouldBe(3);
    }

    [Fact]
    public async Task Two_tenants_with_the_same_ids_never_mix()
    {
        var plan = await RecordAsync(Some.Placed("e-1", 1), Some.Placed("e-1", 2, tenant: "globex"), Some.Status("e-2", OrderStatus.Cancelled, 3, tenant: "globex"));
        Words(plan).ShouldBe(["accepted", "accepted", "accepted"]);
        (await OrderAsync()).Status.ShouldBe(OrderStatus.Placed);
        (await _store.FindAsync("globex", "o-1", CancellationToken.None))!.Status.ShouldBe(OrderStatus.Cancelled);
        (await EntriesAsync(StreamName.Order(Some.Tenant, "o-1"))).Select(entry => entry.Offset).ShouldBe([1]);
        (await EntriesAsync(StreamName.Order("globex", "o-1"))).Select(entry => entry.Offset).ShouldBe([1, 2]);
        (await NotificationsAsync("c-1")).ShouldBe(["order.placed"]);
        (await NotificationsAsync("c-1", "globex")).ShouldBe(["order.placed", "order.cancelled"]);
    }

    [Fact]
    public async Task Offsets_are_dense_in_every_stream_over_many_batches()
    {
        var random = new Random(3);
        for (var batch = 0; batch < 40; batch++)
        {
            var size = random.Next(1, 12);
            await RecordAsync([.. Enumerable.Range(0, size).Select(index =>
                Some.Status($"e-{batch}-{index}", random.GetItems(Enum.GetValues<OrderStatus>(), 1)[0], random.Next(100), order: $"o-{random.Next(3)}") with { Customer = new CustomerProfile { Id = $"c-{random.Next(2)}" } })]);
        }

        foreach (var stream in (StreamName[])[.. Enumerable.Range(0, 3).Select(n => StreamName.Order(Some.Tenant, $"o-{n}")), .. Enumerable.Range(0, 2).Select(n => StreamName.Customer(Some.Tenant, $"c-{n}"))])
        {
            var entries = await EntriesAsync(stream);
            entries.Count.ShouldBeGreaterThan(1);
            entries.Select(entry => entry.Offset).ShouldBe(Enumerable.Range(1, entries.Count).Select(offset => (long)offset));
            var check = 0u;
            foreach (var entry in entries)
            {
                entry.Check.ShouldBe(check = StreamPosition.NextCheck(check, entry.Id));
            }
        }
    }

    [Fact]
    public async Task An_order_takes_a_thousand_events_and_no_more()
    {
        var events = Enumerable.Range(0, OrderHistory.MaxEvents + 1).Select(index => Some.Event($"e-{index:0000}", EventTypes.OrderNoteAdded, index) with { Note = "x" }).ToArray();
        var plan = await RecordAsync(events);
        Words(plan).Count(word => word == "accepted").ShouldBe(OrderHistory.MaxEvents);
        Words(plan)[^1].ShouldBe("order_event_limit");
        Words(await RecordAsync(Some.Status("later", OrderStatus.Paid, 2_000), Some.Placed("other", 1, order: "o-2"))).ShouldBe(["order_event_limit", "accepted"]);
        (await OrderAsync()).EventCount.ShouldBe(OrderHistory.MaxEvents);
    }

    [Fact]
    public async Task A_refused_event_is_not_called_a_duplicate_when_it_stands_in_the_batch_twice()
    {
        await RecordAsync([.. Enumerable.Range(0, OrderHistory.MaxEvents).Select(index => Some.Event($"e-{index:0000}", EventTypes.OrderNoteAdded, index) with { Note = "x" })]);
        Words(await RecordAsync(Some.Status("later", OrderStatus.Paid, 2_000), Some.Status("later", OrderStatus.Paid, 2_000))).ShouldBe(["order_event_limit", "order_event_limit"]);
    }

    [Fact]
    public async Task Changed_contact_details_are_told_as_a_matter_of_security()
    {
        await RecordAsync(Some.Customer("k-1", 1, new CustomerProfile { Id = "c-1", Name = "Ada", Email = "ada@example.org" }));
        (await NotificationsAsync("c-1")).ShouldBeEmpty();
        await RecordAsync(Some.Customer("k-2", 2, new CustomerProfile { Id = "c-1", Name = "Ada L." }));
        (await NotificationsAsync("c-1")).ShouldBeEmpty();
        await RecordAsync(Some.Customer("k-3", 3, new CustomerProfile { Id = "c-1", Email = "mallory@example.org" }));
        (await NotificationsAsync("c-1")).ShouldBe(["customer.updated"]);
        await RecordAsync(Some.Customer("k-4", 4, new CustomerProfile { Id = "c-1", Phone = "+49 1" }));
        (await NotificationsAsync("c-1")).ShouldBe(["customer.updated"]);
        await RecordAsync(Some.Customer("k-5", 5, new CustomerProfile { Id = "c-1", Phone = "+49 2" }));
        (await NotificationsAsync("c-1")).ShouldBe(["customer.updated", "customer.updated"]);
    }

    [Fact]
    public async Task A_late_profile_does_not_change_a_newer_one()
    {
        await RecordAsync(Some.Customer("k-2", 2, new CustomerProfile { Id = "c-1", Email = "new@example.org" }));
        var plan = await RecordAsync(Some.Customer("k-1", 1, new CustomerProfile { Id = "c-1", Email = "old@example.org", Name = "Ada" }));
        var profile = plan.Customers.Values.Single().Profile;
        (profile.Email, profile.Name).ShouldBe(("new@example.org", "Ada"));
        plan.Notifications.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_customer_called_like_an_order_is_not_part_of_it()
    {
        await RecordAsync(Some.Placed("e-1", 1, order: "x"), Some.Customer("k-1", 2, new CustomerProfile { Id = "x" }));
        (await _store.SnapshotAsync(Some.Tenant, "x", CancellationToken.None))!.Events.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_frame_s_type_says_what_the_event_changed()
    {
        var plan = await RecordAsync(
            Some.Placed("e-1", 1, customer: null),
            Some.Event("e-2", EventTypes.OrderEtaUpdated, 2) with { Eta = new Eta(Now, null, null, null) },
            Some.Event("e-3", EventTypes.OrderDriverAssigned, 3) with { Driver = new Driver("d", null, null) },
            Some.Event("e-4", EventTypes.OrderNoteAdded, 4) with { Note = "x" });
        plan.Entries.Select(entry => entry.Type).ShouldBe(["order.status.changed", "order.eta.updated", "order.updated", "order.updated"]);
    }

    [Fact]
    public async Task A_notification_carries_the_counts_behind_it()
    {
        var plan = await RecordAsync(Some.Placed("e-1", 1), Some.Status("e-2", OrderStatus.Paid, 2));
        plan.Entries.Where(entry => entry.Type == FrameTypes.NotificationNew)
            .Select(entry => JsonSerializer.Deserialize(entry.Data, ProtocolJson.Default.NotificationNew)!)
            .Select(told => (told.Unread, told.Total, told.Notification.OrderId, told.Notification.EventId)).ShouldBe([(1, 1, "o-1", "e-1"), (2, 2, "o-1", "e-2")]);
        plan.Inboxes.Values.Single().ShouldBe(new InboxState(2, 2));
    }

    private static OrderChanged Changed(byte[] data) => JsonSerializer.Deserialize(data, ProtocolJson.Default.OrderChanged)!;

    private static string[] Words(RecordingPlan plan) => [.. plan.Outcomes.Select(outcome => outcome switch
    {
        RecordOutcome.Accepted => "accepted",
        RecordOutcome.Duplicate => "duplicate",
        RecordOutcome.Rejected rejected => rejected.Code.Code,
        _ => "?",
    })];

    private Task<RecordingPlan> RecordAsync(params RecordedEvent[] events) =>
        _store.RecordAsync(events, context => RecordingPlanner.Plan(context, Some.Tools, events, Now), CancellationToken.None);

    private async Task<Order> OrderAsync() => (await _store.FindAsync(Some.Tenant, "o-1", CancellationToken.None))!;

    private async Task<IReadOnlyList<Core.Streams.StreamEntry>> EntriesAsync(StreamName stream) => await _store.ReadAsync(stream, 0, 10_000, CancellationToken.None);

    private async Task<IEnumerable<string>> NotificationsAsync(string customer, string tenant = Some.Tenant)
    {
        var page = await _store.ListAsync(new NotificationQuery(tenant, customer, null, null, false, null, null, 1_000), CancellationToken.None);
        page.Inbox.ShouldBe(new InboxState(page.Items.Count, page.Items.Count));
        return page.Items.Select(listed => listed.Notification.Type).Reverse();
    }
}
