using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Milepost.Core;
using Milepost.Core.Customers;
using Milepost.Core.Deliveries;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Tests;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;
using Milepost.Testing;

namespace Milepost.Storage.Tests.Erasure;

/// <summary>What every store must do when a customer is erased.</summary>
public abstract class ErasureConformance
{
    private static readonly StreamName Stream = StreamName.Customer(Some.Tenant, "c-1");
    private static readonly StreamName Order1 = StreamName.Order(Some.Tenant, "o-1");

    /// <summary>A store without data.</summary>
    internal abstract Task<ErasureStores> OpenAsync();

    [Fact]
    public async Task Nothing_personal_is_left_in_any_table_and_nobody_else_loses_anything()
    {
        var all = await OpenAsync();
        await Ada.LiveAsync(all);
        var before = await all.DumpAsync();
        before.ShouldContain("zimt-token-0123456789");
        Count(before, "zimt").ShouldBeGreaterThan(20);

        (await all.Stores.RecordAsync(Ada.Erased())).Outcomes.Single().ShouldBeOfType<RecordOutcome.Accepted>();
        var after = await all.DumpAsync();
        Lines(after, "zimt").ShouldBeEmpty();
        // The neighbour's and the other tenant's, as they were.
        Lines(after, "safran").ShouldBe(Lines(before, "safran"));
    }

    [Fact]
    public async Task Whatever_comes_behind_brings_nothing_back()
    {
        var all = await OpenAsync();
        await Ada.LiveAsync(all);
        await all.Stores.RecordAsync(Ada.Erased());
        var repeated = await all.Stores.RecordAsync(Ada.Events());
        repeated.Outcomes.ShouldAllBe(outcome => outcome is RecordOutcome.Duplicate);

        // The same news under other ids: earlier and later than what is known, for the known order and for new ones.
        foreach (var (prefix, minutes, order) in ((string, double, string)[])[("late", -30, "o-1"), ("new", 30, "o-1"), ("other", 60, "o-77")])
        {
            RecordedEvent[] again = [.. Ada.Events(prefix).Where(recorded => recorded.Tenant == Some.Tenant && recorded.Subject is "c-1" or "o-1")
                .Select(recorded => recorded with { Time = recorded.Time.AddMinutes(minutes), Subject = recorded.Subject == "o-1" ? order : recorded.Subject })];
            var plan = await all.Stores.RecordAsync(again);
            plan.Outcomes.ShouldAllBe(outcome => outcome is RecordOutcome.Accepted);
            (plan.Notifications.Count, plan.Deliveries.Count).ShouldBe((0, 0));
            plan.Entries.ShouldAllBe(entry => entry.Stream != Stream);
        }

        Lines(await all.DumpAsync(), "zimt").ShouldBeEmpty();
        var inbox = await all.Stores.InboxAsync();
        (inbox.Items.Count, inbox.Inbox).ShouldBe((0, default));
        (await all.Stores.Orders.FindAsync(Some.Tenant, "o-77", CancellationToken.None))!.Status.ShouldBe(OrderStatus.OutForDelivery);
        await ShouldBeItsEventsAsync(all, "o-1", "o-2", "o-77");
        await ShouldBeErasedAsync(all);
    }

    [Fact]
    public async Task An_order_keeps_its_facts_and_its_stream_its_offsets()
    {
        var all = await OpenAsync();
        await Ada.LiveAsync(all);
        var before = (await all.Stores.Orders.SnapshotAsync(Some.Tenant, "o-1", CancellationToken.None))!;
        var entries = await all.Stores.EntriesAsync(Order1);
        await all.Stores.RecordAsync(Ada.Erased());

        var after = (await all.Stores.Orders.SnapshotAsync(Some.Tenant, "o-1", CancellationToken.None))!;
        (after.Order.CustomerId, after.Order.Status, after.Order.EventCount, after.Order.Items.Single(), after.Head).ShouldBe(("c-1", OrderStatus.OutForDelivery, 5, before.Order.Items.Single(), before.Head));
        (after.Order.Destination, after.Order.Eta).ShouldBe((null, before.Order.Eta! with { Reason = null }));
        after.Events.Select(recorded => (recorded.Id, recorded.Time, recorded.Status)).ShouldBe(before.Events.Select(recorded => (recorded.Id, recorded.Time, recorded.Status)));
        (await all.Stores.EntriesAsync(Order1)).Select(entry => (entry.Offset, entry.Check, entry.Type, entry.Id, entry.Time))
            .ShouldBe(entries.Select(entry => (entry.Offset, entry.Check, entry.Type, entry.Id, entry.Time)));
        await ShouldBeItsEventsAsync(all, "o-1", "o-2");
        (await all.Stores.Orders.FindAsync(Some.Tenant, "o-2", CancellationToken.None))!.Destination!.Address.ShouldBe("Safranweg 1");
    }

