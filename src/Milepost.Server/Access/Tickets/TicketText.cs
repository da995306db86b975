using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Milepost.Protocol;

namespace Milepost.Server.Access.Tickets;

/// <summary>
/// A ticket as it goes over the wire: the tenant, a dot, 128 random bits. Who redeems one names the tenant nowhere else, and the tenant is part
/// of every key.
/// </summary>
internal readonly record struct TicketText(string Tenant, string Text)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private const int Bytes = 16;
    private const int SecretLength = 22;

    public static TicketText New(string tenant) => new(tenant, $"{tenant}.{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes))}");

    public static bool TryParse(string text, out TicketText ticket)
    {
        // Neither part can hold a dot. What is not of this form is not even looked for.
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var good = dot > 0 && text.Length - dot - 1 == SecretLength && Identifiers.IsValidTenant(text.AsSpan(0, dot)) && Base64Url.IsValid(text.AsSpan(dot + 1));
        ticket = good ? new TicketText(text[..dot], text) : default;
        return good;
    }

    /// <summary>Under which it is kept.</summary>
    public string Hash() => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));

    // A page that asks its own server sends no Origin with a GET (Fetch, 3.2.5): a missing one is never another site's page, since
    // those cannot open an EventSource without it.
    public static bool IsSamePage(string? asked, string? used) => asked is null || used is null || asked == used;
}
