using Milepost.Core.Access;
using Milepost.Core.DeadLetters;
using Milepost.Core.Deliveries;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Core.Tests;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;
using Milepost.Testing;

namespace Milepost.Storage.Tests;

/// <summary>What every store must do when old data goes.</summary>
public abstract class RetentionConformance
{
    private static readonly DateTimeOffset Cutoff = Stores.Now.AddDays(-30);
    private static readonly StreamName Order = StreamName.Order(Some.Tenant, "o-1");
    private static readonly StreamName Customer = StreamName.Customer(Some.Tenant, "c-1");

    /// <summary>A store without data that was set up at <paramref name="time"/>'s present, so that its partitions begin there.</summary>
    internal abstract Task<RetentionStores> OpenAsync(TimeProvider time);

    [Fact]
    public async Task What_is_old_goes_and_positions_before_it_are_refused_while_orders_keep_their_history()
    {
        var (stores, retention) = await OpenAsync(new FakeClock(Stores.Now.AddDays(-90)));
        await RecordAsync(stores, -90, Some.Placed("e-1", 1), Some.Status("e-2", OrderStatus.Paid, 2));
        await RecordAsync(stores, -80, Some.Status("e-3", OrderStatus.Accepted, 3), Some.Placed("g-1", 1, "c-1", "o-1", "globex"));
        await RecordAsync(stores, -45, Some.Status("e-4", OrderStatus.Preparing, 4), Some.Placed("e-9", 4, "c-2", "o-9"));
        await RecordAsync(stores, -29, Some.Status("e-5", OrderStatus.Ready, 5));
        await RecordAsync(stores, 0, Some.Status("e-6", OrderStatus.Delivered, 6));

        var dropped = (await retention.DropBeforeAsync(Cutoff, CancellationToken.None))!.Value;
        dropped.ShouldBe(new RetentionOutcome(Entries: 12, Notifications: 6));
        (await retention.DropBeforeAsync(Cutoff, CancellationToken.None)).ShouldBe(default(RetentionOutcome));

        foreach (var stream in (StreamName[])[Order, Customer])
        {
            (await stores.EntriesAsync(stream)).Select(entry => entry.Offset).ShouldBe([5L, 6L]);
            var location = await stores.Log.LocateAsync(stream, 4, CancellationToken.None);
            (location.First, location.Head.Offset, location.CheckAt).ShouldBe((5, 6, null));
            (await stores.Log.LocateAsync(stream, 5, CancellationToken.None)).CheckAt.ShouldNotBeNull();
        }

        // Of these nothing is kept: the first one would be the next one.
        foreach (var stream in (StreamName[])[StreamName.Order("globex", "o-1"), StreamName.Customer("globex", "c-1"), StreamName.Order(Some.Tenant, "o-9")])
        {
            var location = await stores.Log.LocateAsync(stream, 0, CancellationToken.None);
            (location.First, location.Head.Offset).ShouldBe((2, 1));
            (await stores.EntriesAsync(stream)).ShouldBeEmpty();
        }

        var snapshot = (await stores.Orders.SnapshotAsync(Some.Tenant, "o-1", CancellationToken.None))!;
        snapshot.Events.Select(recorded => recorded.Id).ShouldBe(["e-1", "e-2", "e-3", "e-4", "e-5", "e-6"]);
        snapshot.Head.Offset.ShouldBe(6);
        (await stores.RecordAsync(Some.Status("e-2", OrderStatus.Paid, 2))).Outcomes.Single().ShouldBeOfType<RecordOutcome.Duplicate>("identities are kept for ever");
        (await stores.RecordAsync(Some.Event("e-7", Milepost.Protocol.Events.EventTypes.OrderNoteAdded, 7))).Entries.Single().Offset.ShouldBe(7);
    }

