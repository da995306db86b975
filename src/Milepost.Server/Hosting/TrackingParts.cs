using Milepost.Core.Tracking;
using Milepost.Realtime.Streams;
using Milepost.Server.Settings;
using Milepost.Server.Tracking;

namespace Milepost.Server.Hosting;

/// <summary>Live tracking: what is shown on every node, and the tracker where fixes arrive.</summary>
internal static class TrackingParts
{
    /// <summary>For every role: who may see what.</summary>
    public static void AddViews(IServiceCollection services)
    {
        services.AddSingleton<ViewerPolicy>();
        services.AddSingleton<EntryViews>();
        services.AddSingleton<IEntryViews>(provider => provider.GetRequiredService<EntryViews>());
    }

    /// <summary>For the roles that take fixes or answer for orders: <c>api</c> and <c>worker</c>.</summary>
    public static void Add(IServiceCollection services, ServerSettings settings)
    {
        services.AddSingleton(settings.Tracking);
        services.AddSingleton<RouteLines>();
        services.AddSingleton<TrackingViews>();
        services.AddSingleton<OrderViews>();
        services.AddSingleton<DriverPasses>();
        services.AddSingleton(provider => new FixInbox(settings.Tracking.PublishInterval(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Tracker>();
        services.AddSingleton<IFixSink>(provider => provider.GetRequiredService<Tracker>());
        services.AddHostedService(provider => provider.GetRequiredService<Tracker>());
    }
}
