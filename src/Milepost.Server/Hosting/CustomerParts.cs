using Microsoft.Extensions.DependencyInjection.Extensions;
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
        services.AddSingleton<UnsubscribeLanguage>();
        services.TryAddSingleton(_ => OutgoingRules.Of(settings.Outgoing));
        services.AddSingleton<CustomerExporter>();
    }
}
