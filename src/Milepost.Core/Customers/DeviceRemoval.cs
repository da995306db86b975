namespace Milepost.Core.Customers;

/// <summary>Takes devices away.</summary>
public static class DeviceRemoval
{
    /// <summary>Removes a device, only while its address is still this one: a provider's word on a dead address must not cost the customer a new one.</summary>
    /// <returns>Whether it was there.</returns>
    public static Task<bool> RemoveDeviceAsync(
        this ICustomerStore store, string tenant, string customerId, string deviceId, string address, CancellationToken cancellationToken) =>
        RemoveAsync(store, tenant, customerId, deviceId, address, cancellationToken);

    /// <summary>Removes a device because its owner says so.</summary>
    /// <returns>Whether it was there.</returns>
    public static Task<bool> RemoveDeviceAsync(this ICustomerStore store, string tenant, string customerId, string deviceId, CancellationToken cancellationToken) =>
        RemoveAsync(store, tenant, customerId, deviceId, null, cancellationToken);

    private static async Task<bool> RemoveAsync(
        ICustomerStore store, string tenant, string customerId, string deviceId, string? address, CancellationToken cancellationToken)
    {
        var change = await store.ChangeAsync(
            tenant, customerId,
            state => DeviceList.WithoutDevice(state.Customer, deviceId, address) is var after && ReferenceEquals(after, state.Customer) ? CustomerChange.None : new CustomerChange { Customer = after },
            cancellationToken);
        return change.Customer is not null;
    }
}
