namespace Milepost.Core.Tenants;

/// <summary>The tenants' settings as this node knows them: at most some seconds old, answered from memory.</summary>
public interface ITenantCatalog
{
    /// <summary>A tenant that has set nothing has <see cref="TenantSettings.Default"/>.</summary>
    TenantSettings Of(string tenant);
}
