using Milepost.Core.Orders;

namespace Milepost.Core.Silence;

/// <summary>An order that is due to be looked at.</summary>
/// <param name="Order">As it is now.</param>
/// <param name="LastFixAt">When its driver was last seen; null: never.</param>
public sealed record WatchedOrder(Order Order, DateTimeOffset? LastFixAt);

/// <summary>When an order is to be looked at next.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="OrderId">Which.</param>
/// <param name="At">Null: not before its next event.</param>
public readonly record struct NextWatch(string Tenant, string OrderId, DateTimeOffset? At);

/// <summary>Keeps when orders are to be looked at. Recording an event sets it anew.</summary>
/// <exception cref="Recording.StoreUnavailableException">Every method: it was not done.</exception>
public interface IOrderWatch
{
    /// <summary>
    /// Takes the orders of all tenants that are due, the longest overdue first. They are not due again before <paramref name="until"/>, so that
    /// another worker leaves them alone, and takes them up where this one dies.
    /// </summary>
    Task<IReadOnlyList<WatchedOrder>> TakeAsync(DateTimeOffset now, DateTimeOffset until, int limit, CancellationToken cancellationToken);

    /// <summary>Sets when to look at them next, where they still stand at <paramref name="until"/>: what was recorded since knows better.</summary>
    Task SetAsync(IReadOnlyList<NextWatch> next, DateTimeOffset until, CancellationToken cancellationToken);
}
