using Milepost.Core.Etas;
using Milepost.Core.Orders;
using Milepost.Protocol.Streams;

namespace Milepost.Core.Tracking;

/// <summary>Names a driver across tenants.</summary>
public readonly record struct DriverKey(string Tenant, string DriverId);

/// <summary>One row of the tracker's state: its own JSON, guarded by its version.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Id">The driver's or the order's id.</param>
/// <param name="Version">Counts the writes; 0: not stored yet.</param>
/// <param name="Body">UTF-8 JSON; the store does not look into it.</param>
public sealed record TrackRow(string Tenant, string Id, long Version, byte[] Body);

/// <summary>An order as the tracker needs it: what it is, where its stream stands, and the tracker's own state of it.</summary>
/// <param name="Order">As its events tell it.</param>
/// <param name="Head">Of the order's stream, from the same snapshot.</param>
/// <param name="Track">Null: none is stored yet.</param>
public sealed record TrackedOrder(Order Order, StreamHead Head, TrackRow? Track);

/// <summary>A driver and the active orders that the driver has, oldest first.</summary>
public sealed record Situation(TrackRow? Driver, IReadOnlyList<TrackedOrder> Orders);

/// <summary>Which of the two kinds of rows is meant.</summary>
public enum TrackKind
{
    Driver,
    Order,
}

/// <summary>Names a row of the tracker's state.</summary>
public readonly record struct TrackKey(TrackKind Kind, string Tenant, string Id);

/// <summary>A row to write.</summary>
/// <param name="Row">With the version that it was read at, and its new body. It is stored with the next version, if it still has that one.</param>
/// <param name="LastFixAt">The time of the newest fix that counts for it; null: none yet. What has seen no fix for long goes with the old fixes.</param>
public sealed record TrackWrite(TrackRow Row, DateTimeOffset? LastFixAt);

/// <summary>A place that is kept: where a driver was, and for which order.</summary>
public sealed record HistoryPoint
{
    public required string Tenant { get; init; }

    public required string DriverId { get; init; }

    /// <summary>The order that was under way; a fix with several orders is one point for each. Null: none.</summary>
    public string? OrderId { get; init; }

    /// <summary>When it was measured.</summary>
    public required DateTimeOffset Time { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Degrees, WGS 84.</summary>
    public required double Lat { get; init; }

    /// <summary>Degrees, WGS 84.</summary>
    public required double Lon { get; init; }

    public double? AccuracyMeters { get; init; }

    /// <summary>Degrees clockwise from north, 0 to below 360.</summary>
    public double? HeadingDegrees { get; init; }

    public double? SpeedMetersPerSecond { get; init; }

    /// <summary>Whether it is about one of these rows.</summary>
    public bool IsOf(IReadOnlySet<TrackKey> rows) =>
        rows.Contains(new TrackKey(TrackKind.Driver, Tenant, DriverId)) || (OrderId is not null && rows.Contains(new TrackKey(TrackKind.Order, Tenant, OrderId)));
}

/// <summary>One estimate of when an order arrives, as it was made.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="OrderId">Of which order.</param>
/// <param name="MadeAt">When; one order has one revision at a time.</param>
/// <param name="Eta">What was estimated, with source, confidence and reason.</param>
/// <param name="Shown">Whether it was also told to the customer.</param>
public sealed record EtaRevision(string Tenant, string OrderId, DateTimeOffset MadeAt, Protocol.Orders.Eta Eta, bool Shown);

/// <summary>What one step of the tracker writes, in one transaction.</summary>
public sealed record TrackingChanges
{
    public IReadOnlyList<TrackWrite> Drivers { get; init; } = [];

    public IReadOnlyList<TrackWrite> Orders { get; init; } = [];

    /// <summary>A point that is stored already changes nothing.</summary>
    public IReadOnlyList<HistoryPoint> Points { get; init; } = [];

