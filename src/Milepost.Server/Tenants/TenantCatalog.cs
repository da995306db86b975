using System.Collections.Concurrent;
using Milepost.Core.Tenants;

namespace Milepost.Server.Tenants;

/// <summary>What this node knows of the tenants' settings: everything, at most some seconds old.</summary>
internal sealed class TenantCatalog : ITenantCatalog
{
    private readonly ConcurrentDictionary<string, TenantSettings> _known = new(StringComparer.Ordinal);

    public TenantSettings Of(string tenant) => _known.GetValueOrDefault(tenant, TenantSettings.Default);

    /// <summary>Takes what is newer than what is known.</summary>
    public void Learn(IReadOnlyList<StoredTenant> tenants)
    {
        foreach (var row in tenants)
        {
            _known.AddOrUpdate(row.Tenant, static (_, news) => news, static (_, known, news) => news.Version > known.Version ? news : known, row.Settings);
        }
    }
}
