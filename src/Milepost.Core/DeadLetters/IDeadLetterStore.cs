using Milepost.Core.Recording;

namespace Milepost.Core.DeadLetters;

/// <summary>Which dead letters to list, oldest first.</summary>
/// <param name="Open">Only those that are not replayed yet.</param>
/// <param name="Code">Only those with this reason; null for all.</param>
/// <param name="After">Only those behind this place.</param>
/// <param name="Limit">At most so many.</param>
public sealed record DeadLetterQuery(bool Open, string? Code, long After, int Limit);

/// <summary>Keeps the messages that could not be recorded. Every call throws <see cref="StoreUnavailableException"/> where the store cannot be reached.</summary>
public interface IDeadLetterStore
{
    /// <summary>
    /// Writes dead letters; when this returns they are on disk. A message is known by its topic, partition, offset and time (a topic that was
    /// made anew counts its offsets from 0 again), and is kept once however often it is delivered.
    /// </summary>
    /// <param name="letters">New ones.</param>
    /// <param name="announceAt">From when on they are to be announced in the dead-letter topic; null: not at all.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <returns>How many were new.</returns>
    Task<int> AddAsync(IReadOnlyList<DeadLetter> letters, DateTimeOffset? announceAt, CancellationToken cancellationToken);

    Task<DeadLetter?> FindAsync(long place, CancellationToken cancellationToken);

    Task<IReadOnlyList<DeadLetter>> ListAsync(DeadLetterQuery query, CancellationToken cancellationToken);

    /// <summary>Writes down what a further try came to; <paramref name="reason"/> is null where the letter was recorded.</summary>
    Task MarkAsync(long place, DeadLetterReason? reason, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Takes letters that are to be announced and not taken by anybody until <paramref name="until"/>; whoever dies with them loses them then.</summary>
    Task<IReadOnlyList<DeadLetter>> ClaimUnannouncedAsync(DateTimeOffset now, DateTimeOffset until, int limit, CancellationToken cancellationToken);

    /// <summary>They stand in the dead-letter topic.</summary>
    Task AnnouncedAsync(IReadOnlyCollection<long> places, CancellationToken cancellationToken);
}
