using Milepost.Core.Tenants;
using Milepost.Server.Tenants;

namespace Milepost.Server.Hosting;

/// <summary>What tenants have set up, for all roles. Before what serves or sends: it is read first.</summary>
internal static class TenantParts
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<TenantCatalog>();
        services.AddSingleton<ITenantCatalog>(provider => provider.GetRequiredService<TenantCatalog>());
        services.AddSingleton<TenantChanges>();
        services.AddHostedService<TenantLoop>();
    }
}
