using Milepost.Core.Templates;

namespace Milepost.Server.Templates;

/// <summary>The words of notifications, for every role.</summary>
internal static class TemplateServices
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton(_ => BuiltInTexts.Load());
        services.AddSingleton<TemplateCatalog>();
        services.AddSingleton<Texts>();
        services.AddSingleton<ITexts>(provider => provider.GetRequiredService<Texts>());
        services.AddSingleton<TemplateTrial>();
        services.AddHostedService<TemplateLoop>();
    }
}
