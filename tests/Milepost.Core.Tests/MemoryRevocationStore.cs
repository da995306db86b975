using Milepost.Core.Access;

namespace Milepost.Core.Tests;

/// <summary>The model that every revocation store is compared with.</summary>
internal sealed class MemoryRevocationStore : IRevocationStore
{
    private readonly Lock _gate = new();
    private readonly List<Revocation> _rows = [];

    /// <summary>Set: the store cannot be reached.</summary>
    public Exception? Failure { get; set; }

    public Task AddAsync(Revocation revocation, CancellationToken cancellationToken) => InTurn(() =>
    {
        _rows.Add(revocation);
        return true;
    });

    public Task<IReadOnlyList<Revocation>> ListSinceAsync(DateTimeOffset at, CancellationToken cancellationToken) =>
        InTurn<IReadOnlyList<Revocation>>(() => [.. _rows.Where(row => row.At >= at).OrderBy(row => row.At)]);

    public Task<IReadOnlyList<ListedRevocation>> ListAsync(string tenant, long? before, int limit, CancellationToken cancellationToken) =>
        InTurn<IReadOnlyList<ListedRevocation>>(() =>
            [.. _rows.Select((row, index) => new ListedRevocation(row, index + 1)).Where(row => row.Revocation.Tenant == tenant && row.Place < (before ?? long.MaxValue)).Reverse().Take(limit)]);

    private Task<T> InTurn<T>(Func<T> work)
    {
        lock (_gate)
        {
            return Failure is null ? Task.FromResult(work()) : Task.FromException<T>(Failure);
        }
    }
}
