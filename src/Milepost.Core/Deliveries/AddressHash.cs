using System.Security.Cryptography;
using System.Text;

namespace Milepost.Core.Deliveries;

/// <summary>What the operator has set to make hashes of addresses worthless to those who have the database only; may be empty.</summary>
public sealed class AddressSecret(string value)
{
    internal string Value { get; } = value;

    public override string ToString() => "***";
}

/// <summary>
/// Turns addresses into what can be compared and not read: a hash with a key, another one for each tenant and channel. The key comes from the
/// data set's own secret and the operator's.
/// </summary>
public sealed class AddressHash
{
    private const int Length = 32;
    private readonly byte[] _key;

    /// <param name="kept">The data set's secret: made with it and kept in it.</param>
    /// <param name="secret">The operator's.</param>
    public AddressHash(string kept, AddressSecret secret) => _key = HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret.Value), Length, Encoding.UTF8.GetBytes(kept), "milepost addresses"u8.ToArray());

    public byte[] Of(string tenant, DeliveryChannel channel, string address) =>
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(string.Join('\0', tenant, channel.Wire(), Normalise(channel, address))));

    /// <summary>
    /// One spelling for one address. Of an e-mail address the local part is put in lower case too: hardly a mailbox tells case apart, and those
    /// that report bounces and complaints often do not keep it.
    /// </summary>
    public static string Normalise(DeliveryChannel channel, string address)
    {
        var trimmed = address.Trim();
        return channel == DeliveryChannel.Email ? (EmailAddress.Parse(trimmed, out _)?.ToString() ?? trimmed).ToLowerInvariant() : trimmed;
    }
}
