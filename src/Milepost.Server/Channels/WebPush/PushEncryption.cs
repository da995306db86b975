using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Milepost.Server.Channels.WebPush;

/// <summary>Encrypts a push so that only the browser reads it: RFC 8291 over one record of RFC 8188 (<c>aes128gcm</c>).</summary>
internal static class PushEncryption
{
    /// <summary>A push service must take so much (RFC 8030, 7.2), and need not take more.</summary>
    public const int MaxBody = 4096;

    private const int SaltBytes = 16;
    private const int TagBytes = 16;
    private const int NonceBytes = 12;
    private const int KeyBytes = 16;
    private const int RecordSize = 4096;
    private const byte LastRecord = 2;

    /// <summary>The longest message, in bytes.</summary>
    public const int MaxMessage = MaxBody - SaltBytes - 4 - 1 - P256.PointBytes - TagBytes - 1;

    // What one sees from outside is one of these lengths, not that of the text.
    private static readonly int[] Lengths = [256, 512, 1024, 2048, MaxMessage];

    /// <summary>A body with a new key pair and salt, padded.</summary>
    public static byte[] Encrypt(ReadOnlySpan<byte> message, PushKeys browser)
    {
        var length = message.Length;
        using var ours = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return Encrypt(message, Lengths.First(padded => padded >= length) - length, browser, ours, RandomNumberGenerator.GetBytes(SaltBytes));
    }

    internal static byte[] Encrypt(ReadOnlySpan<byte> message, int padding, PushKeys browser, ECDiffieHellman ours, ReadOnlySpan<byte> salt)
    {
        using var theirs = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = P256.ReadPoint(browser.PublicKey)!.Value });
        var public_ = P256.Write(ours.ExportParameters(includePrivateParameters: false).Q);
        var shared = ours.DeriveRawSecretAgreement(theirs.PublicKey);

        // RFC 8291, 3.4.
        byte[] info = [.. "WebPush: info\0"u8, .. browser.PublicKey, .. public_];
        var input = HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, 32, salt: browser.Secret, info: info);
        return Seal(message, padding, input, salt, public_);
    }

    /// <summary>One record of RFC 8188, 2.</summary>
    /// <param name="message">At most <see cref="MaxMessage"/> bytes with the padding.</param>
    /// <param name="padding">How many zeros follow.</param>
    /// <param name="input">What the keys are derived from.</param>
    /// <param name="salt">16 bytes, never twice with the same input.</param>
    /// <param name="keyId">Tells the reader which key it is; at most 255 bytes.</param>
    internal static byte[] Seal(ReadOnlySpan<byte> message, int padding, byte[] input, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> keyId)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(padding, RecordSize - TagBytes - 1 - message.Length);
        var secret = HKDF.Extract(HashAlgorithmName.SHA256, input, salt.ToArray());
        var key = HKDF.Expand(HashAlgorithmName.SHA256, secret, KeyBytes, "Content-Encoding: aes128gcm\0"u8.ToArray());
        var nonce = HKDF.Expand(HashAlgorithmName.SHA256, secret, NonceBytes, "Content-Encoding: nonce\0"u8.ToArray());

        var plain = new byte[message.Length + 1 + padding];
        message.CopyTo(plain);
        plain[message.Length] = LastRecord;

        var header = SaltBytes + 4 + 1 + keyId.Length;
        var body = new byte[header + plain.Length + TagBytes];
        salt.CopyTo(body);
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(SaltBytes), RecordSize);
        body[SaltBytes + 4] = (byte)keyId.Length;
        keyId.CopyTo(body.AsSpan(SaltBytes + 5));
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(nonce, plain, body.AsSpan(header, plain.Length), body.AsSpan(header + plain.Length));
        return body;
    }
}
