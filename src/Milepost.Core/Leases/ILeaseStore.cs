namespace Milepost.Core.Leases;

/// <summary>Who does work that only one node may do at a time.</summary>
/// <remarks>
/// <c>now</c> is the caller's time. A store that several nodes share goes by its own clock instead; a holder measures its lease by the monotonic
/// clock, from before the call that gave it.
/// </remarks>
/// <exception cref="Recording.StoreUnavailableException">Nothing was changed, or it is not known whether it was.</exception>
public interface ILeaseStore
{
    /// <summary>Takes work that nobody has, or whose lease has run out. One's own is taken anew, which fences the lease before it.</summary>
    /// <returns>Null: somebody else has it.</returns>
    Task<WorkLease?> TakeAsync(string tenant, string name, string holder, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Keeps the work for another while and writes down what the next holder needs. Also a lease that has run out, as long as nobody else took it.</summary>
    /// <returns>False: it is not the newest any more, and nothing was written.</returns>
    Task<bool> RenewAsync(WorkLease lease, string payload, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Gives the work back, so that another holder may have it at once.</summary>
    /// <returns>False: it is not the newest any more, and nothing was written.</returns>
    Task<bool> ReleaseAsync(WorkLease lease, string payload, CancellationToken cancellationToken);
}
