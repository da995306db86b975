using Milepost.Realtime.Sessions;
using Milepost.Server.Gateway;
using Milepost.Server.Settings;

namespace Milepost.Server.Hosting;

/// <summary>The role <c>gateway</c>: holds the live connections.</summary>
internal static class GatewayRole
{
    public static void Add(IServiceCollection services, ServerSettings settings)
    {
        services.AddSingleton<SessionRegistry>();
        services.AddSingleton<Acknowledgements>();
        services.AddSingleton<ISessionHost, SessionHost>();
        services.AddSingleton(new SessionLimits { QueueBytes = settings.Gateway.OutboundQueueBytes, Streams = settings.Gateway.MaxStreams });
        services.AddSingleton<SessionServer>();
        services.AddHostedService<AcknowledgementLoop>();
        services.AddHostedService<HeartbeatLoop>();
        BetweenNodes.AddHeadCheck(services);
        services.AddHostedService<SessionDrain>();
    }

    public static void Map(WebApplication app, ServerSettings settings) => app.MapLive(settings.Gateway);
}
