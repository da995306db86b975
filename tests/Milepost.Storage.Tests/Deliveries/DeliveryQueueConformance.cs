using System.Collections.Concurrent;
using Milepost.Core.Deliveries;
using Milepost.Core.Orders;
using Milepost.Core.Tests;
using Milepost.Protocol.Orders;

namespace Milepost.Storage.Tests.Deliveries;

/// <summary>What every delivery queue must do. A back end is a subclass that opens one.</summary>
public abstract class DeliveryQueueConformance
{
    private static readonly DeliveryOutcome Sent = new DeliveryOutcome.Sent("250 queued");

    /// <summary>A store without data, as two nodes see it.</summary>
    internal abstract Task<Queues> OpenAsync();

    [Fact]
    public async Task An_order_that_is_placed_paid_and_delivered_is_three_mails_however_often_it_is_told()
    {
        var queues = await OpenAsync();
        var placed = Some.Placed("e-1", 1) with { Customer = new CustomerProfile { Id = "c-1", Email = "ada@example.org", Phone = "+49 30 1234567" } };
        for (var round = 0; round < 3; round++)
        {
            await queues.RecordAsync(placed, Some.Status("e-2", OrderStatus.Paid, 2));
            await queues.RecordAsync(Some.Status("e-2", OrderStatus.Paid, 2), Some.Status("e-3", OrderStatus.Preparing, 3), Some.Status("e-4", OrderStatus.Delivered, 4), placed);
        }

        var leases = await queues.LeaseAsync("w-1");
        leases.Select(lease => (lease.Delivery.Channel, lease.Delivery.Address, lease.Delivery.OrderId, lease.Delivery.CustomerId, lease.Delivery.Title))
            .ShouldBe(((string[])["Order received", "Payment received", "Delivered"]).Select(title => (DeliveryChannel.Email, "ada@example.org", (string?)"o-1", "c-1", title)), ignoreOrder: true);
        leases.ShouldAllBe(lease => lease.Delivery.Id == lease.Delivery.NotificationId + ".email" && lease.Delivery.ExpiresAt == lease.Delivery.EventTime!.Value.AddHours(24));
    }

