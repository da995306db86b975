using Milepost.Core.Streams;
using Milepost.Protocol.Streams;

namespace Milepost.Core.Customers;

/// <summary>A customer as it is behind the lock. One of whom only a token is known has nothing told and nothing chosen yet.</summary>
/// <param name="Customer">What is known.</param>
/// <param name="Stream">The customer's stream.</param>
/// <param name="Head">Where it stands.</param>
public sealed record CustomerState(Customer Customer, StreamName Stream, StreamHead Head);

/// <summary>What shall become of a customer. Decisions with more to say (a refusal, a view) derive from it.</summary>
public record CustomerChange
{
    public static readonly CustomerChange None = new();

    /// <summary>The customer behind the change; null: nothing changes.</summary>
    public Customer? Customer { get; init; }

    /// <summary>What the customer's devices are told, in order; the offsets follow the head.</summary>
    public IReadOnlyList<StreamEntry> Entries { get; init; } = [];
}

/// <summary>What became of a claimed device.</summary>
/// <param name="Device">As it is kept.</param>
/// <param name="Added">The customer did not have it before.</param>
public sealed record DeviceClaim(Device Device, bool Added);

/// <summary>Keeps the customers: what the events told and what the customers have chosen.</summary>
public interface ICustomerStore
{
    /// <summary>Null: nothing is known of the customer.</summary>
    Task<Customer?> FindAsync(string tenant, string customerId, CancellationToken cancellationToken);

    /// <summary>
    /// Behind the lock of the customer's stream row, which recording takes too: reads the customer, asks <paramref name="decide"/> (pure; may be asked again
    /// when the transaction has to be), and writes the customer and the entries in one transaction. The inbox's counts stay. Devices may be changed and
    /// removed here; they are added by <see cref="ClaimDeviceAsync"/> only.
    /// </summary>
    /// <returns>The decision, on disk.</returns>
    Task<TChange> ChangeAsync<TChange>(string tenant, string customerId, Func<CustomerState, TChange> decide, CancellationToken cancellationToken)
        where TChange : CustomerChange;

    /// <summary>
    /// Makes the device the customer's. The same address belongs to one customer of a tenant only: whoever had it before (somebody else who was
    /// logged in on the same device) loses it in the same transaction. Beyond <see cref="Device.MaxPerCustomer"/> the one that was seen longest ago goes.
    /// Null: the customer was erased, and nothing is done.
    /// </summary>
    Task<DeviceClaim?> ClaimDeviceAsync(string tenant, string customerId, Device device, CancellationToken cancellationToken);
}
