using Milepost.Core.Orders;

namespace Milepost.Core.Customers;

/// <summary>What all stores of customers have to decide alike.</summary>
public static class CustomerWrite
{
    /// <summary>A customer of whom nothing was told or chosen yet.</summary>
    public static Customer Unknown(string tenant, string customerId) => new() { Tenant = tenant, Profile = new CustomerProfile { Id = customerId } };

    /// <summary>The keys of the addresses that a customer has no longer.</summary>
    /// <param name="before">The customer behind the lock.</param>
    /// <param name="after">What shall be.</param>
    /// <exception cref="InvalidOperationException">An address was added; that is <see cref="ICustomerStore.ClaimDeviceAsync"/>'s doing.</exception>
    public static string[] Lost(Customer before, Customer after)
    {
        var kept = DeviceList.AddressKeys(after);
        var had = DeviceList.AddressKeys(before);
        return kept.IsSubsetOf(had)
            ? [.. had.Where(key => !kept.Contains(key))]
            : throw new InvalidOperationException("A device is added by claiming it: its address may be somebody else's.");
    }
}
