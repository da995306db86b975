using System.Collections.Concurrent;
using Milepost.Realtime.Sessions;

namespace Milepost.Server.Access.Tickets;

/// <summary>Tickets of this process alone.</summary>
internal sealed class LocalTickets(TimeProvider time) : ITicketStore
{
    // More than any honest use asks for within 30 seconds; beyond it the oldest ones are cleared first and new ones refused.
    private const int MaxTickets = 100_000;

    private readonly ConcurrentDictionary<string, Entry> _tickets = new(StringComparer.Ordinal);
    private long _nextSweep;

    public ValueTask<IssuedTicket?> IssueAsync(Caller caller, string? origin, CancellationToken cancellationToken) => ValueTask.FromResult(Issue(caller, origin));

    public ValueTask<Caller?> RedeemAsync(string ticket, string? origin, CancellationToken cancellationToken) =>
        ValueTask.FromResult(TicketText.TryParse(ticket, out var parsed) && TryTake(parsed.Hash(), origin, out var caller) ? caller : null);

    /// <summary>True: the ticket was one of ours and is used up now. The caller is null when it was too old or came from another origin.</summary>
    public bool TryTake(string hash, string? origin, out Caller? caller)
    {
        var found = _tickets.TryRemove(hash, out var entry);
        caller = found && entry!.ExpiresAt > time.GetUtcNow() && TicketText.IsSamePage(entry.Origin, origin) ? entry.Caller : null;
        return found;
    }

    public IssuedTicket? Issue(Caller caller, string? origin)
    {
        Sweep();
        if (_tickets.Count >= MaxTickets)
        {
            return null;
        }

        var ticket = TicketText.New(caller.Tenant);
        var expiresAt = time.GetUtcNow() + TicketText.Lifetime;
        _tickets[ticket.Hash()] = new Entry(caller, origin, expiresAt);
        return new IssuedTicket(ticket.Text, expiresAt);
    }

    private void Sweep()
    {
        var now = time.GetUtcNow();
        var due = Interlocked.Read(ref _nextSweep);
        if (now.Ticks < due || Interlocked.CompareExchange(ref _nextSweep, now.Ticks + TicketText.Lifetime.Ticks, due) != due)
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

    private sealed record Entry(Caller Caller, string? Origin, DateTimeOffset ExpiresAt);
}
