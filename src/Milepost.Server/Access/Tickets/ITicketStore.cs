using Milepost.Realtime.Sessions;

namespace Milepost.Server.Access.Tickets;

/// <summary>A ticket that was given out.</summary>
internal sealed record IssuedTicket(string Ticket, DateTimeOffset ExpiresAt);

/// <summary>
/// Tickets for connections that cannot send headers: 128 random bits, used once, within 30 seconds, by a page of the origin that asked. Only
/// a hash is kept.
/// </summary>
internal interface ITicketStore
{
    /// <summary>A new ticket; null when there are too many.</summary>
    ValueTask<IssuedTicket?> IssueAsync(Caller caller, string? origin, CancellationToken cancellationToken);

    /// <summary>Uses a ticket up. Null: unknown, used, too old, or from another origin. Answers within about a second, whatever is away.</summary>
    ValueTask<Caller?> RedeemAsync(string ticket, string? origin, CancellationToken cancellationToken);
}
