using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using Milepost.Testing;

namespace Milepost.Core.Tests.Orders;

/// <summary>The order is a function of the set of its events, whatever way they came.</summary>
public sealed class OrderHistoryTests
{
    private static readonly OrderStatus[] Calm = [.. Enum.GetValues<OrderStatus>().Where(status => !OrderStatusTable.IsInterruption(status))];

    [Fact]
    public void Any_arrival_in_any_batches_gives_the_order_and_the_timeline_of_the_set() =>
        Check(Arrivals(Events(3, 40, AnyEvent)), async arrival =>
        {
            var (order, timeline) = OrderHistory.Replay(arrival.Set);
            var snapshot = await RecordAsync(arrival.Batches);
            Text(snapshot.Order).ShouldBe(Text(order));
            Text(OrderHistory.Replay(snapshot.Events).Timeline).ShouldBe(Text(timeline));
        });

    [Fact]
    public void Going_on_step_by_step_is_replaying_all() =>
        Check(Events(1, 40, AnyEvent), set =>
        {
            Order? order = null;
            var moves = new List<bool>();
            foreach (var recorded in set.OrderBy(recorded => recorded.Key()))
            {
                (order, var moved) = OrderHistory.Step(order, recorded);
                moves.Add(moved);
            }

            var replayed = OrderHistory.Replay(set);
            Text(order!).ShouldBe(Text(replayed.Order));
            moves.ShouldBe(replayed.Timeline.Select(entry => entry.Moved));
            return Task.CompletedTask;
        });

    [Fact]
    public void Without_corrections_and_interruptions_a_late_event_never_lowers_the_rank() =>
        Check(Arrivals(Events(2, 25, CalmEvent)), async arrival =>
        {
            var store = new MemoryStore();
            foreach (var recorded in arrival.Batches.SelectMany(batch => batch))
            {
                var before = await store.FindAsync(Some.Tenant, "o-1", CancellationToken.None);
                await RecordAsync(store, [recorded]);
                var after = (await store.FindAsync(Some.Tenant, "o-1", CancellationToken.None))!;
                if (before?.Status is { } status)
                {
                    OrderStatusTable.Rank(after.Status!.Value).ShouldBeGreaterThanOrEqualTo(OrderStatusTable.Rank(status), $"{status} -> {after.Status}");
                }
            }
        });

    public static TheoryData<string> Six =>
    [
        "Placed Paid Accepted Preparing CourierAssigned Delivered",
        "Placed OutForDelivery AttemptFailed CourierAssigned Delivered Returning",
        "Placed Delivered Cancelled Paid! Exception Accepted",
        "Ready Cancelled Ready! PickedUp ReadyForCollection Returned",
        "Placed Placed Paid Exception AttemptFailed Arriving",
    ];

    [Theory]
    [MemberData(nameof(Six))]
    public async Task Every_permutation_of_six_events_gives_the_same(string statuses)
    {
        // Two of them share one instant, so that source and id have to decide.
        var set = statuses.Split(' ').Select((name, index) => Some.Status($"e-{index}", Enum.Parse<OrderStatus>(name.TrimEnd('!')), index == 3 ? 2 : index, name.EndsWith('!'))).ToArray();
        var (order, timeline) = OrderHistory.Replay(set);
        var count = 0;
        foreach (var permutation in Permutations(set))
        {
            var snapshot = await RecordAsync([.. permutation.Select(recorded => new[] { recorded })]);
            Text(snapshot.Order).ShouldBe(Text(order));
            Text(OrderHistory.Replay(snapshot.Events).Timeline).ShouldBe(Text(timeline));
            count++;
        }

        count.ShouldBe(720);
    }

    [Fact]
    public void A_correction_holds_against_the_table_once()
    {
        var (order, timeline) = OrderHistory.Replay(
        [
            Some.Status("e-1", OrderStatus.Delivered, 1), Some.Status("e-2", OrderStatus.Preparing, 2, correction: true), Some.Status("e-3", OrderStatus.Preparing, 3, correction: true),
            Some.Status("e-4", OrderStatus.Paid, 4), Some.Status("e-5", OrderStatus.Ready, 5),
        ]);
        order.Status.ShouldBe(OrderStatus.Ready);
        timeline.Select(entry => entry.Moved).ShouldBe([true, true, false, false, true]);
    }

