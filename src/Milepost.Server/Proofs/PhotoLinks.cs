using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Milepost.Server.Proofs;

/// <summary>What a signed address is worth.</summary>
internal enum PhotoLink
{
    Good,

    /// <summary>It was good once.</summary>
    Expired,

    /// <summary>It is not one of ours.</summary>
    Wrong,
}

/// <summary>
/// Addresses of proof photos that are good for ten minutes and for whoever has them: a picture on a page cannot bring credentials. They are signed with a
/// key of the data set's own, over tenant, order and end.
/// </summary>
internal sealed class PhotoLinks
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly string _publicUrl;
    private readonly Lazy<byte[]> _key;
    private readonly TimeProvider _time;

    /// <param name="publicUrl"><c>Gateway:PublicUrl</c>; empty: addresses are relative.</param>
    /// <param name="secret">The data set's secret for links; asked for when it is needed first.</param>
    /// <param name="time">The clock.</param>
    public PhotoLinks(string publicUrl, Func<string> secret, TimeProvider time)
    {
        _publicUrl = publicUrl.TrimEnd('/');
        _key = new Lazy<byte[]>(
            () => HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret()), 32, info: "milepost proof photo"u8.ToArray()), LazyThreadSafetyMode.PublicationOnly);
        _time = time;
    }

    public string For(string tenant, string orderId)
    {
        var expires = (_time.GetUtcNow() + Lifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"{_publicUrl}/api/v1/{tenant}/orders/{Uri.EscapeDataString(orderId)}/proof/photo?expires={expires}&signature={Base64Url.EncodeToString(Sign(tenant, orderId, expires))}";
    }

    public PhotoLink Check(string tenant, string orderId, string? expires, string? signature)
    {
        Span<byte> told = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (!long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out var end) || signature is null || signature.Length > 64 || !Base64Url.IsValid(signature)
            || !Base64Url.TryDecodeFromChars(signature, told, out var written) || written != told.Length
            || !CryptographicOperations.FixedTimeEquals(told, Sign(tenant, orderId, expires)))
        {
            return PhotoLink.Wrong;
        }

        return end > _time.GetUtcNow().ToUnixTimeSeconds() ? PhotoLink.Good : PhotoLink.Expired;
    }

    // None of the parts can hold a line break (Identifiers; the digits of a number).
    private byte[] Sign(string tenant, string orderId, string expires) => HMACSHA256.HashData(_key.Value, Encoding.UTF8.GetBytes($"{tenant}\n{orderId}\n{expires}"));
}
