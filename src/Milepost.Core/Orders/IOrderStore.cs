using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;

namespace Milepost.Core.Orders;

/// <summary>An order with all its events and its stream's head, read in one snapshot.</summary>
public sealed record OrderSnapshot(Order Order, IReadOnlyList<RecordedEvent> Events, long Epoch, StreamHead Head);

/// <summary>Which orders to list, newest first by when the server first heard of them.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="CustomerId">Only this customer's; null for all (operators).</param>
/// <param name="Status">Only these; empty for all.</param>
/// <param name="Active">Only open or only ended ones; null for both.</param>
/// <param name="Before">Only those before this place; null from the newest.</param>
/// <param name="Limit">At most so many.</param>
public sealed record OrderQuery(string Tenant, string? CustomerId, IReadOnlyList<OrderStatus> Status, bool? Active, long? Before, int Limit)
{
    /// <summary>Only those of which one of these holds; none for all.</summary>
    public OrderExceptions Exceptions { get; init; }
}

/// <summary>An order with its place in the list.</summary>
public sealed record ListedOrder(Order Order, long Place);

/// <summary>Keeps orders and their events, and writes everything that an event causes in one transaction.</summary>
public interface IOrderStore
{
    /// <summary>
    /// Opens a transaction, loads what <paramref name="plan"/> needs for these events and holds it against other writers, lets it decide,
    /// writes what it decided and commits. When this returns, the plan is on disk. The whole call may be repeated when its outcome is not
    /// known: identities make it harmless. Where the plan erases customers, the same transaction takes what is personal out of everything that is
    /// stored of them: notifications, entries, events, orders, deliveries, devices.
    /// </summary>
    /// <exception cref="StoreUnavailableException">Nothing was written, or it is not known whether it was.</exception>
    Task<RecordingPlan> RecordAsync(IReadOnlyList<RecordedEvent> events, Func<RecordingContext, RecordingPlan> plan, CancellationToken cancellationToken);

    Task<Order?> FindAsync(string tenant, string orderId, CancellationToken cancellationToken);

    Task<OrderSnapshot?> SnapshotAsync(string tenant, string orderId, CancellationToken cancellationToken);

    Task<IReadOnlyList<ListedOrder>> ListAsync(OrderQuery query, CancellationToken cancellationToken);
}
