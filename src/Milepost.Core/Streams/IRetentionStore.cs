namespace Milepost.Core.Streams;

/// <summary>What a pass removed.</summary>
public readonly record struct RetentionOutcome(long Entries, long Notifications);

/// <summary>Removes what is older than the installation keeps: entries and notifications. Orders and their events stay.</summary>
public interface IRetentionStore
{
    /// <summary>
    /// Removes entries and notifications from before <paramref name="before"/>; a store may keep some of them until it can drop them together.
    /// A stream's first offset moves before its entries go, so that a position below it is refused and never served with a gap. Counts of inboxes
    /// stay those of their lists.
    /// </summary>
    /// <returns>Null: another node is doing it.</returns>
    Task<RetentionOutcome?> DropBeforeAsync(DateTimeOffset before, CancellationToken cancellationToken);
}
