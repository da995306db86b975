using Milepost.Core.Deliveries;

namespace Milepost.Core.Tests;

/// <summary>The model that every suppression store is compared with.</summary>
internal sealed class MemorySuppressionStore(AddressSecret secret) : ISuppressionStore
{
    private readonly Lock _gate = new();
    private readonly AddressHash _hash = new("the model's own secret", secret);
    private readonly List<(SuppressionRow Row, long Place)> _rows = [];
    private long _last;

    public Task<IReadOnlyList<SuppressedAddress?>> FindAsync(IReadOnlyList<ChannelAddress> addresses, CancellationToken cancellationToken) => InTurn<IReadOnlyList<SuppressedAddress?>>(() =>
        [.. addresses.Select(address => _rows.FindIndex(Is(address.Tenant, SuppressionRow.IdOf(_hash.Of(address.Tenant, address.Channel, address.Address)))) is >= 0 and var index ? View(_rows[index]) : null)]);

    public Task<int> AddAsync(IReadOnlyList<Suppression> suppressions, CancellationToken cancellationToken) => InTurn(() =>
    {
        var added = 0;
        foreach (var row in SuppressionRow.Of(_hash, suppressions))
        {
            var index = _rows.FindIndex(Is(row.Tenant, row.Id));
            if (index < 0)
            {
                _rows.Add((row, ++_last));
                added++;
            }
            else if (_rows[index].Row.Reason < row.Reason)
            {
                _rows[index] = (_rows[index].Row with { Reason = row.Reason, Detail = row.Detail }, _rows[index].Place);
            }
        }

        return added;
    });

    public Task<bool> RemoveAsync(string tenant, string id, CancellationToken cancellationToken) => InTurn(() => _rows.RemoveAll(Is(tenant, id)) > 0);

    public Task<IReadOnlyList<SuppressedAddress>> ListAsync(string tenant, long? before, int limit, CancellationToken cancellationToken) => InTurn<IReadOnlyList<SuppressedAddress>>(() =>
        [.. _rows.Where(row => row.Row.Tenant == tenant && row.Place < (before ?? long.MaxValue)).OrderByDescending(row => row.Place).Take(limit).Select(View)]);

    private static Predicate<(SuppressionRow Row, long Place)> Is(string tenant, string id) => entry => entry.Row.Tenant == tenant && entry.Row.Id == id;

    private static SuppressedAddress View((SuppressionRow Row, long Place) entry) =>
        new(entry.Row.Id, entry.Row.Channel, entry.Row.Masked, entry.Row.Reason, entry.Row.Detail, entry.Row.Since, entry.Place);

    private Task<T> InTurn<T>(Func<T> work)
    {
        lock (_gate)
        {
            return Task.FromResult(work());
        }
    }
}
