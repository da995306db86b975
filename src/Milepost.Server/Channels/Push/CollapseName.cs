using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Milepost.Server.Channels.Push;

/// <summary>
/// A collapse key as push services see it. They compare it and need not know which tenant's order it is. 32 characters of base64url: the most
/// that RFC 8030, 5.4 allows for a topic; APNs allows 64 bytes.
/// </summary>
internal static class CollapseName
{
    private const int Bytes = 24;

    public static string Of(string tenant, string collapseKey) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant}\n{collapseKey}")).AsSpan(0, Bytes));
}
