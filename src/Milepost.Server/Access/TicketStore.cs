using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Milepost.Realtime.Sessions;

namespace Milepost.Server.Access;

/// <summary>
/// Tickets for connections that cannot send headers: 128 random bits, used once, within 30 seconds, by a page of the origin that asked. Only
/// a hash is kept.
/// </summary>
internal sealed class TicketStore(TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    // More than any honest use asks for within 30 seconds; beyond it the oldest ones are cleared first and new ones refused.
    private const int MaxTickets = 100_000;

    private readonly ConcurrentDictionary<string, Entry> _tickets = new(StringComparer.Ordinal);
    private long _nextSweep;

    /// <summary>A new ticket; null when there are too many.</summary>
    public (string Ticket, DateTimeOffset ExpiresAt)? Issue(Caller caller, string? origin)
    {
        Sweep();
        if (_tickets.Count >= MaxTickets)
        {
            return null;
        }

        var ticket = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        var expiresAt = time.GetUtcNow() + Lifetime;
        _tickets[Hash(ticket)] = new Entry(caller, origin, expiresAt);
        return (ticket, expiresAt);
    }

    // A page that asks its own server sends no Origin with a GET (Fetch, 3.2.5): a missing one is never another site's page, since
    // those cannot open an EventSource without it.
    /// <summary>Uses a ticket up. Null: unknown, used, too old, or from another origin.</summary>
    public Caller? Redeem(string ticket, string? origin) =>
        _tickets.TryRemove(Hash(ticket), out var entry) && entry.ExpiresAt > time.GetUtcNow() && (entry.Origin is null || origin is null || entry.Origin == origin)
            ? entry.Caller
            : null;

    private void Sweep()
    {
        var now = time.GetUtcNow();
        var due = Interlocked.Read(ref _nextSweep);
        if (now.Ticks < due || Interlocked.CompareExchange(ref _nextSweep, now.Ticks + Lifetime.Ticks, due) != due)
        {
            return;
        }

        foreach (var (hash, entry) in _tickets)
        {
            if (entry.ExpiresAt <= now)
            {
                _tickets.TryRemove(hash, out _);
            }
        }
    }

    private static string Hash(string ticket) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(ticket)));

    private sealed record Entry(Caller Caller, string? Origin, DateTimeOffset ExpiresAt);
}
