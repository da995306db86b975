using Milepost.Protocol;

namespace Milepost.Realtime.Sessions;

/// <summary>Who is at the other end: what the credentials say, and nothing else.</summary>
/// <param name="Tenant">The tenant that the credentials belong to.</param>
/// <param name="Subject">The customer's or operator's id.</param>
/// <param name="Scopes">What they allow.</param>
/// <param name="ExpiresAt">When they end.</param>
public sealed record Caller(string Tenant, string Subject, Scopes Scopes, DateTimeOffset ExpiresAt)
{
    /// <summary>When the credentials were issued; null when they do not say.</summary>
    public DateTimeOffset? IssuedAt { get; init; }

    /// <summary>Of a guest: the id of the one order that the share link shows. Null for everybody else.</summary>
    public string? GuestOrder { get; init; }

    /// <summary>Of a guest: the id of the share link.</summary>
    public string? ShareId { get; init; }

    public bool IsGuest => GuestOrder is not null;
}
