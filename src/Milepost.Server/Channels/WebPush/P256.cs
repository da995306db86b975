using System.Buffers.Text;
using System.Security.Cryptography;

namespace Milepost.Server.Channels.WebPush;

/// <summary>Keys on the curve P-256 as the specifications of web push write them: bytes in base64url.</summary>
internal static class P256
{
    /// <summary>An uncompressed point: 4, x, y (SEC 1, 2.3.3).</summary>
    public const int PointBytes = 65;

    private const int FieldBytes = 32;
    private const byte Uncompressed = 4;

    public static byte[] Write(ECPoint point) => [Uncompressed, .. point.X!, .. point.Y!];

    /// <summary>Null: not an uncompressed point. Whether it lies on the curve shows when it becomes a key.</summary>
    public static ECPoint? ReadPoint(ReadOnlySpan<byte> bytes) =>
        bytes.Length == PointBytes && bytes[0] == Uncompressed ? new ECPoint { X = bytes[1..(FieldBytes + 1)].ToArray(), Y = bytes[(FieldBytes + 1)..].ToArray() } : null;

    /// <summary>Null: not a private key of this curve. The public one is computed from it.</summary>
    public static ECParameters? ReadPrivate(string text)
    {
        if (Read(text) is not { Length: FieldBytes } secret)
        {
            return null;
        }

        try
        {
            using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = secret });
            return key.ExportParameters(includePrivateParameters: true);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Base64url, with or without its fill characters; null: not that.</summary>
    public static byte[]? Read(string? text)
    {
        try
        {
            return text is null || text.Length > 256 ? null : Base64Url.DecodeFromChars(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