    [Fact]
    public async Task Without_an_address_nothing_is_queued()
    {
        var queues = await OpenAsync();
        await queues.RecordAsync(Some.Placed("e-1", 1), Some.Status("e-2", OrderStatus.Paid, 2));
        (await queues.LeaseAsync("w-1")).ShouldBeEmpty();
        (await queues.DepthAsync()).ShouldBe(new QueueDepth(0, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_second_delivery_of_the_same_notification_and_channel_is_not_taken()
    {
        var queues = await OpenAsync();
        await queues.QueueAsync(Queues.Delivery("1", queues.Now));
        await queues.CompleteAsync(await queues.SendingAsync("w-1"), Sent);
        await queues.QueueAsync(Queues.Delivery("1", queues.Now.AddSeconds(1)) with { Address = "other@example.org" });
        (await queues.FindAsync("1"))!.Row.Delivery.Address.ShouldBe("ada@example.org");
        (await queues.StateAsync("1")).ShouldBe(DeliveryState.Sent);
    }

    [Fact]
    public async Task Everything_of_a_delivery_is_kept_and_its_attempts_without_addresses()
    {
        var queues = await OpenAsync();
        var delivery = Queues.Delivery("1", queues.Now);
        await queues.QueueAsync(delivery);
        (await queues.FindAsync("1"))!.Row.ShouldBe(QueuedDelivery.New(delivery));
        var first = await queues.SendingAsync("w-1");
        queues.Now += TimeSpan.FromSeconds(1);
        (await queues.CompleteAsync(first, new DeliveryOutcome.Retry(TimeSpan.FromMinutes(5), "451 try <ada@example.org> later"))).ShouldBe(LeaseResult.Applied);
        (await queues.LeaseAsync("w-1")).ShouldBeEmpty();
        queues.Now += TimeSpan.FromMinutes(5);
        var second = await queues.SendingAsync("w-2");
        (await queues.CompleteAsync(second, Sent)).ShouldBe(LeaseResult.Applied);
        var kept = (await queues.FindAsync("1"))!;
        kept.Row.Progress.ShouldBe(new DeliveryProgress { State = DeliveryState.Sent, Due = queues.Now, Attempts = 2, Token = 2 });
        var start = delivery.Due;
        kept.Attempts.ShouldBe(
        [
            new DeliveryAttempt(1, "w-1", start, start.AddSeconds(1), AttemptOutcome.Retry, "451 try <a***@example.org> later"),
            new DeliveryAttempt(2, "w-2", queues.Now, queues.Now, AttemptOutcome.Sent, "250 queued"),
        ]);
    }

    [Fact]
    public async Task Eight_workers_on_two_nodes_take_each_of_2000_deliveries_exactly_once()
    {
        var queues = await OpenAsync();
        var all = Enumerable.Range(0, 2_000).Select(index => Queues.Delivery($"d-{index:0000}", queues.Now, index % 3 == 0 ? "globex" : Some.Tenant)).ToList();
        await queues.QueueAsync(all);
        var taken = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var doubled = new ConcurrentBag<string>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            var queue = worker % 2 == 0 ? queues.Queue : queues.OtherNode;
            while (taken.Count < all.Count)
            {
                var leases = await queue.LeaseAsync($"w-{worker}", DeliveryLane.News, 16, Queues.LeaseFor, queues.Now, CancellationToken.None);
                foreach (var lease in leases.Where(lease => !taken.TryAdd(lease.Delivery.Id, $"w-{worker}")))
                {
                    doubled.Add(lease.Delivery.Id);
                }

                (await queue.BeginAsync(leases, Queues.LeaseFor, queues.Now, CancellationToken.None)).ShouldAllBe(result => result == LeaseResult.Applied);
                (await queue.CompleteAsync([.. leases.Select(lease => new Completion(lease, Sent))], queues.Now, CancellationToken.None)).ShouldAllBe(result => result == LeaseResult.Applied);
            }
        }))).WaitAsync(TimeSpan.FromMinutes(2));
        doubled.ShouldBeEmpty();
        foreach (var delivery in all)
        {
            var kept = (await queues.FindAsync(delivery.Id, delivery.Tenant))!;
            (kept.Row.Progress.State, kept.Row.Progress.Token, kept.Attempts.Single().Owner).ShouldBe((DeliveryState.Sent, 1, taken[delivery.Id]));
        }
    }

    [Fact]
    public async Task A_thousand_due_deliveries_of_one_tenant_do_not_keep_the_one_of_another_waiting()
    {
        var queues = await OpenAsync();
        await queues.QueueAsync(Enumerable.Range(0, 1_000).Select(index => Queues.Delivery($"d-{index:0000}", queues.Now.AddHours(-1), "busy")));
        await queues.QueueAsync(Queues.Delivery("single", queues.Now, "zeta"));
        (await queues.LeaseAsync("w-1", 10)).Select(lease => lease.Delivery.Tenant).ShouldContain("zeta");

        // Also where there are more busy tenants than places: each gets its turn.
        foreach (var tenant in (string[])["t-1", "t-2", "t-3", "t-4", "t-5"])
        {
            await queues.QueueAsync(Enumerable.Range(0, 50).Select(index => Queues.Delivery($"d-{index}", queues.Now.AddHours(-2), tenant)));
        }

        var served = new HashSet<string>(StringComparer.Ordinal);
        for (var turn = 0; turn < 6; turn++)
        {
            served.UnionWith((await queues.LeaseAsync("w-1", 1)).Select(lease => lease.Delivery.Tenant));
        }

        served.ShouldBe(["busy", "t-1", "t-2", "t-3", "t-4", "t-5"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_worker_that_slept_over_its_lease_is_fenced_and_changes_nothing()
    {
        var queues = await OpenAsync();
        await queues.QueueAsync(Queues.Delivery("1", queues.Now));
        var sleeper = await queues.SendingAsync("sleeper");
        queues.Now += Queues.LeaseFor;
        (await queues.SweepAsync()).ShouldBe(new SweepResult(0, 1, 0, false));
        (await queues.CompleteAsync(sleeper, Sent)).ShouldBe(LeaseResult.Fenced);
        var other = await queues.SendingAsync("other");
        var before = (await queues.FindAsync("1"))!;
        (await queues.CompleteAsync(sleeper, new DeliveryOutcome.GiveUp("no"))).ShouldBe(LeaseResult.Fenced);
        (await queues.BeginAsync(sleeper)).ShouldBe(LeaseResult.Fenced);
        (await queues.RenewAsync(sleeper)).ShouldBe(LeaseResult.Fenced);
        (await queues.ReleaseAsync("sleeper")).ShouldBe(0);
        var after = (await queues.FindAsync("1"))!;
        after.Row.ShouldBe(before.Row);
        after.Attempts.ShouldBe(before.Attempts);
        (await queues.CompleteAsync(other, Sent)).ShouldBe(LeaseResult.Applied);
        (await queues.CompleteAsync(other, Sent)).ShouldBe(LeaseResult.Fenced);
        (await queues.FindAsync("1"))!.Attempts.Select(attempt => (attempt.Owner, attempt.Outcome))
            .ShouldBe([("sleeper", (AttemptOutcome?)AttemptOutcome.Unknown), ("other", AttemptOutcome.Sent)]);
    }

    [Fact]
    public async Task A_worker_that_slept_before_it_began_sends_nothing_and_nothing_is_held_against_the_delivery()
    {
        var queues = await OpenAsync();
        await queues.QueueAsync(Queues.Delivery("1", queues.Now, channel: DeliveryChannel.Sms));
        var sleeper = (await queues.LeaseAsync("sleeper")).Single();
        queues.Now += Queues.LeaseFor;
        (await queues.BeginAsync(sleeper)).ShouldBe(LeaseResult.Fenced);
        (await queues.SweepAsync()).ShouldBe(new SweepResult(1, 0, 0, false));
        var other = await queues.SendingAsync("other");
        (await queues.CompleteAsync(other, Sent)).ShouldBe(LeaseResult.Applied);
        (await queues.FindAsync("1"))!.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_unknown_outcome_is_sent_again_once_by_mail_and_never_by_text_message()
    {
        var queues = await OpenAsync();
        await queues.QueueAsync(Queues.Delivery("mail", queues.Now), Queues.Delivery("text", queues.Now, channel: DeliveryChannel.Sms));
        foreach (var expected in (string[][])[["mail", "text"], ["mail"], []])
        {
            var leases = await queues.LeaseAsync("w-1");
            leases.Select(lease => lease.Delivery.Id).ShouldBe(expected, ignoreOrder: true);
            foreach (var lease in leases)
            {
                await queues.BeginAsync(lease);
                (await queues.CompleteAsync(lease, new DeliveryOutcome.Unknown("timeout behind DATA"))).ShouldBe(LeaseResult.Applied);
            }
        }

        (await queues.StateAsync("mail")).ShouldBe(DeliveryState.Unknown);
        (await queues.StateAsync("text")).ShouldBe(DeliveryState.Unknown);
        (await queues.FindAsync("mail"))!.Attempts.Select(attempt => attempt.Outcome).ShouldBe([AttemptOutcome.Unknown, AttemptOutcome.Unknown]);
        (await queues.FindAsync("text"))!.Attempts.Select(attempt => attempt.Outcome).ShouldBe([AttemptOutcome.Unknown]);
    }

    [Fact]
    public async Task A_lease_that_is_renewed_does_not_run_out()
    {
        var queues = await OpenAsync();
        await queues.QueueAsync(Queues.Delivery("1", queues.Now), Queues.Delivery("2", queues.Now));
        var first = (await queues.LeaseAsync("w-1", 1)).Single();
        (await queues.LeaseAsync("w-2", 1)).Count.ShouldBe(1);
        queues.Now += Queues.LeaseFor / 2;
        (await queues.RenewAsync(first)).ShouldBe(LeaseResult.Applied);
        queues.Now += Queues.LeaseFor / 2;
        (await queues.SweepAsync()).ShouldBe(new SweepResult(1, 0, 0, false));
        (await queues.RenewAsync(first)).ShouldBe(LeaseResult.Applied);
        (await queues.BeginAsync(first)).ShouldBe(LeaseResult.Applied);
    }

    [Fact]
    public async Task A_beginning_that_was_not_answered_may_be_said_again_and_is_one_attempt()
    {
        var queues = await OpenAsync();
        await queues.QueueAsync(Queues.Delivery("1", queues.Now));
        var lease = await queues.SendingAsync("w-1");
        queues.Now += TimeSpan.FromSeconds(1);
        (await queues.BeginAsync(lease)).ShouldBe(LeaseResult.Applied);
        (await queues.CompleteAsync(lease, Sent)).ShouldBe(LeaseResult.Applied);
        (await queues.FindAsync("1"))!.Attempts.Count.ShouldBe(1);
        (await queues.BeginAsync(lease)).ShouldBe(LeaseResult.Fenced);
    }

    [Fact]
    public async Task Released_leases_are_taken_at_once()
    {
        var queues = await OpenAsync();
        await queues.QueueAsync(Enumerable.Range(0, 5).Select(index => Queues.Delivery($"{index}", queues.Now)));
        (await queues.LeaseAsync("w-1")).Count.ShouldBe(5);
        (await queues.LeaseAsync("w-2")).ShouldBeEmpty();
        (await queues.ReleaseAsync("w-1")).ShouldBe(5);
        var leases = await queues.LeaseAsync("w-2");
        leases.Select(lease => (lease.Token, lease.Row.Progress.Attempts)).ShouldBe(Enumerable.Repeat((2L, 0), 5));
    }

    [Fact]
    public async Task What_is_not_sent_in_its_time_expires_and_what_may_have_been_sent_is_not_called_expired()
    {
        var queues = await OpenAsync();
        await queues.QueueAsync(
            Queues.Delivery("waits", queues.Now, timeToLive: TimeSpan.FromMinutes(1)), Queues.Delivery("leased", queues.Now.AddTicks(-10), timeToLive: TimeSpan.FromMinutes(1)),
            Queues.Delivery("unknown", queues.Now.AddTicks(-20), timeToLive: TimeSpan.FromMinutes(1)), Queues.Delivery("later", queues.Now, timeToLive: TimeSpan.FromMinutes(2)));
        var unknown = await queues.SendingAsync("w-1");
        var leased = (await queues.LeaseAsync("w-1", 1)).Single();
        leased.Delivery.Id.ShouldBe("leased");
        await queues.CompleteAsync(unknown, new DeliveryOutcome.Unknown("timeout"));
        queues.Now += TimeSpan.FromMinutes(1);
        await queues.RenewAsync(leased);
        (await queues.BeginAsync(leased)).ShouldBe(LeaseResult.Fenced);
        (await queues.LeaseAsync("w-2")).Select(lease => lease.Delivery.Id).ShouldBe(["later"]);
        (await queues.SweepAsync()).Expired.ShouldBe(3);
        (await queues.StateAsync("waits")).ShouldBe(DeliveryState.Expired);
        (await queues.StateAsync("leased")).ShouldBe(DeliveryState.Expired);
        (await queues.StateAsync("unknown")).ShouldBe(DeliveryState.Unknown);
        (await queues.StateAsync("later")).ShouldBe(DeliveryState.Leased);
    }

    [Fact]
    public async Task Two_thousand_that_expire_together_are_swept_in_portions()
    {
        var queues = await OpenAsync();
        await queues.QueueAsync(Enumerable.Range(0, 1_200).Select(index => Queues.Delivery($"{index}", queues.Now, timeToLive: TimeSpan.FromMinutes(1))));
        queues.Now += TimeSpan.FromMinutes(1);
        SweepResult sweep;
        var expired = 0;
        do
        {
            sweep = await queues.SweepAsync();
            expired += sweep.Expired;
        }
        while (sweep.More);
        expired.ShouldBe(1_200);
    }

    [Fact]
    public async Task The_depth_says_how_many_wait_and_for_how_long_the_first_has_been_due()
    {
        var queues = await OpenAsync();
        await queues.QueueAsync(Queues.Delivery("1", queues.Now), Queues.Delivery("2", queues.Now.AddHours(1), "globex"));
        queues.Now += TimeSpan.FromSeconds(30);
        (await queues.DepthAsync()).ShouldBe(new QueueDepth(2, TimeSpan.FromSeconds(30)));
        await queues.LeaseAsync("w-1");
        (await queues.DepthAsync()).ShouldBe(new QueueDepth(1, TimeSpan.Zero));
    }

    [Fact]
    public async Task The_outbox_shows_a_tenant_s_messages_newest_first_and_doubles_as_doubles()
    {
        var queues = await OpenAsync();
        var message = new OutboxMessage(Some.Tenant, "1", 1, DeliveryChannel.Email, "ada@example.org", "Title", "Body", queues.Now);
        await queues.Outbox.AddAsync(message, CancellationToken.None);
        await queues.Outbox.AddAsync(message with { Tenant = "globex" }, CancellationToken.None);
        await queues.Outbox.AddAsync(message, CancellationToken.None);
        await queues.Outbox.AddAsync(message with { Attempt = 2 }, CancellationToken.None);
        var page = await queues.Outbox.ListAsync(Some.Tenant, null, 2, CancellationToken.None);
        page.Select(listed => listed.Message).ShouldBe([message with { Attempt = 2 }, message]);
        (await queues.Outbox.ListAsync(Some.Tenant, page[1].Place, 2, CancellationToken.None)).Single().Message.ShouldBe(message);
    }

    [Fact]
    public void After_any_steps_the_queue_shows_what_the_model_shows() => QueueModel.Check(OpenAsync);
}
