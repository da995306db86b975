namespace Milepost.Core.Tenants;

/// <summary>Tenants who have set nothing.</summary>
public sealed class DefaultTenants : ITenantCatalog
{
    public TenantSettings Of(string tenant) => TenantSettings.Default;
}
