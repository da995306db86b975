using Milepost.Core.Etas;
using Milepost.Core.Orders;
using Milepost.Core.Silence;
using Milepost.Core.Tests;
using Milepost.Core.Tracking;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;

namespace Milepost.Storage.Tests.Tracking;

/// <summary>The ports that the silence watch works with; the last one is another node's.</summary>
internal sealed record WatchStores(Stores Stores, ITrackingStore Tracking, IOrderWatch Watch, IOrderWatch Other);

/// <summary>What every store must do for orders that are watched, and for those that stand out.</summary>
public abstract class OrderWatchConformance
{
    // The stores record at Some.Evening + 1 h: see Stores.Now. Placed then, an order is due ten minutes later.
    private static readonly DateTimeOffset Due = Some.Evening.AddMinutes(70);
    private static readonly DateTimeOffset Until = Due.AddSeconds(30);

    /// <summary>A store without data.</summary>
    internal abstract Task<WatchStores> OpenAsync();

    [Fact]
    public async Task An_order_is_due_when_its_rules_say_and_is_taken_once()
    {
        var (stores, _, watch, other) = await OpenAsync();
        await stores.RecordAsync(Some.Placed("e-1", 60), Some.Placed("e-2", 60, order: "o-2", tenant: "globex"), Some.Placed("e-3", 61, order: "o-3"), Some.Status("e-4", OrderStatus.Accepted, 60, order: "o-4"));
        (await watch.TakeAsync(Due.AddTicks(-1), Until, 10, CancellationToken.None)).ShouldBeEmpty();
        (await watch.TakeAsync(Due, Until, 10, CancellationToken.None)).Select(taken => $"{taken.Order.Tenant}/{taken.Order.Id} {taken.LastFixAt}").ShouldBe(["acme/o-1 ", "globex/o-2 "], ignoreOrder: true);
        (await other.TakeAsync(Due, Until, 10, CancellationToken.None)).ShouldBeEmpty("somebody has them");
        (await other.TakeAsync(Until, Until.AddSeconds(30), 10, CancellationToken.None)).Count.ShouldBe(2, "and has died over them");
        (await other.TakeAsync(Due.AddMinutes(5), Due.AddMinutes(6), 10, CancellationToken.None)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task The_longest_overdue_come_first()
    {
        var (stores, _, watch, _) = await OpenAsync();
        await stores.RecordAsync([.. Enumerable.Range(0, 5).Select(index => Some.Placed($"e-{index}", 64 - index, order: $"o-{index}"))]);
        (await watch.TakeAsync(Due.AddHours(1), Due.AddHours(2), 2, CancellationToken.None)).Select(taken => taken.Order.Id).ShouldBe(["o-4", "o-3"], ignoreOrder: true);
        (await watch.TakeAsync(Due.AddHours(1), Due.AddHours(2), 10, CancellationToken.None)).Select(taken => taken.Order.Id).ShouldBe(["o-0", "o-1", "o-2"], ignoreOrder: true);
    }

    [Fact]
    public async Task The_next_time_is_set_unless_something_was_recorded_since()
    {
        var (stores, _, watch, _) = await OpenAsync();
        await stores.RecordAsync(Some.Placed("e-1", 60), Some.Placed("e-2", 60, order: "o-2"), Some.Placed("e-3", 60, order: "o-3"));
        await watch.TakeAsync(Due, Until, 10, CancellationToken.None);
        await stores.RecordAsync(Some.Status("e-4", OrderStatus.Paid, 65, order: "o-2"));
        await watch.SetAsync([new(Some.Tenant, "o-1", Due.AddMinutes(1)), new(Some.Tenant, "o-2", Due.AddMinutes(1)), new(Some.Tenant, "o-3", null), new("globex", "o-1", null)], Until, CancellationToken.None);
        (await watch.TakeAsync(Due.AddMinutes(1), Until, 10, CancellationToken.None)).Select(taken => taken.Order.Id).ShouldBe(["o-1"]);
        (await watch.TakeAsync(Due.AddMinutes(5), Due.AddHours(9), 10, CancellationToken.None)).Select(taken => taken.Order.Id).ShouldBe(["o-1", "o-2"], ignoreOrder: true);
        await watch.SetAsync([], Until, CancellationToken.None);
    }

    [Fact]
    public async Task The_last_fix_is_the_newest_of_the_drivers_and_the_orders()
    {
        var (stores, tracking, watch, _) = await OpenAsync();
        await stores.RecordAsync([.. Enumerable.Range(1, 4).Select(index => Some.Status($"e-{index}", OrderStatus.OutForDelivery, 60, order: $"o-{index}") with { Driver = new Driver($"d-{index}", null, null) })]);
        await tracking.SaveAsync(
            new TrackingChanges { Drivers = [Fix("d-1", 1), Fix("d-2", 5), Fix("d-9", 9)], Orders = [Fix("o-1", 3), Fix("o-3", 4), new TrackWrite(new TrackRow(Some.Tenant, "o-2", 0, [1]), null)] }, CancellationToken.None);
        var taken = await watch.TakeAsync(Due, Until, 10, CancellationToken.None);
        taken.OrderBy(order => order.Order.Id, StringComparer.Ordinal).Select(order => order.LastFixAt).ShouldBe([Due.AddSeconds(3), Due.AddSeconds(5), Due.AddSeconds(4), null]);

        static TrackWrite Fix(string id, int second) => new(new TrackRow(Some.Tenant, id, 0, [1]), Due.AddSeconds(second));
    }

    [Fact]
    public async Task Erasing_the_customer_does_not_end_the_watch()
    {
        var (stores, _, watch, _) = await OpenAsync();
        await stores.RecordAsync(Some.Placed("e-1", 60));
        await stores.RecordAsync(Some.Event("x-1", EventTypes.CustomerErased, 61, "c-1"));
        (await watch.TakeAsync(Due, Until, 10, CancellationToken.None)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Orders_that_stand_out_are_listed_newest_first_by_what_holds()
    {
        var (stores, _, _, _) = await OpenAsync();
        await stores.RecordAsync([.. Enumerable.Range(1, 5).Select(index => Some.Placed($"e-{index}", 1, order: $"o-{index}")), Some.Placed("e-9", 1, tenant: "globex")]);
        await stores.RecordAsync(
            Delay("f-1", "o-1", DelayReasons.EtaPassed), Delay("f-2", "o-2", DelayReasons.NotAccepted), Stale("f-3", "o-2"), Stale("f-4", "o-3"), Delay("f-5", "o-4", DelayReasons.EtaPassed),
            Some.Status("f-6", OrderStatus.Delivered, 50, order: "o-4"), Delay("f-7", "o-1", DelayReasons.EtaPassed) with { Tenant = "globex" });
        (await ListAsync(OrderExceptions.Any)).ShouldBe(["o-3", "o-2", "o-1"]);
        (await ListAsync(OrderExceptions.Late)).ShouldBe(["o-1"]);
        (await ListAsync(OrderExceptions.Unaccepted | OrderExceptions.Late)).ShouldBe(["o-2", "o-1"]);
        (await ListAsync(OrderExceptions.Stale)).ShouldBe(["o-3", "o-2"]);
        (await ListAsync(OrderExceptions.Any, limit: 2)).ShouldBe(["o-3", "o-2"]);
        (await ListAsync(OrderExceptions.None)).Count().ShouldBe(5);

        async Task<IEnumerable<string>> ListAsync(OrderExceptions exceptions, int limit = 10) =>
            (await stores.Orders.ListAsync(new OrderQuery(Some.Tenant, null, [], null, null, limit) { Exceptions = exceptions }, CancellationToken.None)).Select(listed => listed.Order.Id);
    }

    [Fact]
    public async Task Promises_are_listed_of_what_was_delivered_in_the_time_and_had_one()
    {
        var (stores, tracking, _, _) = await OpenAsync();
        for (var index = 0; index < 4; index++)
        {
            await stores.RecordAsync(
                Some.Placed($"e-{index}", 1, order: $"o-{index}") with { Promise = index == 3 ? null : new Promise(At(30 + index), index == 0 ? At(20) : null, index == 0 ? At(40) : null) },
                Some.Status($"f-{index}", OrderStatus.Delivered, 40 + index, order: $"o-{index}"));
        }

        await stores.RecordAsync(Some.Placed("e-9", 1, order: "o-9") with { Promise = new Promise(At(30), null, null) });
        (await tracking.ListPromisesAsync(Some.Tenant, At(40), At(42), CancellationToken.None))
            .ShouldBe([new KeptPromise(At(40), At(30), At(40)), new KeptPromise(At(41), At(31), null)], ignoreOrder: true);
        (await tracking.ListPromisesAsync(Some.Tenant, At(0), At(99), CancellationToken.None)).Count.ShouldBe(3);
        (await tracking.ListPromisesAsync("globex", At(0), At(99), CancellationToken.None)).ShouldBeEmpty();

        // Taken back, and delivered again.
        await stores.RecordAsync(Some.Status("g-1", OrderStatus.OutForDelivery, 50, correction: true, order: "o-1"));
        (await tracking.ListPromisesAsync(Some.Tenant, At(0), At(99), CancellationToken.None)).Count.ShouldBe(2);
    }

    private static DateTimeOffset At(double minute) => Some.Evening.AddMinutes(minute);

    private static RecordedEvent Delay(string id, string order, string reason) => Some.Event(id, EventTypes.OrderDelayed, 40, order) with { Delay = new DelayNotice(true, reason) };

    private static RecordedEvent Stale(string id, string order) => Some.Event(id, EventTypes.OrderLocationStale, 40, order) with { Stale = new StaleNotice(true, null) };
}