    [Fact]
    public async Task Counts_stay_those_of_the_list_whatever_was_read_or_archived()
    {
        var (stores, retention) = await OpenAsync(new FakeClock(Stores.Now.AddDays(-90)));
        await RecordAsync(stores, -60, [.. Enumerable.Range(0, 6).Select(index => Some.Placed($"e-{index}", index, order: $"o-{index}"))]);
        await RecordAsync(stores, -1, [.. Enumerable.Range(6, 4).Select(index => Some.Placed($"e-{index}", index, order: $"o-{index}"))]);
        var all = (await stores.InboxAsync()).Items.Reverse().Select(listed => listed.Notification.Id).ToArray();
        // Of the old ones: two read, one archived, one both. Of the new ones: one read.
        await stores.ChangeAsync(all[0], InboxChange.Read);
        await stores.ChangeAsync(all[1], InboxChange.Read);
        await stores.ChangeAsync(all[2], InboxChange.Archive);
        await stores.ChangeAsync(all[3], InboxChange.Read);
        await stores.ChangeAsync(all[3], InboxChange.Archive);
        await stores.ChangeAsync(all[9], InboxChange.Read);
        (await stores.InboxAsync()).Inbox.ShouldBe(new InboxState(5, 8));

        (await retention.DropBeforeAsync(Cutoff, CancellationToken.None))!.Value.Notifications.ShouldBe(6);
        var inbox = await stores.InboxAsync();
        inbox.Inbox.ShouldBe(new InboxState(3, 4));
        (inbox.Items.Count, (await stores.InboxAsync(unread: true)).Items.Count, (await stores.InboxAsync(archived: true)).Items.Count).ShouldBe((4, 3, 0));
        (await stores.ChangeAsync(all[0], InboxChange.Unread)).ShouldBeNull();
        (await stores.Notifications.ReadAllAsync(Some.Tenant, "c-1", Stores.Now, CancellationToken.None)).Inbox.ShouldBe(new InboxState(0, 4));
    }

    [Fact]
    public async Task A_tenant_that_keeps_less_loses_what_its_customers_have_and_nobody_else_anything()
    {
        var (stores, retention) = await OpenAsync(new FakeClock(Stores.Now.AddDays(-40)));
        await RecordAsync(stores, -20, Some.Placed("e-1", 1), Some.Status("e-2", OrderStatus.Paid, 2), Some.Placed("g-1", 1, "c-1", "o-1", "globex"));
        await RecordAsync(stores, -8, Some.Status("e-3", OrderStatus.Accepted, 3));
        await RecordAsync(stores, -6, Some.Status("e-4", OrderStatus.Delivered, 4), Some.Placed("e-5", 4, "c-2", "o-2"));
        var ids = (await stores.InboxAsync()).Items.Reverse().Select(listed => listed.Notification.Id).ToArray();
        await stores.ChangeAsync(ids[0], InboxChange.Read);
        await stores.ChangeAsync(ids[1], InboxChange.Archive);

        var before = Stores.Now.AddDays(-7);
        (await retention.DropBeforeAsync(Some.Tenant, before, CancellationToken.None)).ShouldBe(new RetentionOutcome(Entries: 3, Notifications: 3));
        (await retention.DropBeforeAsync(Some.Tenant, before, CancellationToken.None)).ShouldBe(default(RetentionOutcome));
        (await stores.EntriesAsync(Customer)).Select(entry => entry.Offset).ShouldBe([4L, 5L, 6L]);
        (await stores.Log.LocateAsync(Customer, 2, CancellationToken.None)).First.ShouldBe(4);
        (await stores.EntriesAsync(Order)).Count.ShouldBe(4, "an order's stream is the installation's affair");
        var inbox = await stores.InboxAsync();
        (inbox.Inbox, inbox.Items.Count, (await stores.InboxAsync(archived: true)).Items.Count).ShouldBe((new InboxState(1, 1), 1, 0));
        (await stores.InboxAsync(tenant: "globex")).Inbox.ShouldBe(new InboxState(1, 1));
        (await stores.EntriesAsync(StreamName.Customer("globex", "c-1"))).Count.ShouldBe(1);
        (await stores.InboxAsync("c-2")).Inbox.ShouldBe(new InboxState(1, 1));
        (await retention.TenantsAsync(CancellationToken.None)).ShouldBe([Some.Tenant, "globex"]);
    }

