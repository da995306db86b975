using Milepost.Core.Sharing;
using Milepost.Protocol;
using Milepost.Realtime.Sessions;

namespace Milepost.Server.Sharing;

/// <summary>What a share link's secret is worth.</summary>
internal abstract record GuestAnswer
{
    private GuestAnswer()
    {
    }

    /// <summary>Whoever has it is this caller.</summary>
    public sealed record Open(Caller Caller) : GuestAnswer;

    /// <summary>It was one: expired, revoked, or the order is over.</summary>
    public sealed record Ended : GuestAnswer;

    /// <summary>There is no such link, or nothing is kept of it.</summary>
    public sealed record Unknown : GuestAnswer;
}

/// <summary>Reads the secrets of share links. A guest is a caller without any scope that a rule knows, so what does not name guests is closed to them.</summary>
internal sealed class GuestLinks(IShareStore store, SharingOptions options, TimeProvider time)
{
    /// <summary>How long behind an order's end its links work.</summary>
    public TimeSpan CloseAfter { get; } = TimeSpan.FromHours(options.CloseHours);

    /// <exception cref="Core.Recording.StoreUnavailableException">It is not known.</exception>
    public async ValueTask<GuestAnswer> ReadAsync(string token, CancellationToken cancellationToken)
    {
        if (ShareToken.HashOf(token) is not { } hash || await store.FindAsync(hash, cancellationToken) is not { } found)
        {
            return new GuestAnswer.Unknown();
        }

        return ShareRules.IsOpen(found, CloseAfter, time.GetUtcNow()) ? new GuestAnswer.Open(ToCaller(found)) : new GuestAnswer.Ended();
    }

    /// <summary>Whether a caller who was identified earlier may still go on. True for everybody who is not a guest.</summary>
    public async ValueTask<bool> IsOpenAsync(Caller caller, CancellationToken cancellationToken) =>
        !caller.IsGuest || (await EndedAsync([caller], cancellationToken)).Count == 0;

    /// <summary>Of these guests the links that are not good any more.</summary>
    public async ValueTask<IReadOnlySet<ShareKey>> EndedAsync(IEnumerable<Caller> guests, CancellationToken cancellationToken)
    {
        var keys = guests.Select(KeyOf).ToHashSet();
        var now = time.GetUtcNow();
        keys.ExceptWith((await store.FindAsync(keys, cancellationToken)).Where(found => ShareRules.IsOpen(found, CloseAfter, now)).Select(found => found.Share.Key()));
        return keys;
    }

    /// <summary>The link that a guest came with.</summary>
    public static ShareKey KeyOf(Caller guest) => new(guest.Tenant, guest.ShareId!);

    // A slash is in nobody's id: a guest never is a customer, whatever the customer is called.
    private Caller ToCaller(SharedOrder found) => new(found.Share.Tenant, "guest/" + found.Share.Id, Scopes.Guest, ShareRules.EndsAt(found, CloseAfter))
    {
        GuestOrder = found.Share.OrderId,
        ShareId = found.Share.Id,
    };
}
