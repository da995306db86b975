namespace Milepost.Core.Streams;

/// <summary>What a pass removed.</summary>
public readonly record struct RetentionOutcome(long Entries, long Notifications)
{
    public static RetentionOutcome operator +(RetentionOutcome left, RetentionOutcome right) => new(left.Entries + right.Entries, left.Notifications + right.Notifications);
}

/// <summary>Removes what is older than it is kept. Orders and their events stay.</summary>
/// <exception cref="Recording.StoreUnavailableException">Every method: it was not done, or in part; the next pass does the rest.</exception>
public interface IRetentionStore
{
    /// <summary>
    /// Removes entries and notifications from before <paramref name="before"/>; a store may keep some of them until it can drop them together.
    /// A stream's first offset moves before its entries go, so that a position below it is refused and never served with a gap. Counts of inboxes
    /// stay those of their lists.
    /// </summary>
    /// <returns>Null: another node is doing it.</returns>
    Task<RetentionOutcome?> DropBeforeAsync(DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>The same for the customers of one tenant, at once and to the entry: their streams and their notifications.</summary>
    Task<RetentionOutcome?> DropBeforeAsync(string tenant, DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>Removes a tenant's deliveries that ended and whose time was over before then, with their attempts, notes and messages in the outbox.</summary>
    /// <returns>How many deliveries.</returns>
    Task<long> DropDeliveriesAsync(string tenant, DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>Removes the dead letters that were replayed before then; the open ones wait for somebody.</summary>
    Task<long> DropDeadLettersAsync(DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>Removes the revocations that were recorded before then.</summary>
    Task<long> DropRevocationsAsync(DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>The tenants that have streams.</summary>
    Task<IReadOnlyList<string>> TenantsAsync(CancellationToken cancellationToken);
}