    [Fact]
    public async Task Deliveries_that_ended_long_ago_go_with_all_that_belongs_to_them()
    {
        var all = await OpenAsync(new FakeClock(Stores.Now.AddDays(-40)));
        var told = new CustomerProfile { Id = "c-1", Email = "a@b.c" };
        await RecordAsync(all.Stores, -20, Some.Placed("e-1", -20 * 1440) with { Customer = told }, Some.Placed("g-1", -20 * 1440, tenant: "globex") with { Customer = told });
        await RecordAsync(all.Stores, -20, Some.Status("e-2", OrderStatus.Paid, -20 * 1440));
        await RecordAsync(all.Stores, 0, Some.Status("e-3", OrderStatus.Delivered, 3));
        // Both of the first order's are sent at their time; the one of the other tenant is never looked at.
        var sentAt = Stores.Now.AddDays(-20).AddMinutes(1);
        var leases = (await all.Queue.LeaseAsync("w-1", DeliveryLane.News, 50, TimeSpan.FromMinutes(1), sentAt, CancellationToken.None))
            .Where(lease => lease.Delivery is { Tenant: Some.Tenant, Channel: DeliveryChannel.Email }).ToArray();
        leases.Length.ShouldBe(2);
        await all.Queue.BeginAsync(leases, TimeSpan.FromMinutes(1), sentAt, CancellationToken.None);
        await all.Queue.CompleteAsync([.. leases.Select(lease => new Completion(lease, new DeliveryOutcome.Sent("250 ok")))], sentAt, CancellationToken.None);
        await all.Queue.ReportAsync(Some.Tenant, leases[0].Delivery.Id, new DeliveryReport(DeliveryReportKind.Delivered, sentAt, null), sentAt, CancellationToken.None);
        foreach (var lease in leases)
        {
            await all.Outbox.AddAsync(new OutboxMessage(Some.Tenant, lease.Delivery.Id, 1, DeliveryChannel.Email, "a@b.c", "t", "b", sentAt), CancellationToken.None);
        }

        var before = Stores.Now.AddDays(-7);
        (await all.Retention.DropDeliveriesAsync(Some.Tenant, before, CancellationToken.None)).ShouldBe(2);
        (await all.Retention.DropDeliveriesAsync("globex", before, CancellationToken.None)).ShouldBe(0, "what never ended is not done with");
        foreach (var lease in leases)
        {
            (await all.Queue.FindAsync(Some.Tenant, lease.Delivery.Id, CancellationToken.None)).ShouldBeNull();
        }

        (await all.Outbox.ListAsync(Some.Tenant, null, 10, CancellationToken.None)).ShouldBeEmpty();
        var left = await all.History.ListAsync(Some.Tenant, "c-1", null, 100, CancellationToken.None);
        left.ShouldNotBeEmpty();
        left.ShouldAllBe(details => details.Row.Delivery.CreatedAt == Stores.Now);
    }

    [Fact]
    public async Task Dead_letters_go_once_they_were_replayed_and_revocations_once_nothing_is_left_to_revoke()
    {
        var all = await OpenAsync(new FakeClock(Stores.Now));
        foreach (var offset in (long[])[1, 2, 3])
        {
            await all.Letters.AddAsync([Letter(offset)], null, CancellationToken.None);
            await all.Revocations.AddAsync(new Revocation(Some.Tenant, "c-1", Stores.Now.AddDays(-offset), Stores.Now.AddDays(-offset), null), CancellationToken.None);
        }

        await all.Letters.MarkAsync(1, reason: null, Stores.Now.AddDays(-9), CancellationToken.None);
        await all.Letters.MarkAsync(2, reason: null, Stores.Now.AddDays(-1), CancellationToken.None);
        (await all.Retention.DropDeadLettersAsync(Stores.Now.AddDays(-7), CancellationToken.None)).ShouldBe(1);
        (await all.Letters.ListAsync(new DeadLetterQuery(Open: false, null, 0, 10), CancellationToken.None)).Select(letter => letter.Place).ShouldBe([2L, 3L]);
        (await all.Retention.DropRevocationsAsync(Stores.Now.AddDays(-1.5), CancellationToken.None)).ShouldBe(2);
        (await all.Revocations.ListSinceAsync(DateTimeOffset.MinValue, CancellationToken.None)).Count.ShouldBe(1);
    }

