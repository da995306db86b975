using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Milepost.Core.Preferences;
using Milepost.Protocol;
using Milepost.Protocol.Notifications;

namespace Milepost.Server.Unsubscribe;

/// <summary>
/// What stands in an unsubscribe link: the target, encrypted and authenticated (AES-GCM), so that nobody reads a customer's id in a mail server's log and
/// nobody makes one. The nonce is a keyed hash of the content, as in SIV (RFC 5297): the same target has the same link, so that a message that is
/// rendered again is the same message, and a nonce comes twice with the same content only. It has no end: a link in an old mail must still work.
/// </summary>
internal sealed class UnsubscribeToken
{
    private const byte Version = 1;
    private const byte TypeKind = 0;
    private const byte CategoryKind = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int MaxLength = 600;

    private readonly byte[] _key;
    private readonly byte[] _nonceKey;

    /// <param name="secret">The data set's secret for links.</param>
    public UnsubscribeToken(string secret)
    {
        var material = Encoding.UTF8.GetBytes(secret);
        _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, material, 32, info: "milepost unsubscribe"u8.ToArray());
        _nonceKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, material, 32, info: "milepost unsubscribe nonce"u8.ToArray());
    }

    public string Write(UnsubscribeTarget target)
    {
        var (kind, name) = target switch
        {
            UnsubscribeTarget.OfType it => (TypeKind, it.Type),
            UnsubscribeTarget.OfCategory it => (CategoryKind, WireNames.Of(it.Category)),
            _ => throw new UnreachableException(),
        };
        byte[] content = [Version, kind, .. Text(target.Tenant), .. Text(target.CustomerId), .. Text(name)];
        var token = new byte[NonceBytes + content.Length + TagBytes];
        HMACSHA256.HashData(_nonceKey, content).AsSpan(0, NonceBytes).CopyTo(token);
        using var cipher = new AesGcm(_key, TagBytes);
        cipher.Encrypt(token.AsSpan(0, NonceBytes), content, token.AsSpan(NonceBytes, content.Length), token.AsSpan(NonceBytes + content.Length));
        return Base64Url.EncodeToString(token);
    }

    /// <summary>Null: not one of ours.</summary>
    public UnsubscribeTarget? Read(string token)
    {
        if (token.Length > MaxLength || !Base64Url.IsValid(token) || Base64Url.DecodeFromChars(token) is not { Length: > NonceBytes + TagBytes } bytes)
        {
            return null;
        }

        var content = new byte[bytes.Length - NonceBytes - TagBytes];
        try
        {
            using var cipher = new AesGcm(_key, TagBytes);
            cipher.Decrypt(bytes.AsSpan(0, NonceBytes), bytes.AsSpan(NonceBytes, content.Length), bytes.AsSpan(NonceBytes + content.Length), content);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        return Parse(content);
    }

    // What was authentic was written by us; a later version may write more.
    private static UnsubscribeTarget? Parse(ReadOnlySpan<byte> content)
    {
        if (content[0] != Version)
        {
            return null;
        }

        var kind = content[1];
        var rest = content[2..];
        var (tenant, customer, name) = (Take(ref rest), Take(ref rest), Take(ref rest));
        return kind switch
        {
            TypeKind => new UnsubscribeTarget.OfType(tenant, customer, name),
            CategoryKind when WireNames.TryCategory(name, out var category) => new UnsubscribeTarget.OfCategory(tenant, customer, category),
            _ => null,
        };
    }

    private static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return bytes.Length <= Identifiers.MaxLength ? [(byte)bytes.Length, .. bytes] : throw new ArgumentException($"A name has at most {Identifiers.MaxLength} characters.", nameof(text));
    }

    private static string Take(ref ReadOnlySpan<byte> rest)
    {
        var text = Encoding.UTF8.GetString(rest.Slice(1, rest[0]));
        rest = rest[(1 + rest[0])..];
        return text;
    }
}