    [Fact]
    public void Events_of_one_instant_are_taken_by_source_and_id_in_ordinal_order()
    {
        var lower = Some.Status("a", OrderStatus.Paid, 1);
        var upper = Some.Status("B", OrderStatus.Accepted, 1);
        var other = Some.Status("0", OrderStatus.Placed, 1) with { Source = "/shops/2" };
        OrderHistory.Replay([other, lower, upper]).Timeline.Select(entry => entry.EventId).ShouldBe(["B", "a", "0"]);
    }

    [Fact]
    public void The_first_to_name_a_customer_is_believed()
    {
        var (order, _) = OrderHistory.Replay(
        [
            Some.Status("e-1", OrderStatus.Paid, 1), Some.Placed("e-2", 2, "c-1"), Some.Status("e-3", OrderStatus.Accepted, 3) with { Customer = new CustomerProfile { Id = "c-2" } },
        ]);
        order.CustomerId.ShouldBe("c-1");
    }

    [Fact]
    public void Facts_are_of_the_newest_that_tells_them_and_first_times_of_the_first()
    {
        var eta = new Eta(Some.Evening, null, null, "rain");
        var (order, _) = OrderHistory.Replay(
        [
            Some.Placed("e-1", 1), Some.Placed("e-2", 2) with { Items = [new OrderItem("Bread", 2)], Total = new Money(1, "EUR") }, Some.Status("e-3", OrderStatus.Paid, 3),
            Some.Status("e-4", OrderStatus.Paid, 4), Some.Event("e-5", EventTypes.OrderEtaUpdated, 5) with { Eta = eta },
            Some.Event("e-6", EventTypes.OrderDriverAssigned, 6) with { Driver = new Driver("d", "Ada", null) },
        ]);
        order.Items.ShouldBe([new OrderItem("Bread", 2)]);
        order.Total.ShouldBe(new Money(1, "EUR"));
        order.PlacedAt.ShouldBe(Some.Evening.AddMinutes(1));
        order.PaidAt.ShouldBe(Some.Evening.AddMinutes(3));
        order.Eta.ShouldBe(eta with { RevisedAt = Some.Evening.AddMinutes(5) });
        order.Driver.ShouldBe(new Driver("d", "Ada", null));
        order.EventCount.ShouldBe(6);
        order.Last.ShouldBe(new EventKey(Some.Evening.AddMinutes(6), Some.Source, "e-6"));
    }

    [Fact]
    public void An_order_of_which_only_a_note_is_known_is_shown_as_placed()
    {
        var (order, _) = OrderHistory.Replay([Some.Event("e-1", EventTypes.OrderNoteAdded, 1) with { Note = "ring twice" }]);
        order.Status.ShouldBeNull();
        order.ShownStatus().ShouldBe(OrderStatus.Placed);
        order.IsActive().ShouldBeTrue();
    }

    private sealed record Arrival(RecordedEvent[] Set, RecordedEvent[][] Batches)
    {
        public override string ToString() => string.Join(" / ", Batches.Select(batch => string.Join(", ", batch.Select(item => $"{item.Id}:{item.Type}:{item.Status}{(item.Correction ? "!" : "")}@{item.Time:mm}"))));
    }

    private static async Task<OrderSnapshot> RecordAsync(RecordedEvent[][] batches)
    {
        var store = new MemoryStore();
        foreach (var batch in batches)
        {
            await RecordAsync(store, batch);
        }

        return (await store.SnapshotAsync(Some.Tenant, "o-1", CancellationToken.None))!;
    }

    private static async Task RecordAsync(MemoryStore store, RecordedEvent[] batch)
    {
        var recorder = new EventRecorder(store, Some.Tools, new Silent(), new FakeClock(), 1_000, 1_000);
        var recorded = recorder.RecordAsync(batch, CancellationToken.None);
        recorder.Complete();
        await recorder.RunAsync().Soon();
        (await recorded.Soon()).ShouldBeOfType<RecordResult.Recorded>();
    }

    private static Gen<RecordedEvent[]> Events(int least, int most, Gen<RecordedEvent> one) =>
        from count in Gen.Choose(least, most)
        from events in one.ArrayOf(count)
        select events.Select((recorded, index) => recorded with { Id = $"e-{index:00}" }).ToArray();