    /// <summary>A revision that is stored already changes nothing.</summary>
    public IReadOnlyList<EtaRevision> Revisions { get; init; } = [];
}

/// <summary>Which points to read: of a driver or of an order (one of them is given), oldest first.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="DriverId">The driver's, each measured place once; null for an order's.</param>
/// <param name="OrderId">The order's; null for a driver's.</param>
/// <param name="From">From this time on.</param>
/// <param name="To">Before this time.</param>
/// <param name="Limit">At most so many.</param>
public sealed record PointQuery(string Tenant, string? DriverId, string? OrderId, DateTimeOffset From, DateTimeOffset To, int Limit);

/// <summary>Keeps the tracker's state, the places where drivers were and the revisions of ETAs.</summary>
/// <exception cref="Recording.StoreUnavailableException">Every method: nothing was written, or it is not known whether it was; doing it again is harmless.</exception>
public interface ITrackingStore
{
    /// <summary>The most drivers that one call loads.</summary>
    const int MaxDrivers = 1_000;

    /// <summary>The most orders of one driver that are loaded; the oldest count.</summary>
    const int MaxOrders = 50;

    /// <summary>
    /// The drivers' states and their active orders, all from one snapshot. Every driver that was asked for is in the answer.
    /// </summary>
    /// <exception cref="ArgumentException">More than <see cref="MaxDrivers"/>.</exception>
    Task<IReadOnlyDictionary<DriverKey, Situation>> LoadAsync(IReadOnlyCollection<DriverKey> drivers, CancellationToken cancellationToken);

    /// <summary>Who has active orders of a tenant, by id (as bytes): those behind <paramref name="after"/>, at most so many. Empty: from the first on.</summary>
    Task<IReadOnlyList<string>> ListDriversAsync(string tenant, string after, int limit, CancellationToken cancellationToken);

    /// <summary>One order, active or not; null: there is none.</summary>
    Task<TrackedOrder?> FindAsync(string tenant, string orderId, CancellationToken cancellationToken);

    /// <summary>A driver's state; null: none is stored.</summary>
    Task<TrackRow?> FindDriverAsync(string tenant, string driverId, CancellationToken cancellationToken);

    /// <summary>
    /// Writes everything in one transaction, except the rows that somebody else has written since they were read (or removed: an erased customer's),
    /// and the points and revisions of their drivers and orders.
    /// </summary>
    /// <returns>The rows that lost; empty when all was written.</returns>
    Task<IReadOnlyList<TrackKey>> SaveAsync(TrackingChanges changes, CancellationToken cancellationToken);

    Task<IReadOnlyList<HistoryPoint>> ListPointsAsync(PointQuery query, CancellationToken cancellationToken);

    /// <summary>The newest revisions of an order, oldest first.</summary>
    Task<IReadOnlyList<EtaRevision>> ListRevisionsAsync(string tenant, string orderId, int limit, CancellationToken cancellationToken);

    /// <summary>The promises of the orders that were delivered from <paramref name="from"/> on and before <paramref name="to"/>, in no order.</summary>
    Task<IReadOnlyList<KeptPromise>> ListPromisesAsync(string tenant, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);

    /// <summary>
    /// Removes a tenant's points from before then, and the states of drivers and orders that have seen no fix since; those of orders that never saw one go
    /// when the order is over. Under PostgreSQL the installation's
    /// oldest weeks go whole: see <see cref="DropPointsAsync(DateTimeOffset, CancellationToken)"/>.
    /// </summary>
    /// <returns>How many points.</returns>
    Task<long> DropPointsAsync(string tenant, DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>Removes the points of all tenants from before then as far as the store can drop them together; the rest goes tenant by tenant.</summary>
    Task DropPointsAsync(DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>Removes a tenant's revisions from before then.</summary>
    /// <returns>How many.</returns>
    Task<long> DropRevisionsAsync(string tenant, DateTimeOffset before, CancellationToken cancellationToken);
}
