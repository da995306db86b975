using Milepost.Core.Customers;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Streams;
using Milepost.Protocol.Streams;

namespace Milepost.Core.Recording;

/// <summary>Names an order or a customer across tenants.</summary>
public readonly record struct TenantKey(string Tenant, string Id);

/// <summary>What the store knows when a batch is recorded, held against other writers until the commit.</summary>
public sealed class RecordingContext
{
    /// <summary>Those of the batch's identities that are recorded already.</summary>
    public HashSet<EventIdentity> Known { get; } = [];

    /// <summary>The batch's orders as far as they exist.</summary>
    public Dictionary<TenantKey, Order> Orders { get; } = [];

    /// <summary>All recorded events of those orders for which the batch holds a late one.</summary>
    public Dictionary<TenantKey, IReadOnlyList<RecordedEvent>> Histories { get; } = [];

    /// <summary>The customers of whom the events tell something, and those of the batch's orders, as far as they exist.</summary>
    public Dictionary<TenantKey, Customer> Customers { get; } = [];

    /// <summary>The heads of the orders' and customers' streams, as far as they exist.</summary>
    public Dictionary<StreamName, StreamHead> Heads { get; } = [];

    /// <summary>The counts of the customers whom the events or their orders name, as far as they exist.</summary>
    public Dictionary<TenantKey, InboxState> Inboxes { get; } = [];
}
