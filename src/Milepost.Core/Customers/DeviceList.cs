using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Milepost.Core.Customers;

/// <summary>What a claim changes.</summary>
/// <param name="Claimer">Whoever has the device now.</param>
/// <param name="Holder">Whoever had it; null: nobody else.</param>
/// <param name="Claim">What the claimer is told.</param>
public sealed record DeviceMove(Customer Claimer, Customer? Holder, DeviceClaim Claim);

/// <summary>The devices of a customer. Pure.</summary>
public static class DeviceList
{
    /// <summary>The id of a browser's subscription: a hash of its endpoint, so that the same one is the same device.</summary>
    public static string WebPushId(string endpoint) => Hash(endpoint);

    /// <summary>What an address is looked up by; says nothing of the address itself.</summary>
    public static string AddressKey(Device device) => Hash($"{(int)device.Kind}\n{device.Address}");

    /// <summary>What <see cref="AddressKey"/> is for each of the customer's devices.</summary>
    public static IReadOnlySet<string> AddressKeys(Customer? customer) => (customer?.Devices ?? []).Select(AddressKey).ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// The device becomes the claimer's. It takes the place of the one with its id or its address; beyond <see cref="Device.MaxPerCustomer"/> the one seen
    /// longest ago goes. The holder of the address loses it.
    /// </summary>
    public static DeviceMove Move(Customer claimer, Customer? holder, Device device)
    {
        var key = AddressKey(device);
        Device[] others = [.. claimer.Devices.Where(known => known.Id != device.Id && AddressKey(known) != key)];
        Device[] kept = [.. others.OrderByDescending(known => known.SeenAt).ThenBy(known => known.Id, StringComparer.Ordinal).Take(Device.MaxPerCustomer - 1)];
        var after = claimer with { Devices = [.. others.Where(kept.Contains), device] };
        return new DeviceMove(after, holder is null ? null : Without(holder, key), new DeviceClaim(device, Added: !claimer.Devices.Any(known => known.Id == device.Id)));
    }

    /// <summary>Without the device of this id; the same customer where there is none.</summary>
    /// <param name="customer">Whose.</param>
    /// <param name="deviceId">Which.</param>
    /// <param name="address">Only while it has this address; null: whatever it has.</param>
    public static Customer WithoutDevice(Customer customer, string deviceId, string? address = null) =>
        customer.Devices.Any(device => Matches(device, deviceId, address))
            ? customer with { Devices = [.. customer.Devices.Where(device => !Matches(device, deviceId, address))] }
            : customer;

    private static Customer Without(Customer holder, string addressKey) => holder with { Devices = [.. holder.Devices.Where(device => AddressKey(device) != addressKey)] };

    private static bool Matches(Device device, string deviceId, string? address) => device.Id == deviceId && (address is null || device.Address == address);

    private static string Hash(string text) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
