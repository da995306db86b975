using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Milepost.Server.Channels.Email;

/// <summary>
/// The names of messages (Message-ID). That of a delivery is the same at each attempt, so that a mailbox can drop the repeat, and the delivery can be read
/// back from it. The hash makes it another one for each tenant.
/// </summary>
internal static class EmailIds
{
    private const int HashBytes = 10;
    private const string OrderPrefix = "order.";

    public static string OfDelivery(string tenant, string deliveryId, string domain) => $"<{Escaped(deliveryId)}.{Hash(tenant, deliveryId)}@{domain}>";

    /// <summary>The message that does not exist and that all mails of an order answer: it makes one thread of them.</summary>
    public static string OfOrder(string tenant, string orderId, string domain) => $"<{OrderPrefix}{Hash(tenant, OrderPrefix + orderId)}@{domain}>";

    /// <summary>The delivery of a Message-ID, with or without brackets; null where it is not one that we gave for this tenant.</summary>
    public static string? DeliveryOf(string tenant, string messageId)
    {
        var text = messageId.Trim().TrimStart('<').TrimEnd('>');
        var local = text[..Math.Max(0, text.LastIndexOf('@'))];
        var dot = local.LastIndexOf('.');
        return dot > 0 && Unescaped(local[..dot]) is { } id && Hash(tenant, id) == local[(dot + 1)..] ? id : null;
    }

    /// <summary>What stands between the parts of the delivery's message: <c>=_</c> cannot occur in quoted-printable, nor in base64.</summary>
    public static string Boundary(string tenant, string deliveryId) => $"=_{Hash(tenant, deliveryId)}";

    private static string Hash(string tenant, string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant}\0{id}")).AsSpan(0, HashBytes));

    // A dot-atom (RFC 5322, 3.2.3) has no dot at its ends or beside another one; = stands before the number of a byte that cannot be there.
    private static string Escaped(string id)
    {
        var text = new StringBuilder();
        foreach (var letter in Encoding.UTF8.GetBytes(id))
        {
            var isDot = letter == '.' && text.Length > 0 && text[^1] != '.';
            if (char.IsAsciiLetterOrDigit((char)letter) || letter is (byte)'-' or (byte)'_' || isDot)
            {
                text.Append((char)letter);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"={letter:X2}");
            }
        }

        // A dot follows.
        return text.Length > 0 && text[^1] == '.' ? text.Remove(text.Length - 1, 1).Append("=2E").ToString() : text.ToString();
    }

    private static string? Unescaped(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] != '=')
            {
                bytes.Add((byte)text[index]);
            }
            else if (index + 2 < text.Length && byte.TryParse(text.AsSpan(index + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                bytes.Add(value);
                index += 2;
            }
            else
            {
                return null;
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