    private static DeadLetter Letter(long offset) => new()
    {
        Tenant = Some.Tenant,
        Message = new TopicMessage { Topic = "t", Partition = 0, Offset = offset, Time = Stores.Now, Headers = [] },
        Reason = new DeadLetterReason("malformed_json", null, "No."),
        ReceivedAt = Stores.Now,
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_resume_while_old_data_goes_is_exact_or_refused_and_never_has_a_gap(bool ofTenant)
    {
        const int weeks = 12;
        var (stores, retention) = await OpenAsync(new FakeClock(Stores.Now.AddDays(-7 * weeks)));
        for (var week = weeks; week > 0; week--)
        {
            await RecordAsync(stores, -7 * week, [.. Enumerable.Range(0, 20).Select(index => Some.Placed($"e-{week}-{index}", index, order: $"o-{week}-{index}"))]);
        }

        using var done = new CancellationTokenSource();
        using var steps = new SemaphoreSlim(0);
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() => ReadAgainAndAgainAsync(stores.Log, steps, done.Token))).ToList();
        for (var week = weeks - 1; week >= 0; week--)
        {
            // The readers read meanwhile, and come forward more slowly than what they read goes.
            steps.Release(6);
            var before = Stores.Now.AddDays(-7 * week);
            (await (ofTenant ? retention.DropBeforeAsync(Some.Tenant, before, CancellationToken.None) : retention.DropBeforeAsync(before, CancellationToken.None))).ShouldNotBeNull();
            await RecordAsync(stores, 0, Some.Placed($"new-{week}", 1, order: $"n-{week}"));
        }

        await done.CancelAsync();
        steps.Release(readers.Count);
        var outcomes = await Task.WhenAll(readers).Soon();
        outcomes.Sum(outcome => outcome.Exact).ShouldBeGreaterThan(0);
        outcomes.Sum(outcome => outcome.Refused).ShouldBeGreaterThan(0, "retention must have run into a reader");
        (await stores.Log.LocateAsync(Customer, 0, CancellationToken.None)).First.ShouldBeGreaterThan(20 * (weeks - 2));
        var inbox = await stores.InboxAsync();
        inbox.Inbox.ShouldBe(new InboxState((await stores.InboxAsync(unread: true)).Items.Count, inbox.Items.Count));
    }

    // As a session does it: locate, refuse or read on in small steps, and look again where the next entry is not the next offset.
    private static async Task<(int Exact, int Refused)> ReadAgainAndAgainAsync(IStreamLog log, SemaphoreSlim steps, CancellationToken done)
    {
        var (exact, refused, at) = (0, 0, 0L);
        while (true)
        {
            await steps.WaitAsync(CancellationToken.None);
            if (done.IsCancellationRequested)
            {
                return (exact, refused);
            }

            var location = await log.LocateAsync(Customer, at, CancellationToken.None);
            if (at < location.First - 1)
            {
                refused++;
                at = location.First - 1;
                continue;
            }

            var entries = await log.ReadAsync(Customer, at, 3, CancellationToken.None);
            for (var index = 1; index < entries.Count; index++)
            {
                entries[index].Offset.ShouldBe(entries[index - 1].Offset + 1);
            }

            if (entries.Count == 0)
            {
                // From the oldest again, so that there is always somebody at the end that goes.
                at = location.First - 1;
            }
            else if (entries[0].Offset == at + 1)
            {
                exact++;
                at = entries[^1].Offset;
            }
            else
            {
                (await log.LocateAsync(Customer, at, CancellationToken.None)).First.ShouldBeGreaterThan(at + 1, "a gap that no look at the stream explains");
            }
        }
    }

    private static Task<RecordingPlan> RecordAsync(Stores stores, int days, params IReadOnlyList<RecordedEvent> events) =>
        stores.Orders.RecordAsync(events, context => RecordingPlanner.Plan(context, Some.Tools, events, Stores.Now.AddDays(days)), CancellationToken.None);
}
