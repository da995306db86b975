namespace Milepost.Core.Tenants;

/// <summary>The settings of one tenant as they are kept.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Settings">With their version, 1 or more.</param>
/// <param name="Updated">When this version was written.</param>
public sealed record StoredTenant(string Tenant, TenantSettings Settings, DateTimeOffset Updated);

/// <summary>Keeps what tenants have set up. Rows are never removed.</summary>
public interface ITenantStore
{
    /// <summary>Null: the tenant has set nothing.</summary>
    Task<StoredTenant?> FindAsync(string tenant, CancellationToken cancellationToken);

    /// <summary>Replaces a tenant's settings, whose version becomes <paramref name="expected"/> + 1. Null: theirs is another one, nothing was changed.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="settings">All of them; the version in it does not count.</param>
    /// <param name="expected">The version that they are a change of; 0: nothing was set yet.</param>
    /// <param name="now">The time of the change.</param>
    /// <param name="cancellationToken">Cancelled: it is not known whether it took place.</param>
    Task<StoredTenant?> PutAsync(string tenant, TenantSettings settings, long expected, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The settings of all tenants that were written at or after <paramref name="at"/>, by the writers' clocks.</summary>
    Task<IReadOnlyList<StoredTenant>> ListSinceAsync(DateTimeOffset at, CancellationToken cancellationToken);
}
