using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Core.DeadLetters;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Core.Templates;
using Milepost.Core.Tenants;
using Milepost.Server.Ingest.Kafka;
using Milepost.Server.Settings;
using Milepost.Testing;

namespace Milepost.Server.Tests.Ingest.Kafka;

/// <summary>From messages to the database, with no Kafka about.</summary>
public sealed class KafkaIntakeTests
{
    private static readonly string[] Statuses = ["accepted", "preparing", "ready", "picked_up", "out_for_delivery", "delivered"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task However_partitions_and_batches_fall_the_orders_are_the_same(int seed)
    {
        var (straight, letters) = await TakeAsync(new Random(0), [.. Messages()], batch: 1_000);
        straight.Count.ShouldBe(4);
        letters.ShouldBe(4);

        // Partitions are read side by side, batches end anywhere, and parts of them are delivered again.
        var random = new Random(seed);
        var partitions = Messages().GroupBy(message => message.Partition).Select(partition => new Queue<TopicMessage>(partition)).ToList();
        var mixed = new List<TopicMessage>();
        while (partitions.Count > 0)
        {
            var next = partitions[random.Next(partitions.Count)];
            mixed.Add(next.Dequeue());
            partitions.RemoveAll(partition => partition.Count == 0);
            if (random.Next(5) == 0)
            {
                mixed.Add(mixed[random.Next(mixed.Count)]);
            }
        }

        (await TakeAsync(random, mixed, batch: 7)).ShouldSatisfyAllConditions(
            taken => taken.Orders.ShouldBe(straight), taken => taken.Letters.ShouldBe(letters));
    }

    [Fact]
    public async Task While_it_insists_it_says_so_and_gives_up_only_when_told()
    {
        using var store = new SharedStore();
        var orders = new WatchedOrders(store.Orders) { Before = _ => throw new StoreUnavailableException("away") };
        var clock = new FakeClock();
        var (intake, recorder) = Intake(orders, store.DeadLetters, clock);
        using var stop = new CancellationTokenSource();

        var taking = intake.TakeAsync([Message(0, 1, KafkaConsumerTests.Event("e-1", "o-1"))], stop.Token);
        for (var attempt = 1; attempt < 30; attempt++)
        {
            await orders.UntilAsync(seen => seen.Attempts == attempt).Soon();
            await UntilAsync(() => clock.Waiting == 1);
            intake.Stalled.ShouldBe("away");
            clock.Advance(TimeSpan.FromSeconds(5));
        }

        taking.IsCompleted.ShouldBeFalse();
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(taking.Soon());
        intake.Stalled.ShouldBeNull();
        recorder.Complete();
    }

    [Fact]
    public async Task A_dead_letter_that_cannot_be_written_holds_the_batch()
    {
        using var store = new SharedStore();
        var clock = new FakeClock();
        var letters = new ForgetfulLetters(store.DeadLetters, failures: 2);
        var (intake, recorder) = Intake(store.Orders, letters, clock);

        var taking = intake.TakeAsync([Message(0, 1, "{")], CancellationToken.None);
        for (var failure = 1; failure <= 2; failure++)
        {
            await UntilAsync(() => clock.Waiting == 1);
            taking.IsCompleted.ShouldBeFalse();
            clock.Advance(TimeSpan.FromMilliseconds(100 * failure));
        }

        await taking.Soon();
        (await store.LettersAsync()).ShouldHaveSingleItem();
        recorder.Complete();
    }

    private static async Task<(IReadOnlyList<string> Orders, int Letters)> TakeAsync(Random random, IReadOnlyList<TopicMessage> messages, int batch)
    {
        using var store = new SharedStore();
        var (intake, recorder) = Intake(store.Orders, store.DeadLetters, TimeProvider.System);
        for (var at = 0; at < messages.Count;)
        {
            var size = random.Next(1, batch + 1);
            await intake.TakeAsync([.. messages.Skip(at).Take(size)], CancellationToken.None).Soon();
            at += size;
        }

        recorder.Complete();
        var orders = await store.Orders.ListAsync(new OrderQuery("acme", null, [], null, null, 100), CancellationToken.None);
        return ([.. orders.Select(listed => $"{listed.Order.Id} {listed.Order.Status} {listed.Order.EventCount} {listed.Order.Last}").Order(StringComparer.Ordinal)], (await store.LettersAsync()).Count);
    }

    /// <summary>Four orders through all statuses, in two topics' worth of partitions, with poison between.</summary>
    private static IEnumerable<TopicMessage> Messages()
    {
        var offset = 0;
        for (var order = 0; order < 4; order++)
        {
            yield return Message(order % 3, offset++, KafkaConsumerTests.Event($"paid-{order}", $"o-{order}", second: 1));
            for (var step = 0; step < Statuses.Length; step++)
            {
                // The statuses lie in another partition than the payment.
                yield return Message(3 + (order % 2), offset++, KafkaConsumerTests.Event($"status-{order}-{step}", $"o-{order}", "order.status.changed", $$"""{"status":"{{Statuses[step]}}"}""", second: 2 + step));
            }

            yield return Message(order % 3, offset++, "{\"poison\":");
        }
    }

    private static TopicMessage Message(int partition, long offset, string value) => new()
    {
        Topic = "t",
        Partition = partition,
        Offset = offset,
        Time = DateTimeOffset.UnixEpoch,
        Value = Encoding.UTF8.GetBytes(value),
    };

    private static (KafkaIntake Intake, EventRecorder Recorder) Intake(IOrderStore orders, IDeadLetterStore letters, TimeProvider time)
    {
        var options = new KafkaOptions { Tenant = "acme" };
        var recorder = new EventRecorder(orders, new NotificationTools(new RuleTexts(), new DefaultTenants()), new Nobody(), time, 20_000, 1_000);
        _ = recorder.RunAsync();
        return (new KafkaIntake(recorder, letters, KafkaServices.EventReaderOf(options), options, new Random(1), time, NullLogger<KafkaIntake>.Instance), recorder);
    }

    private static async Task UntilAsync(Func<bool> met)
    {
        // The clock gives no signal when a timer is set.
        using var deadline = new CancellationTokenSource(Deadline.Default);
        while (!met())
        {
            await Task.Delay(1, deadline.Token);
        }
    }

    private sealed class Nobody : ICommitListener
    {
        public void Committed(IReadOnlyList<StreamEntry> entries)
        {
        }
    }

    private sealed class ForgetfulLetters(IDeadLetterStore inner, int failures) : IDeadLetterStore
    {
        private int _failures = failures;

        public Task<int> AddAsync(IReadOnlyList<DeadLetter> letters, DateTimeOffset? announceAt, CancellationToken cancellationToken) =>
            _failures-- > 0 ? throw new StoreUnavailableException("away") : inner.AddAsync(letters, announceAt, cancellationToken);

        public Task<DeadLetter?> FindAsync(long place, CancellationToken cancellationToken) => inner.FindAsync(place, cancellationToken);

        public Task<IReadOnlyList<DeadLetter>> ListAsync(DeadLetterQuery query, CancellationToken cancellationToken) => inner.ListAsync(query, cancellationToken);

        public Task MarkAsync(long place, DeadLetterReason? reason, DateTimeOffset now, CancellationToken cancellationToken) => inner.MarkAsync(place, reason, now, cancellationToken);

        public Task<IReadOnlyList<DeadLetter>> ClaimUnannouncedAsync(DateTimeOffset now, DateTimeOffset until, int limit, CancellationToken cancellationToken) =>
            inner.ClaimUnannouncedAsync(now, until, limit, cancellationToken);

        public Task AnnouncedAsync(IReadOnlyCollection<long> places, CancellationToken cancellationToken) => inner.AnnouncedAsync(places, cancellationToken);
    }
}
