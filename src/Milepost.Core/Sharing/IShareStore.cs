namespace Milepost.Core.Sharing;

/// <summary>What became of adding a link.</summary>
public enum ShareAdded
{
    /// <summary>On disk.</summary>
    Added,

    /// <summary>The order has as many good ones as it may have.</summary>
    TooMany,

    /// <summary>There is no such order.</summary>
    NoOrder,
}

/// <summary>Keeps share links. Those of an erased customer's orders go with everything else of theirs, in the recorder's transaction.</summary>
/// <exception cref="Recording.StoreUnavailableException">Every method: nothing was done, or it is not known whether it was.</exception>
public interface IShareStore
{
    /// <summary>Adds a link, unless <paramref name="most"/> of the order's are good when it is made. Two that come at once count each other.</summary>
    Task<ShareAdded> AddAsync(Share share, ReadOnlyMemory<byte> tokenHash, int most, CancellationToken cancellationToken);

    /// <summary>The link with this secret, of whatever tenant, revoked or not; null: there is none.</summary>
    Task<SharedOrder?> FindAsync(ReadOnlyMemory<byte> tokenHash, CancellationToken cancellationToken);

    /// <summary>Those of these links that there are, revoked or not, in any order.</summary>
    Task<IReadOnlyList<SharedOrder>> FindAsync(IReadOnlyCollection<ShareKey> keys, CancellationToken cancellationToken);

    /// <summary>All links of an order, newest first.</summary>
    Task<IReadOnlyList<Share>> ListAsync(string tenant, string orderId, CancellationToken cancellationToken);

    /// <summary>From <paramref name="at"/> on the link is not good. The first time holds. False: the order has no such link.</summary>
    Task<bool> RevokeAsync(string tenant, string orderId, string id, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Adds to the counts. Links that are gone are passed over.</summary>
    Task UsedAsync(IReadOnlyCollection<ShareUse> uses, CancellationToken cancellationToken);

    /// <summary>Removes the links that ended by themselves or were revoked before then.</summary>
    /// <returns>How many.</returns>
    Task<long> DropBeforeAsync(DateTimeOffset before, CancellationToken cancellationToken);
}