    [Fact]
    public async Task The_stream_goes_on_behind_a_gap_that_nobody_is_served_over()
    {
        var all = await OpenAsync();
        await Ada.LiveAsync(all);
        var head = (await all.Stores.InboxAsync()).Head.Offset;
        var plan = await all.Stores.RecordAsync(Ada.Erased());

        // What open connections are told of must not be what they take for the next one.
        plan.Entries.Single(entry => entry.Stream == Stream).Offset.ShouldBe(head + 2);
        var location = await all.Stores.Log.LocateAsync(Stream, head, CancellationToken.None);
        (location.First, location.Head.Offset, location.CheckAt).ShouldBe((head + 2, head + 2, null));
        (await all.Stores.EntriesAsync(Stream)).Select(entry => (entry.Offset, entry.Type)).ShouldBe([(head + 2, "unread.changed")]);
        (await all.Stores.Log.HeadsAsync([Stream], CancellationToken.None))[Stream].ShouldBe(head + 2);

        await all.Stores.RecordAsync(Ada.Erased("x-2"));
        (await all.Stores.Log.LocateAsync(Stream, head + 2, CancellationToken.None)).First.ShouldBe(head + 4);
        (await all.Stores.RecordAsync(Ada.Erased("x-2"))).Outcomes.Single().ShouldBeOfType<RecordOutcome.Duplicate>();
        (await all.Stores.InboxAsync()).Head.Offset.ShouldBe(head + 4);
    }

    [Fact]
    public async Task Nothing_goes_out_any_more_and_what_became_of_deliveries_is_still_known()
    {
        var all = await OpenAsync();
        var sending = await Ada.LiveAsync(all);
        await all.Stores.RecordAsync(Ada.Erased());
        var queued = (await all.Queue.LeaseAsync("w-2", DeliveryLane.News, 50, TimeSpan.FromMinutes(1), Stores.Now.AddDays(2), CancellationToken.None)).Select(lease => lease.Delivery);
        queued.ShouldAllBe(delivery => delivery.CustomerId != "c-1" || delivery.Tenant != Some.Tenant);

        var found = (await all.Queue.FindAsync(Some.Tenant, sending.Delivery.Id, CancellationToken.None))!;
        (found.Row.Progress.State, found.Row.Delivery.Address, found.Row.Delivery.Title, found.Row.Delivery.NotificationId, found.Row.Delivery.Type)
            .ShouldBe((DeliveryState.Sending, "", "", sending.Delivery.NotificationId, sending.Delivery.Type));
        // The worker that is at it tells its end and leaves nothing behind.
        await all.Outbox.AddAsync(Ada.Message(sending.Delivery), CancellationToken.None);
        (await all.Queue.CompleteAsync([new Completion(sending, new DeliveryOutcome.Sent("250 ok"))], Stores.Now, CancellationToken.None)).Single().ShouldBe(LeaseResult.Applied);
        (await all.Queue.FindAsync(Some.Tenant, sending.Delivery.Id, CancellationToken.None))!.Row.Progress.State.ShouldBe(DeliveryState.Sent);
        (await all.Outbox.ListAsync(Some.Tenant, null, 10, CancellationToken.None)).ShouldBeEmpty();
        // Somebody who had looked at one before sends it again.
        (await all.Queue.AddAsync(sending.Delivery with { Id = "again" }, CancellationToken.None)).ShouldBeTrue();
        Lines(await all.DumpAsync(), "zimt").ShouldBeEmpty();

        var leased = (await all.Queue.FindAsync(Some.Tenant, (await LaterIdAsync(all))!, CancellationToken.None))!;
        (leased.Row.Progress.State, leased.Row.Progress.Reason, leased.Notes[^1].Code).ShouldBe((DeliveryState.Cancelled, ClearanceCode.Erased, ClearanceCode.Erased));
    }