    /// <summary>The set in any order, some of it twice or more often, in batches of any size; each arrival with its own time of receipt.</summary>
    private static Gen<Arrival> Arrivals(Gen<RecordedEvent[]> sets) =>
        from set in sets
        from seed in Gen.Choose(0, int.MaxValue)
        select Arrive(set, new Random(seed));

    private static Arrival Arrive(RecordedEvent[] set, Random random)
    {
        var sent = set.Concat(set.Where(_ => random.Next(4) == 0)).ToArray();
        random.Shuffle(sent);
        sent = [.. sent.Select((recorded, index) => recorded with { ReceivedAt = Some.Evening.AddSeconds(index) })];
        var batches = new List<RecordedEvent[]>();
        for (var at = 0; at < sent.Length;)
        {
            var size = random.Next(3) == 0 ? 1 : random.Next(1, sent.Length - at + 1);
            batches.Add(sent[at..(at + size)]);
            at += size;
        }

        return new Arrival(set, [.. batches]);
    }

    private static Gen<RecordedEvent> AnyEvent =>
        from type in Gen.Elements(EventTypes.All.Where(type => !EventTypes.IsOfCustomer(type))
            .Concat([EventTypes.OrderNearby, EventTypes.OrderDelayed, EventTypes.OrderDelayed, EventTypes.OrderLocationStale, EventTypes.OrderLocationStale]).ToArray())
        from status in Gen.Elements(Enum.GetValues<OrderStatus>())
        from minute in Gen.Choose(0, 12)
        from source in Gen.Elements("/shops/1", "/Shops/1", "/couriers/2")
        from number in Gen.Choose(0, 3)
        from correction in Gen.Elements(true, false, false, false)
        select Some.Event("", type, minute) with
        {
            Source = source,
            Status = StatusOf(type, status),
            Correction = correction && type == EventTypes.OrderStatusChanged,
            Customer = number == 0 ? new CustomerProfile { Id = $"c-{minute}" } : null,
            Note = number == 1 ? $"note {minute}" : null,
            Items = type == EventTypes.OrderPlaced && number > 1 ? [new OrderItem($"Item {number}", number)] : null,
            Total = type == EventTypes.OrderPlaced ? new Money(minute, "EUR") : null,
            Eta = type == EventTypes.OrderEtaUpdated ? new Eta(Some.Evening.AddMinutes(minute + number), null, null, null) : null,
            Promise = type == EventTypes.OrderPlaced && number > 1 ? new Promise(Some.Evening.AddMinutes(minute * number), null, null) : null,
            Pickup = type == EventTypes.OrderPlaced && number > 1 ? new Pickup($"Shop {number}", null, number, number) : null,
            Delay = type == EventTypes.OrderDelayed ? new DelayNotice(number > 0, $"reason {number}") : null,
            Stale = type == EventTypes.OrderLocationStale ? new StaleNotice(number > 0, Some.Evening.AddMinutes(number)) : null,
            Driver = type == EventTypes.OrderDriverAssigned ? new Driver($"d-{number}", null, null) : null,
        };

    private static Gen<RecordedEvent> CalmEvent =>
        from status in Gen.Elements(Calm)
        from minute in Gen.Choose(0, 12)
        select Some.Status("", status, minute);

    private static OrderStatus? StatusOf(string type, OrderStatus status) => type switch
    {
        EventTypes.OrderPlaced => OrderStatus.Placed,
        EventTypes.OrderPaid => OrderStatus.Paid,
        EventTypes.OrderCancelled => OrderStatus.Cancelled,
        EventTypes.OrderStatusChanged => status,
        _ => null,
    };

    // When it reached us is no part of what happened.
    private static string Text(Order order) => JsonSerializer.Serialize(order with { HeardAt = null }, CoreJson.Default.Order);

    private static string Text(IReadOnlyList<TimelineEntry> timeline) =>
        string.Join('\n', timeline.Select(entry => (entry with { ReceivedAt = default }).ToString()));

    private static IEnumerable<T[]> Permutations<T>(T[] items) => items.Length == 1
        ? [items]
        : items.SelectMany((item, index) => Permutations<T>([.. items[..index], .. items[(index + 1)..]]).Select(rest => (T[])[item, .. rest]));

    private static void Check<T>(Gen<T> gen, Func<T, Task> body) => FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(gen.ToArbitrary(), body));

    private sealed class Silent : ICommitListener
    {
        public void Committed(IReadOnlyList<Streams.StreamEntry> entries)
        {
        }
    }
}
