using Milepost.Core.Leases;

namespace Milepost.Core.Tests;

/// <summary>The model that every lease store is compared with.</summary>
internal sealed class MemoryLeaseStore : ILeaseStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Tenant, string Name), (WorkLease Lease, DateTimeOffset Until)> _rows = [];

    /// <summary>Set: the store cannot be reached.</summary>
    public Exception? Failure { get; set; }

    public Task<WorkLease?> TakeAsync(string tenant, string name, string holder, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken) => InTurn(() =>
    {
        var known = _rows.TryGetValue((tenant, name), out var row);
        if (known && row.Until > now && row.Lease.Holder != holder)
        {
            return null;
        }

        var lease = new WorkLease(tenant, name, holder, (row.Lease?.Token ?? 0) + 1, row.Lease?.Payload ?? "");
        _rows[(tenant, name)] = (lease, now + leaseFor);
        return lease;
    });

    public Task<bool> RenewAsync(WorkLease lease, string payload, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken) => UpdateAsync(lease, payload, now + leaseFor);

    public Task<bool> ReleaseAsync(WorkLease lease, string payload, CancellationToken cancellationToken) => UpdateAsync(lease, payload, DateTimeOffset.MinValue);

    private Task<bool> UpdateAsync(WorkLease lease, string payload, DateTimeOffset until) => InTurn(() =>
    {
        if (!_rows.TryGetValue((lease.Tenant, lease.Name), out var row) || row.Lease.Token != lease.Token)
        {
            return false;
        }

        _rows[(lease.Tenant, lease.Name)] = (row.Lease with { Payload = payload }, until);
        return true;
    });

    private Task<T> InTurn<T>(Func<T> work)
    {
        lock (_gate)
        {
            return Failure is null ? Task.FromResult(work()) : Task.FromException<T>(Failure);
        }
    }
}
