using System.Security.Cryptography;

namespace Milepost.Server.Channels.WebPush;

/// <summary>A browser's keys, out of its subscription: what a message to it is encrypted with.</summary>
/// <param name="PublicKey">The point <c>p256dh</c>, 65 bytes, on the curve.</param>
/// <param name="Secret">The secret <c>auth</c>, 16 bytes.</param>
internal sealed record PushKeys(byte[] PublicKey, byte[] Secret)
{
    private const int SecretBytes = 16;

    /// <summary>Reads them from base64url. Null: not such keys, or a point that does not lie on the curve.</summary>
    public static PushKeys? Parse(string? publicKey, string? secret)
    {
        if (P256.Read(publicKey) is not { } point || P256.Read(secret) is not { Length: SecretBytes } auth || P256.ReadPoint(point) is not { } read)
        {
            return null;
        }

        try
        {
            using var key = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = read });
            return new PushKeys(point, auth);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
