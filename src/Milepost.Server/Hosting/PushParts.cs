using Milepost.Server.Channels.Push;
using Milepost.Server.Channels.WebPush;
using Milepost.Server.Outgoing;
using Milepost.Server.Settings;

namespace Milepost.Server.Hosting;

/// <summary>What pushes need: the guard for addresses of users, the keys that browsers know us by, the providers.</summary>
internal static class PushParts
{
    public static void Add(IServiceCollection services, ServerSettings settings)
    {
        services.AddSingleton(provider => new OutgoingHttp(settings.Outgoing, provider.GetRequiredService<TimeProvider>()));

        // Read at the start: a file that holds no key stops the server then and not at the first push.
        var setup = WebPushSetup.Of(settings);
        services.AddSingleton(setup);
        services.AddSingleton(provider => new PushProviders(
            settings, setup, provider.GetRequiredService<OutgoingHttp>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<PushProviders>>()));
    }
}
