using System.Text;
using Milepost.Core.Orders;
using Milepost.Core.Tests;
using Milepost.Core.Tracking;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;

namespace Milepost.Storage.Tests.Tracking;

/// <summary>The ports that tracking works with; the last one is another node's.</summary>
internal sealed record TrackingStores(Stores Stores, ITrackingStore Tracking, ITrackingStore Other);

/// <summary>What every tracking store must do.</summary>
public abstract class TrackingStoreConformance
{
    private static readonly DateTimeOffset Noon = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_567);
    private static readonly DriverKey Ana = new(Some.Tenant, "d-1");

    /// <summary>A store without data.</summary>
    internal abstract Task<TrackingStores> OpenAsync();

    [Fact]
    public async Task What_is_unknown_is_empty()
    {
        var (_, tracking, _) = await OpenAsync();
        var situation = (await tracking.LoadAsync([Ana], CancellationToken.None)).ShouldHaveSingleItem();
        situation.Key.ShouldBe(Ana);
        (situation.Value.Driver, situation.Value.Orders.Count).ShouldBe((null, 0));
        (await tracking.FindAsync(Some.Tenant, "o-1", CancellationToken.None)).ShouldBeNull();
        (await tracking.FindDriverAsync(Some.Tenant, "d-1", CancellationToken.None)).ShouldBeNull();
        (await tracking.LoadAsync([], CancellationToken.None)).ShouldBeEmpty();
        (await tracking.SaveAsync(new TrackingChanges(), CancellationToken.None)).ShouldBeEmpty();
        (await tracking.ListRevisionsAsync(Some.Tenant, "o-1", 10, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_situation_has_the_drivers_active_orders_oldest_first_with_their_heads()
    {
        var (stores, tracking, _) = await OpenAsync();
        await stores.RecordAsync(
            Assigned("e-1", "o-2", "d-1"), Assigned("e-2", "o-1", "d-1", minute: 2), Assigned("e-3", "o-3", "d-2", minute: 3), Assigned("e-4", "o-4", "d-1", minute: 4),
            Some.Status("e-5", OrderStatus.Delivered, 9, order: "o-4"), Assigned("e-6", "o-9", "d-1", tenant: "globex"), Some.Placed("e-7", 5, order: "o-5"));
        await tracking.SaveAsync(new TrackingChanges { Drivers = [Write("d-1", 0, "driver")], Orders = [Write("o-1", 0, "order")] }, CancellationToken.None);

        var loaded = await tracking.LoadAsync([Ana, new DriverKey("globex", "d-1"), Ana with { DriverId = "d-9" }], CancellationToken.None);
        loaded.Count.ShouldBe(3);
        Text(loaded[Ana].Driver!).ShouldBe("acme d-1 1 driver");
        loaded[Ana].Orders.Select(order => order.Order.Id).ShouldBe(["o-2", "o-1"]);
        loaded[Ana].Orders.Select(order => order.Track is { } track ? Text(track) : null).ShouldBe([null, "acme o-1 1 order"]);
        foreach (var order in loaded[Ana].Orders)
        {
            order.Head.ShouldBe((await stores.Log.LocateAsync(StreamName.Order(Some.Tenant, order.Order.Id), 0, CancellationToken.None)).Head);
            order.Head.Offset.ShouldBe(1);
        }

        loaded[new DriverKey("globex", "d-1")].Orders.Single().Order.Id.ShouldBe("o-9");
        (loaded[Ana with { DriverId = "d-9" }].Driver, loaded[Ana with { DriverId = "d-9" }].Orders.Count).ShouldBe((null, 0));
    }

    [Fact]
    public async Task An_order_moves_to_its_new_driver_and_leaves_with_its_end()
    {
        var (stores, tracking, _) = await OpenAsync();
        await stores.RecordAsync(Assigned("e-1", "o-1", "d-1"));
        await stores.RecordAsync(Assigned("e-2", "o-1", "d-2", minute: 2));
        (await OrdersAsync("d-1")).ShouldBeEmpty();
        (await OrdersAsync("d-2")).ShouldBe(["o-1"]);
        await stores.RecordAsync(Some.Status("e-3", OrderStatus.Cancelled, 3));
        (await OrdersAsync("d-2")).ShouldBeEmpty();
        (await tracking.FindAsync(Some.Tenant, "o-1", CancellationToken.None))!.Order.Driver!.Id.ShouldBe("d-2", "an order that has ended can still be looked up");
        await stores.RecordAsync(Some.Status("e-4", OrderStatus.OutForDelivery, 4, correction: true));
        (await OrdersAsync("d-2")).ShouldBe(["o-1"]);

        async Task<IEnumerable<string>> OrdersAsync(string driver) =>
            (await tracking.LoadAsync([Ana with { DriverId = driver }], CancellationToken.None)).Single().Value.Orders.Select(order => order.Order.Id);
    }

    [Fact]
    public async Task The_drivers_of_active_orders_are_listed_in_pages_each_once()
    {
        var (stores, tracking, _) = await OpenAsync();
        await stores.RecordAsync(
            [.. Enumerable.Range(0, 5).Select(index => Assigned($"e-{index}", $"o-{index}", $"d-{4 - index}", index)), Assigned("f-1", "o-5", "d-2"), Assigned("f-2", "o-6", "B"), Assigned("f-3", "o-7", "é"),
            Assigned("g-1", "o-9", "d-9"), Some.Status("g-2", OrderStatus.Delivered, 9, order: "o-9"), Assigned("h-1", "o-1", "x-1", tenant: "globex"), Some.Placed("h-2", 1, order: "o-8")]);
        (await tracking.ListDriversAsync(Some.Tenant, "", 100, CancellationToken.None)).ShouldBe(["B", "d-0", "d-1", "d-2", "d-3", "d-4", "é"]);
        (await tracking.ListDriversAsync(Some.Tenant, "d-1", 2, CancellationToken.None)).ShouldBe(["d-2", "d-3"]);
        (await tracking.ListDriversAsync(Some.Tenant, "d-9", 2, CancellationToken.None)).ShouldBe(["é"]);
        (await tracking.ListDriversAsync(Some.Tenant, "é", 2, CancellationToken.None)).ShouldBeEmpty();
        (await tracking.ListDriversAsync("globex", "", 2, CancellationToken.None)).ShouldBe(["x-1"]);
        (await tracking.ListDriversAsync("nobody", "", 2, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_known_of_orders_that_never_saw_a_fix_goes_when_they_are_over()
    {
        var (stores, tracking, _) = await OpenAsync();
        await stores.RecordAsync(Assigned("e-1", "o-1", "d-1"), Assigned("e-2", "o-2", "d-1"));
        TrackWrite Unseen(string id, string tenant = Some.Tenant) => Write(id, 0, "a", tenant: tenant) with { LastFixAt = null };
        await tracking.SaveAsync(new TrackingChanges { Drivers = [Unseen("d-1")], Orders = [Unseen("o-1"), Unseen("o-2"), Unseen("o-1", "globex")] }, CancellationToken.None);
        await stores.RecordAsync(Some.Status("e-3", OrderStatus.Delivered, 9, order: "o-2"));

        await tracking.DropPointsAsync(Some.Tenant, Noon, CancellationToken.None);

        (await tracking.FindAsync(Some.Tenant, "o-1", CancellationToken.None))!.Track.ShouldNotBeNull("it is under way");
        (await tracking.FindAsync(Some.Tenant, "o-2", CancellationToken.None))!.Track.ShouldBeNull();
        (await tracking.SaveAsync(new TrackingChanges { Orders = [Unseen("o-1", "globex")] }, CancellationToken.None)).Count.ShouldBe(1, "it is another tenant's");
    }

    [Fact]
    public async Task Of_one_driver_the_oldest_orders_are_loaded_and_of_many_all()
    {
        var (stores, tracking, _) = await OpenAsync();
        await stores.RecordAsync([.. Enumerable.Range(0, 60).Select(index => Assigned($"a-{index}", $"o-{index:00}", "d-1", index))]);
        await stores.RecordAsync([.. Enumerable.Range(0, 999).Select(index => Assigned($"b-{index}", $"x-{index}", $"x-{index}", index))]);
        DriverKey[] keys = [Ana, .. Enumerable.Range(0, 999).Select(index => Ana with { DriverId = $"x-{index}" })];
        var loaded = await tracking.LoadAsync(keys, CancellationToken.None);
        loaded[Ana].Orders.Select(order => order.Order.Id).ShouldBe(Enumerable.Range(0, ITrackingStore.MaxOrders).Select(index => $"o-{index:00}"));
        keys[1..].ShouldAllBe(key => loaded[key].Orders.Single().Order.Id == key.DriverId);
        await Should.ThrowAsync<ArgumentException>(() => tracking.LoadAsync([.. keys, Ana with { DriverId = "d-2" }], CancellationToken.None));
    }

    [Fact]
    public async Task A_row_is_written_only_over_the_version_that_was_read()
    {
        var (_, tracking, other) = await OpenAsync();
        (await tracking.SaveAsync(new TrackingChanges { Drivers = [Write("d-1", 0, "a")], Orders = [Write("o-1", 0, "a")] }, CancellationToken.None)).ShouldBeEmpty();
        (await other.SaveAsync(new TrackingChanges { Drivers = [Write("d-1", 0, "b"), Write("d-2", 0, "b")] }, CancellationToken.None)).ShouldBe([new TrackKey(TrackKind.Driver, Some.Tenant, "d-1")]);
        (await other.SaveAsync(new TrackingChanges { Drivers = [Write("d-1", 1, "c"), Write("d-2", 1, "c")] }, CancellationToken.None)).ShouldBeEmpty();
        (await tracking.SaveAsync(new TrackingChanges { Drivers = [Write("d-1", 1, "d")], Orders = [Write("o-1", 1, "d"), Write("o-2", 7, "d")] }, CancellationToken.None))
            .ShouldBe([new TrackKey(TrackKind.Driver, Some.Tenant, "d-1"), new TrackKey(TrackKind.Order, Some.Tenant, "o-2")], ignoreOrder: true);
        Text((await tracking.FindDriverAsync(Some.Tenant, "d-1", CancellationToken.None))!).ShouldBe("acme d-1 2 c");
        (await tracking.FindDriverAsync("globex", "d-1", CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Of_many_who_write_the_same_rows_at_once_each_version_has_one_winner()
    {
        var (_, one, two) = await OpenAsync();
        var rows = Enumerable.Range(0, 20).Select(index => $"d-{index}").ToArray();
        for (var version = 0; version < 3; version++)
        {
            var lost = await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => (writer % 2 == 0 ? one : two).SaveAsync(
                new TrackingChanges { Drivers = [.. (writer % 3 == 0 ? rows.Reverse() : rows).Select(row => Write(row, version, $"{writer}"))] }, CancellationToken.None)));
            lost.Sum(keys => rows.Length - keys.Count).ShouldBe(rows.Length);
        }

        (await one.FindDriverAsync(Some.Tenant, "d-7", CancellationToken.None))!.Version.ShouldBe(3);
    }

    [Fact]
    public async Task Points_are_kept_once_and_read_by_driver_or_order_and_time()
    {
        var (_, tracking, other) = await OpenAsync();
        HistoryPoint[] points = [Point(0, "o-1"), Point(0, "o-2"), Point(1, null), Point(2, "o-1") with { DriverId = "d-2", AccuracyMeters = null, HeadingDegrees = null, SpeedMetersPerSecond = null }, Point(3, "o-1")];
        await tracking.SaveAsync(new TrackingChanges { Points = points }, CancellationToken.None);
        await other.SaveAsync(new TrackingChanges { Points = [.. points.Select(point => point with { Lat = 1 }), Point(4, "o-1") with { Tenant = "globex" }] }, CancellationToken.None);

        (await OfAsync(driver: null, "o-1")).ShouldBe([points[0], points[3], points[4]]);
        (await OfAsync("d-1", order: null)).Select(point => point.Time).ShouldBe([points[0].Time, points[2].Time, points[4].Time]);
        (await tracking.ListPointsAsync(new PointQuery(Some.Tenant, null, "o-1", Noon.AddSeconds(1), Noon.AddSeconds(3), 10), CancellationToken.None)).ShouldBe([points[3]]);
        (await tracking.ListPointsAsync(new PointQuery(Some.Tenant, null, "o-1", Noon, Noon.AddDays(1), 2), CancellationToken.None)).ShouldBe([points[0], points[3]]);

        Task<IReadOnlyList<HistoryPoint>> OfAsync(string? driver, string? order) =>
            tracking.ListPointsAsync(new PointQuery(Some.Tenant, driver, order, Noon, Noon.AddDays(1), 10), CancellationToken.None);
    }

    [Fact]
    public async Task Revisions_are_kept_once_and_the_newest_are_read_oldest_first()
    {
        var (_, tracking, _) = await OpenAsync();
        EtaRevision[] revisions = [.. Enumerable.Range(0, 5).Select(index => Revision(index, shown: index % 2 == 0))];
        await tracking.SaveAsync(new TrackingChanges { Revisions = revisions }, CancellationToken.None);
        await tracking.SaveAsync(new TrackingChanges { Revisions = [revisions[0] with { Shown = false }, revisions[1] with { Tenant = "globex" }] }, CancellationToken.None);
        (await tracking.ListRevisionsAsync(Some.Tenant, "o-1", 10, CancellationToken.None)).ShouldBe(revisions);
        (await tracking.ListRevisionsAsync(Some.Tenant, "o-1", 2, CancellationToken.None)).ShouldBe(revisions[3..]);
    }

    [Fact]
    public async Task What_belongs_to_a_row_that_lost_is_left_out()
    {
        var (_, tracking, _) = await OpenAsync();
        var lost = await tracking.SaveAsync(
            new TrackingChanges
            {
                Drivers = [Write("d-1", 0, "a"), Write("d-2", 5, "a")],
                Orders = [Write("o-1", 5, "a"), Write("o-2", 0, "a")],
                Points = [Point(0, "o-1"), Point(1, "o-2"), Point(2, "o-2") with { DriverId = "d-2" }, Point(3, null)],
                Revisions = [Revision(0), Revision(1) with { OrderId = "o-2" }],
            },
            CancellationToken.None);
        lost.ShouldBe([new TrackKey(TrackKind.Driver, Some.Tenant, "d-2"), new TrackKey(TrackKind.Order, Some.Tenant, "o-1")], ignoreOrder: true);
        (await tracking.ListPointsAsync(new PointQuery(Some.Tenant, "d-1", null, Noon, Noon.AddDays(1), 10), CancellationToken.None)).Select(point => point.Time).ShouldBe([Noon.AddSeconds(1), Noon.AddSeconds(3)]);
        (await tracking.ListPointsAsync(new PointQuery(Some.Tenant, "d-2", null, Noon, Noon.AddDays(1), 10), CancellationToken.None)).ShouldBeEmpty();
        (await tracking.ListRevisionsAsync(Some.Tenant, "o-1", 10, CancellationToken.None)).ShouldBeEmpty();
        (await tracking.ListRevisionsAsync(Some.Tenant, "o-2", 10, CancellationToken.None)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_old_goes_of_one_tenant()
    {
        var (_, tracking, _) = await OpenAsync();
        await tracking.SaveAsync(
            new TrackingChanges
            {
                Drivers = [Write("d-1", 0, "old"), Write("d-2", 0, "new", seconds: 5), Write("d-1", 0, "old", tenant: "globex")],
                Orders = [Write("o-1", 0, "old"), Write("o-2", 0, "new", seconds: 5)],
                Points = [Point(0, "o-1"), Point(1, "o-1"), Point(5, "o-1"), Point(0, "o-1") with { Tenant = "globex" }],
                Revisions = [Revision(0), Revision(5), Revision(0) with { Tenant = "globex" }],
            },
            CancellationToken.None);
        await tracking.DropPointsAsync(Noon.AddDays(-7), CancellationToken.None);
        (await tracking.DropPointsAsync(Some.Tenant, Noon.AddSeconds(5), CancellationToken.None)).ShouldBe(2);
        (await tracking.DropRevisionsAsync(Some.Tenant, Noon.AddSeconds(5), CancellationToken.None)).ShouldBe(1);
        (await tracking.DropPointsAsync(Some.Tenant, Noon.AddSeconds(5), CancellationToken.None)).ShouldBe(0);

        foreach (var (tenant, points, driver) in ((string, int, string?)[])[(Some.Tenant, 1, null), ("globex", 1, "globex d-1 1 old")])
        {
            (await tracking.ListPointsAsync(new PointQuery(tenant, null, "o-1", Noon, Noon.AddDays(1), 10), CancellationToken.None)).Count.ShouldBe(points);
            (await tracking.ListRevisionsAsync(tenant, "o-1", 10, CancellationToken.None)).Count.ShouldBe(1);
            (await tracking.FindDriverAsync(tenant, "d-1", CancellationToken.None) is { } row ? Text(row) : null).ShouldBe(driver);
        }

        (await tracking.FindDriverAsync(Some.Tenant, "d-2", CancellationToken.None)).ShouldNotBeNull();
        (await tracking.SaveAsync(new TrackingChanges { Orders = [Write("o-1", 1, "late"), Write("o-2", 1, "late")] }, CancellationToken.None))
            .ShouldBe([new TrackKey(TrackKind.Order, Some.Tenant, "o-1")], "what has gone does not come back by a write that had read it");
    }

    [Fact]
    public async Task With_the_customer_go_the_ways_of_the_customers_orders()
    {
        var (stores, tracking, _) = await OpenAsync();
        await stores.RecordAsync(Assigned("e-1", "o-1", "d-1", customer: "c-1"), Assigned("e-2", "o-2", "d-1", customer: "c-2"));
        // Somebody else's order, thought to be the customer's for a moment.
        await stores.RecordAsync(Some.Status("e-3", OrderStatus.Paid, 3, order: "o-2") with { Customer = new CustomerProfile { Id = "c-1" } });
        await tracking.SaveAsync(
            new TrackingChanges
            {
                Drivers = [Write("d-1", 0, "a")],
                Orders = [Write("o-1", 0, "a"), Write("o-2", 0, "a")],
                Points = [Point(0, "o-1"), Point(0, "o-2")],
                Revisions = [Revision(0), Revision(0) with { OrderId = "o-2" }],
            },
            CancellationToken.None);
        await stores.RecordAsync(Some.Event("x-1", EventTypes.CustomerErased, 9, "c-1"));

        foreach (var (order, left) in ((string, int)[])[("o-1", 0), ("o-2", 1)])
        {
            (await tracking.ListPointsAsync(new PointQuery(Some.Tenant, null, order, Noon, Noon.AddDays(1), 10), CancellationToken.None)).Count.ShouldBe(left);
            (await tracking.ListRevisionsAsync(Some.Tenant, order, 10, CancellationToken.None)).Count.ShouldBe(left);
            ((await tracking.FindAsync(Some.Tenant, order, CancellationToken.None))!.Track is null).ShouldBe(left == 0);
        }

        (await tracking.LoadAsync([Ana], CancellationToken.None))[Ana].Orders.Count.ShouldBe(2, "both are still to be delivered");
        (await tracking.SaveAsync(new TrackingChanges { Orders = [Write("o-1", 1, "again")] }, CancellationToken.None)).ShouldBe([new TrackKey(TrackKind.Order, Some.Tenant, "o-1")]);
    }

    private static RecordedEvent Assigned(string id, string order, string driver, double minute = 1, string tenant = Some.Tenant, string? customer = null) =>
        Some.Status(id, OrderStatus.CourierAssigned, minute, order: order, tenant: tenant) with
        {
            Driver = new Driver(driver, "Ana", "bike"),
            Customer = customer is null ? null : new CustomerProfile { Id = customer },
        };

    private static TrackWrite Write(string id, long version, string body, double seconds = 0, string tenant = Some.Tenant) =>
        new(new TrackRow(tenant, id, version, Encoding.UTF8.GetBytes(body)), Noon.AddSeconds(seconds));

    private static HistoryPoint Point(int second, string? order) => new()
    {
        Tenant = Some.Tenant,
        DriverId = "d-1",
        OrderId = order,
        Time = Noon.AddSeconds(second),
        ReceivedAt = Noon.AddSeconds(second + 1),
        Lat = 52.520008 + (second * 1e-7),
        Lon = -13.404954,
        AccuracyMeters = 12.5,
        HeadingDegrees = 359.9,
        SpeedMetersPerSecond = 0,
    };

    private static EtaRevision Revision(int second, bool shown = true) =>
        new(Some.Tenant, "o-1", Noon.AddSeconds(second), new Eta(Noon.AddMinutes(20), Noon.AddMinutes(15), null, "traffic") { Source = "routing", Confidence = "high" }, shown);

    private static string Text(TrackRow row) => $"{row.Tenant} {row.Id} {row.Version} {Encoding.UTF8.GetString(row.Body)}";
}
