using Microsoft.Extensions.DependencyInjection.Extensions;
using Milepost.Core.Tenants;
using Milepost.Server.Api;
using Milepost.Server.Hosting.Storage;
using Milepost.Server.Outgoing;
using Milepost.Server.Settings;
using Milepost.Server.Unsubscribe;

namespace Milepost.Server.Hosting;

/// <summary>What customers choose with, and what links in their messages are made of.</summary>
internal static class CustomerParts
{
    public static void Add(IServiceCollection services, ServerSettings settings)
    {
        services.AddSingleton(provider =>
        {
            var engine = provider.GetRequiredService<IStorageEngine>();
            return new UnsubscribeLinks(settings.Gateway.PublicUrl, () => engine.LinkKey);
        });
        services.AddSingleton<CustomerExporter>();
        services.TryAddSingleton<ITenantCatalog, PlainTenants>();
        services.TryAddSingleton(OutgoingRules.Default);
    }

    /// <summary>Where no tenant can set anything, each has the defaults.</summary>
    private sealed class PlainTenants : ITenantCatalog
    {
        public TenantSettings Of(string tenant) => TenantSettings.Default;
    }
}
