using Milepost.Core.Tenants;

namespace Milepost.Server.Tenants;

/// <summary>What came of a change of a tenant's settings.</summary>
internal abstract record TenantChange
{
    private TenantChange()
    {
    }

    /// <summary>They are in force on this node, and within seconds on all.</summary>
    public sealed record Changed(TenantSettings Settings) : TenantChange;

    /// <summary>There was nothing to change.</summary>
    public sealed record Unchanged : TenantChange;

    /// <summary>They are not at the version that was expected.</summary>
    public sealed record Stale : TenantChange;
}

/// <summary>Changes tenants' settings, so that of two changes at once none is lost.</summary>
internal sealed class TenantChanges(ITenantStore store, TenantCatalog catalog, TimeProvider time)
{
    /// <summary>The settings as they are kept now.</summary>
    public async Task<TenantSettings> ReadAsync(string tenant, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(tenant, cancellationToken) is not { } stored)
        {
            return TenantSettings.Default;
        }

        catalog.Learn([stored]);
        return stored.Settings;
    }

    /// <param name="tenant">Whose.</param>
    /// <param name="expected">The versions that may be changed; null: whatever it is.</param>
    /// <param name="change">Pure: it is asked again when somebody else was faster. Null: there is nothing to change.</param>
    /// <param name="cancellationToken">Cancelled: it is not known whether it took place.</param>
    public async Task<TenantChange> ChangeAsync(string tenant, IReadOnlyCollection<long>? expected, Func<TenantSettings, TenantSettings?> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = await ReadAsync(tenant, cancellationToken);
            if (expected is not null && !expected.Contains(now.Version))
            {
                return new TenantChange.Stale();
            }

            if (change(now) is not { } next)
            {
                return new TenantChange.Unchanged();
            }

            if (await store.PutAsync(tenant, next, now.Version, time.GetUtcNow(), cancellationToken) is { } written)
            {
                catalog.Learn([written]);
                return new TenantChange.Changed(written.Settings);
            }
        }
    }
}
