using Milepost.Core.Templates;
using Milepost.Core.Tenants;

namespace Milepost.Server.Templates;

/// <summary>The words of notifications, for every role.</summary>
internal static class TemplateServices
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton(_ => BuiltInTexts.Load());
        services.AddSingleton<TemplateCatalog>();
        services.AddSingleton(provider => new Texts(
            provider.GetRequiredService<BuiltInTexts>(), provider.GetRequiredService<TemplateCatalog>(), provider.GetService<ITenantCatalog>(),
            provider.GetRequiredService<ILogger<Texts>>()));
        services.AddSingleton<ITexts>(provider => provider.GetRequiredService<Texts>());
        services.AddSingleton(provider => new TemplateTrial(
            provider.GetRequiredService<Texts>(), provider.GetRequiredService<BuiltInTexts>(), provider.GetRequiredService<TemplateCatalog>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetService<ITenantCatalog>()));
        services.AddHostedService<TemplateLoop>();
    }
}
