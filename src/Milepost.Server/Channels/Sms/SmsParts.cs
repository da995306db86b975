using Milepost.Core.Tenants;
using Milepost.Server.Settings;

namespace Milepost.Server.Channels.Sms;

/// <summary>What belongs to SMS among the services.</summary>
internal static class SmsParts
{
    /// <summary>The roles <c>api</c>, which hears what became of SMS, and <c>worker</c>, which sends them.</summary>
    public static void Add(IServiceCollection services, ServerSettings settings)
    {
        services.AddSingleton(new SmsCallback(settings.Gateway, settings.Sms));
        services.AddSingleton<SmsFeedback>();
        services.AddSingleton(provider => new SmsProviders(
            settings.Sms, settings.Outgoing, provider.GetRequiredService<SmsCallback>(), provider.GetRequiredService<ITenantCatalog>(), provider.GetRequiredService<TimeProvider>()));
    }
}
