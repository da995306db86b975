using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Milepost.Core;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Tests;
using Milepost.Protocol.Events;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;

namespace Milepost.Storage.Tests;

/// <summary>What every store must do. A back end is a subclass that opens one; it is compared with the model in memory.</summary>
public abstract class StoreConformance
{
    private static readonly StreamName Order1 = StreamName.Order(Some.Tenant, "o-1");
    private static readonly StreamName Customer1 = StreamName.Customer(Some.Tenant, "c-1");

    /// <summary>A store without data.</summary>
    internal abstract Task<Stores> OpenAsync();

    [Fact]
    public async Task What_is_unknown_is_empty()
    {
        var stores = await OpenAsync();
        (await stores.Orders.FindAsync(Some.Tenant, "o-1", CancellationToken.None)).ShouldBeNull();
        (await stores.Orders.SnapshotAsync(Some.Tenant, "o-1", CancellationToken.None)).ShouldBeNull();
        (await ListAsync(stores)).ShouldBeEmpty();
        (await stores.ChangeAsync("n", InboxChange.Read)).ShouldBeNull();
        (await stores.Notifications.ReadAllAsync(Some.Tenant, "c-1", Stores.Now, CancellationToken.None)).ShouldBe(new InboxChanged(default, null));
        var inbox = await stores.InboxAsync();
        (inbox.Items.Count, inbox.Inbox, inbox.Head).ShouldBe((0, default, default));
        (await stores.EntriesAsync(Order1)).ShouldBeEmpty();
        var location = await stores.Log.LocateAsync(Order1, 0, CancellationToken.None);
        (location.Head, location.CheckAt).ShouldBe((default, null));
        (await stores.Log.AcknowledgedAsync(Order1, CancellationToken.None)).ShouldBe(0);
    }

    [Fact]
    public async Task Everything_of_an_event_is_kept_to_the_tick()
    {
        var stores = await OpenAsync();
        var full = Some.Placed("e \"1\"\u00e4\ud83d\ude00", 1.0001) with
        {
            Note = "line\nline",
            CustomerVisible = true,
            Correction = true,
            Customer = new CustomerProfile { Id = "c-1", Name = "Ada", Email = "a@b.c", Phone = "1", Locale = "de", TimeZone = "Europe/Berlin" },
            Items = [new OrderItem("Soup", 2, 1234567890123.45m), new OrderItem("Bread", 1)],
            Total = new Money(0.10m, "EUR"),
            Destination = new Destination("Street 1\nBerlin", 52.520008, -13.404954),
            Eta = new Eta(Some.Evening.AddTicks(7), Some.Evening, null, "rain"),
            Driver = new Driver("d-1", null, "bike"),
            ReceivedAt = Some.Evening.AddTicks(3),
        };
        await stores.RecordAsync(full);
        var snapshot = (await stores.Orders.SnapshotAsync(Some.Tenant, "o-1", CancellationToken.None))!;
        Text(snapshot.Events.Single()).ShouldBe(Text(full));
        Text(snapshot.Order).ShouldBe(Text(OrderHistory.Replay([full]).Order));
        snapshot.Order.Total!.Amount.ToString().ShouldBe("0.10");
        Text((await stores.Orders.FindAsync(Some.Tenant, "o-1", CancellationToken.None))!).ShouldBe(Text(snapshot.Order));
        snapshot.Head.ShouldBe(default(StreamHead).Next(full.Id));
    }

    [Fact]
    public async Task A_repeat_is_a_duplicate_in_every_batch()
    {
        var stores = await OpenAsync();
        await stores.RecordAsync(Some.Placed("e-1", 1));
        var plan = await stores.RecordAsync(Some.Status("e-1", OrderStatus.Cancelled, 5), Some.Status("e-2", OrderStatus.Paid, 2), Some.Status("e-2", OrderStatus.Paid, 2));
        plan.Outcomes.Select(outcome => outcome.GetType().Name).ShouldBe(["Duplicate", "Accepted", "Duplicate"]);
        (await stores.EntriesAsync(Order1)).Select(entry => (entry.Offset, entry.Id)).ShouldBe([(1, "e-1"), (2, "e-2")]);
    }

