using System.Text.Json;
using System.Text.Json.Serialization;
using Milepost.Protocol;
using Milepost.Realtime.Backplane.Redis;
using Milepost.Realtime.Sessions;
using StackExchange.Redis;

namespace Milepost.Server.Access.Tickets;

/// <summary>
/// Tickets that any node redeems. Redis counts their time, so the nodes' clocks need not agree. While Redis is away, new ones are kept in this
/// process, and those that live in Redis are refused: the client asks for another one.
/// </summary>
internal sealed class RedisTickets(RedisConnections redis, LocalTickets local, TimeProvider time) : ITicketStore
{
    // GETDEL came with Redis 6.2; a script is as atomic and works on all.
    private const string Take = "local found = redis.call('GET', KEYS[1]) redis.call('DEL', KEYS[1]) return found";

    public async ValueTask<IssuedTicket?> IssueAsync(Caller caller, string? origin, CancellationToken cancellationToken)
    {
        var ticket = TicketText.New(caller.Tenant);
        var key = Key(ticket);
        var kept = JsonSerializer.SerializeToUtf8Bytes(new Kept(caller.Subject, caller.Scopes, caller.ExpiresAt, caller.IssuedAt, origin, caller.GuestOrder, caller.ShareId), TicketJson.Default.Kept);
        var expiresAt = time.GetUtcNow() + TicketText.Lifetime;
        var answer = await redis.For(key).TryAsync(database => database.StringSetAsync(key, kept, TicketText.Lifetime), cancellationToken);

        // Whether Redis has it is not known now. Another ticket is kept here, never the same: it would be good twice.
        return answer.IsAway ? local.Issue(caller, origin) : new IssuedTicket(ticket.Text, expiresAt);
    }

    public async ValueTask<Caller?> RedeemAsync(string ticket, string? origin, CancellationToken cancellationToken)
    {
        if (!TicketText.TryParse(ticket, out var parsed))
        {
            return null;
        }

        if (local.TryTake(parsed.Hash(), origin, out var caller))
        {
            return caller;
        }

        var key = Key(parsed);
        var answer = await redis.For(key).TryAsync(
            async database => (byte[]?)await database.ScriptEvaluateAsync(Take, [key], flags: CommandFlags.NoScriptCache), cancellationToken);
        if (answer.IsAway || answer.Value is not { } bytes)
        {
            return null;
        }

        var kept = JsonSerializer.Deserialize(bytes, TicketJson.Default.Kept)!;
        return TicketText.IsSamePage(kept.Origin, origin)
            ? new Caller(parsed.Tenant, kept.Subject, kept.Scopes, kept.ExpiresAt) { IssuedAt = kept.IssuedAt, GuestOrder = kept.GuestOrder, ShareId = kept.ShareId }
            : null;
    }

    private static string Key(TicketText ticket) => $"milepost:{ticket.Tenant}:ticket:{ticket.Hash()}";

    internal sealed record Kept(string Subject, Scopes Scopes, DateTimeOffset ExpiresAt, DateTimeOffset? IssuedAt, string? Origin, string? GuestOrder = null, string? ShareId = null);
}

[JsonSerializable(typeof(RedisTickets.Kept))]
internal sealed partial class TicketJson : JsonSerializerContext;
