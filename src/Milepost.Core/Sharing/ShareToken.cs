using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Milepost.Core.Sharing;

/// <summary>The secret of a share link: <c>mpl_</c> and 128 random bits in base64url. It stands in the link and nowhere else; a hash is kept.</summary>
public static class ShareToken
{
    public const string Prefix = "mpl_";

    private const int Bytes = 16;
    private const int Length = 4 + 22;

    public static string New() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Whether a credential says that it is one, be it good or not.</summary>
    public static bool IsMeant(string text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Under which it is kept; null for what cannot be one. The bits are random and cannot be guessed, so nothing slow is needed.</summary>
    public static byte[]? HashOf(string text) =>
        text.Length == Length && IsMeant(text) && Base64Url.IsValid(text.AsSpan(Prefix.Length)) ? SHA256.HashData(Encoding.ASCII.GetBytes(text)) : null;
}