    [Fact]
    public async Task A_plan_that_fails_leaves_nothing()
    {
        var stores = await OpenAsync();
        await stores.RecordAsync(Some.Placed("e-1", 1));
        await Should.ThrowAsync<InvalidOperationException>(() => stores.Orders.RecordAsync([Some.Status("e-2", OrderStatus.Paid, 2)], _ => throw new InvalidOperationException("no"), CancellationToken.None));
        (await stores.EntriesAsync(Order1)).Count.ShouldBe(1);
        (await stores.RecordAsync(Some.Status("e-2", OrderStatus.Paid, 2))).Outcomes.Single().ShouldBeOfType<RecordOutcome.Accepted>();
    }

    [Fact]
    public async Task A_stream_is_read_dense_from_anywhere_and_located()
    {
        var stores = await OpenAsync();
        await stores.RecordAsync([.. Enumerable.Range(1, 25).Select(index => Some.Event($"e-{index}", EventTypes.OrderNoteAdded, index) with { Note = "x" })]);
        var all = await stores.EntriesAsync(Order1);
        all.Select(entry => entry.Offset).ShouldBe(Enumerable.Range(1, 25).Select(offset => (long)offset));
        all.ShouldAllBe(entry => entry.Time == Stores.Now && entry.Type == "order.updated" && entry.Stream == Order1);
        Encoding.UTF8.GetString(all[0].Data).ShouldStartWith("{\"orderId\":\"o-1\"");
        (await stores.EntriesAsync(Order1, after: 10, limit: 5)).Select(entry => entry.Offset).ShouldBe([11L, 12, 13, 14, 15]);
        (await stores.EntriesAsync(Order1, after: 25)).ShouldBeEmpty();
        var location = await stores.Log.LocateAsync(Order1, 10, CancellationToken.None);
        (location.Head, location.CheckAt).ShouldBe((new StreamHead(25, all[24].Check), all[9].Check));
        (await stores.Log.LocateAsync(Order1, 0, CancellationToken.None)).CheckAt.ShouldBeNull();
        (await stores.Log.LocateAsync(Order1, 26, CancellationToken.None)).CheckAt.ShouldBeNull();
    }