    [Fact]
    public async Task Who_is_erased_stays_so_and_chooses_and_registers_nothing()
    {
        var all = await OpenAsync();
        await Ada.LiveAsync(all);
        await all.Stores.RecordAsync(Ada.Erased());
        await ShouldBeErasedAsync(all);
        (await all.Customers.ClaimDeviceAsync(Some.Tenant, "c-1", Ada.Phone, CancellationToken.None)).ShouldBeNull();
        // The phone itself is free for whoever has it now.
        (await all.Customers.ClaimDeviceAsync(Some.Tenant, "c-2", Ada.Phone, CancellationToken.None))!.Added.ShouldBeTrue();
        (await all.Customers.FindAsync("globex", "c-1", CancellationToken.None))!.ErasedAt.ShouldBeNull();
        await all.Stores.RecordAsync(Ada.Erased("x-3"));
        Lines(await all.DumpAsync(), "zimt").Length.ShouldBe(1, "the phone, which is somebody else's now");
    }

    [Fact]
    public async Task Who_was_never_heard_of_can_be_erased_before_anything_comes()
    {
        var all = await OpenAsync();
        var plan = await all.Stores.RecordAsync([.. Ada.Events(), Ada.Erased(minute: 99)]);
        plan.Outcomes.ShouldAllBe(outcome => outcome is RecordOutcome.Accepted);
        Lines(await all.DumpAsync(), "zimt").ShouldBeEmpty();
        (await all.Stores.EntriesAsync(Stream)).Single().Offset.ShouldBe(2);
    }

    [Fact]
    public async Task An_order_that_turns_out_to_be_hers_later_loses_what_it_has()
    {
        var all = await OpenAsync();
        await all.Stores.RecordAsync(Ada.Erased());
        await all.Stores.RecordAsync(
            Some.Placed("p-1", 1, customer: null) with { Destination = new Destination("Zimtgasse 7", null, null), Note = "Zimt" },
            Some.Event("p-2", "order.note.added", 2) with { Note = "for Zimt" });
        Lines(await all.DumpAsync(), "zimt").ShouldNotBeEmpty("nobody knows yet whose it is");
        await all.Stores.RecordAsync(Some.Status("p-3", OrderStatus.Paid, 3) with { Customer = Ada.Profile });
        Lines(await all.DumpAsync(), "zimt").ShouldBeEmpty();
        await ShouldBeItsEventsAsync(all, "o-1");
    }

    [Fact]
    public async Task News_that_race_with_the_erasure_leave_nothing()
    {
        var all = await OpenAsync();
        await all.Stores.RecordAsync(Ada.Events());
        var news = Enumerable.Range(0, 40).Select(index => Task.Run(() => all.Stores.RecordAsync(
            Some.Placed($"r-{index}", index, order: $"o-{index % 20}") with { Customer = Ada.Profile, Note = "Zimt", Destination = new Destination("Zimtgasse", null, null) })));
        var erasures = Enumerable.Range(0, 2).Select(index => Task.Run(() => RepeatedAsync(all, Ada.Erased($"x-{index}"))));
        await Task.WhenAll([.. news.Take(20), .. erasures, .. news.Skip(20)]).Soon();
        Lines(await all.DumpAsync(), "zimt").ShouldBeEmpty();
        (await all.Stores.InboxAsync()).Inbox.ShouldBe(default);
        await ShouldBeItsEventsAsync(all, [.. Enumerable.Range(0, 20).Select(index => $"o-{index}")]);
    }

