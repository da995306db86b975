using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Core.Etas;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Tracking;
using Milepost.Protocol.Orders;
using Milepost.Realtime.Streams;
using Milepost.Server.Testing;
using Milepost.Server.Tracking;

namespace Milepost.Server.Tests.Tracking;

/// <summary>What becomes of a pass that is cut off, and of two nodes that do the same.</summary>
public sealed class TrackerCrashTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private Ride _ride = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _ride = new Ride(_server);
        await _ride.StartAsync("o-1", "anna", "d-1", OrderStatus.OutForDelivery);
    }

    public ValueTask DisposeAsync()
    {
        _ride.Dispose();
        return _server.DisposeAsync();
    }

    [Fact]
    public async Task An_arrival_is_recorded_once_though_the_state_could_not_be_written()
    {
        var store = new CutOffStore(_server.Get<ITrackingStore>());
        var (tracker, _) = Node(store);
        tracker.Offer(TestServer.Tenant, [AtTheDoor(2), AtTheDoor(1)]);
        store.Fails = true;
        (await tracker.RunOnceAsync(CancellationToken.None)).ShouldBeFalse();
        (await ArrivalsAsync()).ShouldBe(1, "events come before states");

        store.Fails = false;
        await LookAsync(tracker);
        (await ArrivalsAsync()).ShouldBe(1);
        (await _server.Get<ITrackingStore>().FindAsync(TestServer.Tenant, "o-1", CancellationToken.None))!.Track.ShouldNotBeNull();
    }

    [Fact]
    public async Task Two_nodes_that_see_the_same_fixes_record_one_arrival()
    {
        var (one, other) = (Node(_server.Get<ITrackingStore>()), Node(_server.Get<ITrackingStore>()));
        LocationFix[] fixes = [AtTheDoor(2), AtTheDoor(1)];
        one.Tracker.Offer(TestServer.Tenant, fixes);
        other.Tracker.Offer(TestServer.Tenant, fixes);
        await Task.WhenAll(one.Tracker.RunOnceAsync(CancellationToken.None), other.Tracker.RunOnceAsync(CancellationToken.None));
        await LookAsync(one.Tracker);
        await LookAsync(other.Tracker);

        (await ArrivalsAsync()).ShouldBe(1);
    }

    // Fixes that were given back wait for their turn.
    private static async Task LookAsync(Tracker tracker)
    {
        for (var pass = 0; pass < 20; pass++)
        {
            await tracker.RunOnceAsync(CancellationToken.None);
            await Task.Yield();
        }
    }

    private (Tracker Tracker, FixInbox Inbox) Node(ITrackingStore store)
    {
        var inbox = new FixInbox(TimeSpan.Zero, TimeProvider.System);
        var tracker = new Tracker(
            inbox, store, _server.Get<EventRecorder>(), _server.Get<StreamHub>(), _server.Get<TrackingViews>(), _server.Get<DriverPasses>(), TimeProvider.System, NullLogger<Tracker>.Instance);
        return (tracker, inbox);
    }

    private static LocationFix AtTheDoor(int secondsAgo)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new LocationFix { DriverId = "d-1", Time = now.AddSeconds(-secondsAgo), ReceivedAt = now, At = Ride.Door, AccuracyMeters = 5, Source = "test" };
    }

    private async Task<int> ArrivalsAsync() =>
        OrderHistory.Replay((await _server.Get<IOrderStore>().SnapshotAsync(TestServer.Tenant, "o-1", CancellationToken.None))!.Events).Timeline.Count(entry => entry.Status == OrderStatus.Arriving);

    /// <summary>A store whose writing can fail.</summary>
    private sealed class CutOffStore(ITrackingStore inner) : ITrackingStore
    {
        public bool Fails { get; set; }

        public Task<IReadOnlyDictionary<DriverKey, Situation>> LoadAsync(IReadOnlyCollection<DriverKey> drivers, CancellationToken cancellationToken) => inner.LoadAsync(drivers, cancellationToken);

        public Task<IReadOnlyList<string>> ListDriversAsync(string tenant, string after, int limit, CancellationToken cancellationToken) => inner.ListDriversAsync(tenant, after, limit, cancellationToken);

        public Task<TrackedOrder?> FindAsync(string tenant, string orderId, CancellationToken cancellationToken) => inner.FindAsync(tenant, orderId, cancellationToken);

        public Task<TrackRow?> FindDriverAsync(string tenant, string driverId, CancellationToken cancellationToken) => inner.FindDriverAsync(tenant, driverId, cancellationToken);

        public Task<IReadOnlyList<TrackKey>> SaveAsync(TrackingChanges changes, CancellationToken cancellationToken) =>
            Fails ? Task.FromException<IReadOnlyList<TrackKey>>(new StoreUnavailableException("cut off")) : inner.SaveAsync(changes, cancellationToken);

        public Task<IReadOnlyList<HistoryPoint>> ListPointsAsync(PointQuery query, CancellationToken cancellationToken) => inner.ListPointsAsync(query, cancellationToken);

        public Task<IReadOnlyList<EtaRevision>> ListRevisionsAsync(string tenant, string orderId, int limit, CancellationToken cancellationToken) => inner.ListRevisionsAsync(tenant, orderId, limit, cancellationToken);

        public Task<IReadOnlyList<KeptPromise>> ListPromisesAsync(string tenant, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
            inner.ListPromisesAsync(tenant, from, to, cancellationToken);

        public Task<long> DropPointsAsync(string tenant, DateTimeOffset before, CancellationToken cancellationToken) => inner.DropPointsAsync(tenant, before, cancellationToken);

        public Task DropPointsAsync(DateTimeOffset before, CancellationToken cancellationToken) => inner.DropPointsAsync(before, cancellationToken);

        public Task<long> DropRevisionsAsync(string tenant, DateTimeOffset before, CancellationToken cancellationToken) => inner.DropRevisionsAsync(tenant, before, cancellationToken);
    }
}