    [Fact]
    public async Task The_heads_of_many_streams_are_read_at_once()
    {
        var stores = await OpenAsync();
        await stores.RecordAsync(Some.Placed("e-1", 1), Some.Status("e-2", OrderStatus.Paid, 2), Some.Placed("e-3", 1, "c-1", "o-1", "globex"));
        var heads = await stores.Log.HeadsAsync([Order1, Customer1, StreamName.Order("globex", "o-1"), StreamName.Order(Some.Tenant, "unknown"), Order1], CancellationToken.None);
        heads.OrderBy(head => head.Key.ToString(), StringComparer.Ordinal).Select(head => (head.Key, head.Value))
            .ShouldBe(((StreamName, long)[])[(Order1, 2), (Customer1, 2), (StreamName.Order("globex", "o-1"), 1)], ignoreOrder: true);
        (await stores.Log.HeadsAsync([], CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_acknowledgement_only_rises_and_never_over_the_head()
    {
        var stores = await OpenAsync();
        await stores.RecordAsync([.. Enumerable.Range(1, 5).Select(index => Some.Event($"e-{index}", EventTypes.OrderNoteAdded, index) with { Note = "x" })]);
        foreach (var (offset, expected) in ((long, long)[])[(3, 3), (2, 3), (-1, 3), (99, 5), (4, 5)])
        {
            await stores.Log.AcknowledgeAsync([new(Order1, offset), new(StreamName.Order(Some.Tenant, "unknown"), 7)], CancellationToken.None);
            (await stores.Log.AcknowledgedAsync(Order1, CancellationToken.None)).ShouldBe(expected);
        }

        (await stores.Log.AcknowledgedAsync(StreamName.Order(Some.Tenant, "unknown"), CancellationToken.None)).ShouldBe(0);
        (await stores.Log.AcknowledgedAsync(StreamName.Order("globex", "o-1"), CancellationToken.None)).ShouldBe(0);
    }

    [Fact]
    public async Task Orders_are_listed_newest_first_by_every_filter()
    {
        var stores = await OpenAsync();
        await stores.RecordAsync(Some.Placed("e-1", 9, "c-1", "o-1"), Some.Placed("e-9", 1, "c-1", "o-1", "globex"));
        await stores.RecordAsync(Some.Placed("e-2", 1, "c-2", "o-2"));
        await stores.RecordAsync(Some.Placed("e-3", 5, "c-1", "o-3"), Some.Status("e-4", OrderStatus.Delivered, 10, order: "o-1"));
        (await NamesAsync(stores)).ShouldBe(["o-3", "o-2", "o-1"]);
        (await NamesAsync(stores, customer: "c-1")).ShouldBe(["o-3", "o-1"]);
        (await NamesAsync(stores, active: true)).ShouldBe(["o-3", "o-2"]);
        (await NamesAsync(stores, active: false)).ShouldBe(["o-1"]);
        (await NamesAsync(stores, status: [OrderStatus.Delivered, OrderStatus.Paid])).ShouldBe(["o-1"]);
        (await NamesAsync(stores, customer: "c-1", status: [OrderStatus.Placed], active: true)).ShouldBe(["o-3"]);
        (await NamesAsync(stores, customer: "c-9")).ShouldBeEmpty();
        (await NamesAsync(stores, tenant: "globex")).ShouldBe(["o-1"]);
        (await NamesAsync(stores, limit: 2)).ShouldBe(["o-3", "o-2"]);
    }

    [Fact]
    public async Task Paging_shows_every_order_once_even_when_orders_change_and_come()
    {
        var stores = await OpenAsync();
        await stores.RecordAsync([.. Enumerable.Range(0, 23).Select(index => Some.Placed($"e-{index:00}", index, order: $"o-{index:00}"))]);
        var seen = new List<string>();
        long? before = null;
        while (true)
        {
            var page = await ListAsync(stores, before: before, limit: 5);
            seen.AddRange(page.Select(listed => listed.Order.Id));
            if (page.Count < 5)
            {
                break;
            }

            before = page[^1].Place;
            await stores.RecordAsync(Some.Status($"x-{before}", OrderStatus.Paid, 90, order: "o-03"), Some.Placed($"y-{before}", 91, order: $"new-{before}"));
        }

        seen.ShouldBe(Enumerable.Range(0, 23).Reverse().Select(index => $"o-{index:00}"));
    }

    [Fact]
    public async Task Notifications_are_listed_newest_first_by_every_filter()
    {
        var stores = await OpenAsync();
        await stores.RecordAsync(Some.Placed("e-1", 1), Some.Status("e-2", OrderStatus.Paid, 2), Some.Status("e-3", OrderStatus.ReadyForCollection, 3), Some.Status("e-4", OrderStatus.Delivered, 4));
        var all = (await stores.InboxAsync()).Items;
        all.Select(listed => listed.Notification.Type).ShouldBe(["order.delivered", "order.ready_for_collection", "order.paid", "order.placed"]);
        await stores.ChangeAsync(all[0].Notification.Id, InboxChange.Read);
        await stores.ChangeAsync(all[3].Notification.Id, InboxChange.Archive);

        (await TypesAsync(stores.InboxAsync(unread: true))).ShouldBe(["order.ready_for_collection", "order.paid"]);
        (await TypesAsync(stores.InboxAsync(unread: false))).ShouldBe(["order.delivered"]);
        (await TypesAsync(stores.InboxAsync(archived: true))).ShouldBe(["order.placed"]);
        (await TypesAsync(stores.InboxAsync(before: all[1].Place))).ShouldBe(["order.paid"]);
        (await TypesAsync(stores.InboxAsync(after: all[2].Place))).ShouldBe(["order.delivered", "order.ready_for_collection"]);
        (await TypesAsync(stores.InboxAsync(limit: 1))).ShouldBe(["order.delivered"]);
        (await TypesAsync(stores.Notifications.ListAsync(new NotificationQuery(Some.Tenant, "c-1", null, NotificationCategory.Task, false, null, null, 9), CancellationToken.None))).ShouldBe(["order.ready_for_collection"]);
        (await TypesAsync(stores.InboxAsync("c-2"))).ShouldBeEmpty();
        (await TypesAsync(stores.InboxAsync(tenant: "globex"))).ShouldBeEmpty();
        (await stores.InboxAsync()).Inbox.ShouldBe(new InboxState(2, 3));
        (await stores.InboxAsync()).Items.Single(listed => listed.Notification.Type == "order.delivered").Notification.ReadAt.ShouldBe(Stores.Now);
        (await stores.InboxAsync(archived: true)).Items.Single().Notification.ArchivedAt.ShouldBe(Stores.Now);
    }

    [Fact]
    public async Task Nobody_changes_the_notification_of_somebody_else()
    {
        var stores = await OpenAsync();
        await stores.RecordAsync(Some.Placed("e-1", 1), Some.Placed("e-2", 1, "c-2", "o-2"), Some.Placed("e-3", 1, "c-1", tenant: "globex"));
        var id = (await stores.InboxAsync()).Items.Single().Notification.Id;
        (await stores.ChangeAsync(id, InboxChange.Archive, customer: "c-2")).ShouldBeNull();
        (await stores.ChangeAsync(id, InboxChange.Archive, tenant: "globex")).ShouldBeNull();
        (await stores.InboxAsync()).Inbox.ShouldBe(new InboxState(1, 1));
        (await stores.EntriesAsync(StreamName.Customer(Some.Tenant, "c-2"))).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_change_of_the_inbox_is_the_next_entry_of_the_stream_and_a_repeat_is_none()
    {
        var stores = await OpenAsync();
        await stores.RecordAsync(Some.Placed("e-1", 1), Some.Status("e-2", OrderStatus.Paid, 2));
        var id = (await stores.InboxAsync()).Items[0].Notification.Id;
        var read = (await stores.ChangeAsync(id, InboxChange.Read))!;
        (read.Entry!.Offset, read.Inbox).ShouldBe((3, new InboxState(1, 2)));
        (await stores.ChangeAsync(id, InboxChange.Read))!.ShouldBe(new InboxChanged(new InboxState(1, 2), null));
        (await stores.Notifications.ReadAllAsync(Some.Tenant, "c-1", Stores.Now, CancellationToken.None)).Entry!.Offset.ShouldBe(4);
        (await stores.Notifications.ReadAllAsync(Some.Tenant, "c-1", Stores.Now, CancellationToken.None)).Entry.ShouldBeNull();
        (await stores.EntriesAsync(Customer1)).Select(entry => (entry.Offset, entry.Type))
            .ShouldBe([(1L, "notification.new"), (2L, "notification.new"), (3L, "notification.updated"), (4L, "unread.changed")]);
        (await stores.InboxAsync()).Head.Offset.ShouldBe(4);
    }

    [Fact]
    public void After_any_operations_the_store_shows_what_the_model_shows_and_the_counts_are_those_of_the_list() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(40), Prop.ForAll(Operations.ToArbitrary(), RunAgainstTheModelAsync));

    private async Task RunAgainstTheModelAsync(Operation[] operations)
    {
        var stores = await OpenAsync();
        var memory = new MemoryStore();
        var model = new Stores(memory, memory, memory);
        foreach (var operation in operations)
        {
            var one = await ApplyAsync(stores, operation);
            var two = await ApplyAsync(model, operation);
            one.ShouldBe(two, operation.ToString());
        }

        foreach (var customer in (string[])["c-0", "c-1"])
        {
            var inbox = await stores.InboxAsync(customer);
            var unread = await stores.InboxAsync(customer, unread: true);
            inbox.Inbox.ShouldBe(new InboxState(unread.Items.Count, inbox.Items.Count));
            Shape(inbox).ShouldBe(Shape(await model.InboxAsync(customer)));
            Shape(await stores.InboxAsync(customer, archived: true)).ShouldBe(Shape(await model.InboxAsync(customer, archived: true)));
            var entries = await stores.EntriesAsync(StreamName.Customer(Some.Tenant, customer));
            entries.Select(entry => entry.Offset).ShouldBe(Enumerable.Range(1, entries.Count).Select(offset => (long)offset));
            entries.Select(entry => entry.Type).ShouldBe((await model.EntriesAsync(StreamName.Customer(Some.Tenant, customer))).Select(entry => entry.Type));
            entries.Aggregate(0u, (check, entry) => StreamPosition.NextCheck(check, entry.Id)).ShouldBe(inbox.Head.Check);
        }

        foreach (var order in (string[])["o-0", "o-1", "o-2"])
        {
            var kept = await stores.Orders.SnapshotAsync(Some.Tenant, order, CancellationToken.None);
            var expected = await model.Orders.SnapshotAsync(Some.Tenant, order, CancellationToken.None);
            (kept is null).ShouldBe(expected is null);
            if (kept is not null)
            {
                Text(kept.Order).ShouldBe(Text(expected!.Order));
                kept.Head.ShouldBe(expected.Head);
                Text(OrderHistory.Replay(kept.Events).Order).ShouldBe(Text(kept.Order));
            }
        }

        (await NamesAsync(stores)).ShouldBe(await NamesAsync(model), ignoreOrder: true);
    }

    private static async Task<string> ApplyAsync(Stores stores, Operation operation)
    {
        if (operation.Kind == 0)
        {
            var plan = await stores.RecordAsync(operation.Events);
            return string.Join(',', plan.Outcomes.Select(outcome => outcome.GetType().Name));
        }

        if (operation.Kind == 1)
        {
            return (await stores.Notifications.ReadAllAsync(Some.Tenant, operation.Customer, Stores.Now, CancellationToken.None)).Inbox.ToString();
        }

        // Ids are random in each store, so the notification is named by its place among all of the customer.
        var all = (await stores.InboxAsync(operation.Customer)).Items.Concat((await stores.InboxAsync(operation.Customer, archived: true)).Items).OrderBy(listed => listed.Place).ToList();
        return all.Count == 0
            ? "none"
            : (await stores.ChangeAsync(all[operation.Pick % all.Count].Notification.Id, (InboxChange)(operation.Kind - 2), operation.Customer))!.Inbox.ToString();
    }

    private sealed record Operation(int Kind, string Customer, int Pick, RecordedEvent[] Events)
    {
        public override string ToString() => $"{Kind} {Customer} {Pick} [{string.Join(", ", Events.Select(recorded => $"{recorded.Id} {recorded.Subject} {recorded.Status}@{recorded.Time:mm}"))}]";
    }

    private static Gen<Operation[]> Operations =>
        from count in Gen.Choose(1, 30)
        from operations in OneOperation.ArrayOf(count)
        select operations;

    private static Gen<Operation> OneOperation =>
        from kind in Gen.Elements(0, 0, 0, 1, 2, 2, 3, 4, 4, 5)
        from customer in Gen.Elements("c-0", "c-1")
        from pick in Gen.Choose(0, 50)
        from events in OneEvent.ArrayOf(pick % 6)
        select new Operation(kind, customer, pick, events);

    private static Gen<RecordedEvent> OneEvent =>
        from id in Gen.Choose(0, 40)
        from order in Gen.Choose(0, 2)
        from status in Gen.Elements(Enum.GetValues<OrderStatus>())
        from minute in Gen.Choose(0, 20)
        from customer in Gen.Elements("c-0", "c-1")
        from named in Gen.Elements(true, false)
        from correction in Gen.Elements(true, false, false)
        select minute == 20
            ? Some.Customer($"e-{id}", minute, new CustomerProfile { Id = customer, Email = $"{id}@example.org" })
            : Some.Status($"e-{id}", status, minute, correction, $"o-{order}") with { Customer = named ? new CustomerProfile { Id = customer } : null };

    private static string Shape(NotificationSnapshot snapshot) => string.Join(
        '\n',
        snapshot.Items.Select(listed => $"{listed.Place} {listed.Notification.Type} {listed.Notification.EventId} {listed.Notification.ReadAt:O} {listed.Notification.ArchivedAt:O}").Append($"{snapshot.Inbox} {snapshot.Head.Offset}"));

    private static string Text(Order order) => JsonSerializer.Serialize(order, CoreJson.Default.Order);

    private static string Text(RecordedEvent recorded) => JsonSerializer.Serialize(recorded, CoreJson.Default.RecordedEvent);

    private static Task<IReadOnlyList<ListedOrder>> ListAsync(
        Stores stores, string tenant = Some.Tenant, string? customer = null, IReadOnlyList<OrderStatus>? status = null, bool? active = null, long? before = null, int limit = 100) =>
        stores.Orders.ListAsync(new OrderQuery(tenant, customer, status ?? [], active, before, limit), CancellationToken.None);

    private static async Task<IEnumerable<string>> NamesAsync(
        Stores stores, string tenant = Some.Tenant, string? customer = null, IReadOnlyList<OrderStatus>? status = null, bool? active = null, int limit = 100) =>
        (await ListAsync(stores, tenant, customer, status, active, null, limit)).Select(listed => listed.Order.Id);

    private static async Task<IEnumerable<string>> TypesAsync(Task<NotificationSnapshot> page) => (await page).Items.Select(listed => listed.Notification.Type);
}