    [Fact]
    public void After_any_news_in_any_order_the_store_is_the_model_and_nothing_is_left_of_who_was_erased() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(30), Prop.ForAll(OneEvent.ArrayOf().ArrayOf().ToArbitrary(), RunAgainstTheModelAsync));

    private async Task RunAgainstTheModelAsync(RecordedEvent[][] batches)
    {
        var all = await OpenAsync();
        var memory = new MemoryStore();
        var model = new Stores(memory, memory, memory);
        var erased = new HashSet<string>();
        foreach (var batch in batches)
        {
            var plan = await all.Stores.RecordAsync(batch);
            var expected = await model.RecordAsync(batch);
            plan.Outcomes.Select(outcome => outcome.GetType()).ShouldBe(expected.Outcomes.Select(outcome => outcome.GetType()));
            plan.Entries.Select(entry => (entry.Stream, entry.Offset, entry.Type)).ShouldBe(expected.Entries.Select(entry => (entry.Stream, entry.Offset, entry.Type)));
            erased.UnionWith(plan.Erased.Keys.Select(customer => customer.Id));
        }

        var dump = await all.DumpAsync();
        foreach (var customer in (string[])["c-0", "c-1"])
        {
            var stream = StreamName.Customer(Some.Tenant, customer);
            (await all.Stores.Log.LocateAsync(stream, 0, CancellationToken.None)).First.ShouldBe((await model.Log.LocateAsync(stream, 0, CancellationToken.None)).First);
            (await all.Stores.EntriesAsync(stream)).Select(entry => (entry.Offset, entry.Type)).ShouldBe((await model.EntriesAsync(stream)).Select(entry => (entry.Offset, entry.Type)));
            (await all.Stores.InboxAsync(customer)).Inbox.ShouldBe((await model.InboxAsync(customer)).Inbox);
            var known = await all.Customers.FindAsync(Some.Tenant, customer, CancellationToken.None);
            (known?.ErasedAt is not null).ShouldBe(erased.Contains(customer));
            if (erased.Contains(customer))
            {
                Lines(dump, "zimt-" + customer).ShouldBeEmpty();
            }
        }

        foreach (var order in (string[])["o-0", "o-1"])
        {
            var kept = await all.Stores.Orders.SnapshotAsync(Some.Tenant, order, CancellationToken.None);
            var expected = await model.Orders.SnapshotAsync(Some.Tenant, order, CancellationToken.None);
            Json(kept?.Order).ShouldBe(Json(expected?.Order));
            if (kept is not null)
            {
                Json(OrderHistory.Replay(kept.Events).Order).ShouldBe(Json(kept.Order));
                (await all.Stores.EntriesAsync(StreamName.Order(Some.Tenant, order))).Count.ShouldBe((int)kept.Head.Offset);
            }
        }
    }

    private static Gen<RecordedEvent> OneEvent =>
        from id in Gen.Choose(0, 60)
        from kind in Gen.Choose(0, 9)
        from order in Gen.Choose(0, 1)
        from status in Gen.Elements(OrderStatus.Placed, OrderStatus.Paid, OrderStatus.OutForDelivery, OrderStatus.Delivered)
        from minute in Gen.Choose(0, 20)
        from customer in Gen.Elements("c-0", "c-1")
        select kind switch
        {
            0 => Some.Event($"e-{id}", EventTypes.CustomerErased, minute, customer),
            1 => Some.Customer($"e-{id}", minute, Told(customer)),
            < 6 => Some.Status($"e-{id}", status, minute, order: $"o-{order}") with { Customer = Told(customer), Destination = new Destination("zimt-" + customer, 1, 1) },
            _ => Some.Status($"e-{id}", status, minute, order: $"o-{order}"),
        };

    private static CustomerProfile Told(string customer) => new() { Id = customer, Name = "zimt-" + customer, Email = $"zimt-{customer}@example.org" };

    private static string Json(Order? order) => order is null ? "" : JsonSerializer.Serialize(order, CoreJson.Default.Order);

    // As a sender does it that is told "unavailable": under the same identity.
    private static async Task RepeatedAsync(ErasureStores all, RecordedEvent recorded)
    {
        for (var run = 1; ; run++)
        {
            try
            {
                await all.Stores.RecordAsync(recorded);
                return;
            }
            catch (StoreUnavailableException) when (run < 20)
            {
                // It lost every race so far.
            }
        }
    }

    private static async Task<string?> LaterIdAsync(ErasureStores all) =>
        (await all.Queue.FindAsync(Some.Tenant, "e-7.later", CancellationToken.None))?.Row.Delivery.Id;

    private static async Task ShouldBeErasedAsync(ErasureStores all)
    {
        var erased = (await all.Customers.FindAsync(Some.Tenant, "c-1", CancellationToken.None))!;
        JsonSerializer.Serialize(erased, CoreJson.Default.Customer).ShouldBe(JsonSerializer.Serialize(CustomerWrite.Unknown(Some.Tenant, "c-1") with { ErasedAt = Stores.Now }, CoreJson.Default.Customer));
    }

    private static async Task ShouldBeItsEventsAsync(ErasureStores all, params string[] orders)
    {
        foreach (var id in orders)
        {
            var snapshot = (await all.Stores.Orders.SnapshotAsync(Some.Tenant, id, CancellationToken.None))!;
            Json(snapshot.Order).ShouldBe(Json(OrderHistory.Replay(snapshot.Events).Order));
        }
    }

    private static int Count(string dump, string word) => dump.Split(word, StringSplitOptions.None).Length - 1;

    private static string[] Lines(string dump, string word) =>
        [.. dump.Split('\n').Where(line => line.Contains(word, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];
}
