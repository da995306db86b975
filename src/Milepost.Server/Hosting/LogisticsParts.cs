using System.Diagnostics;
using System.Security.Cryptography;
using Milepost.Core.Tracking;
using Milepost.Server.Logistics;
using Milepost.Server.Logistics.Plans;
using Milepost.Server.Logistics.Routing;
using Milepost.Server.Logistics.Stream;
using Milepost.Server.Settings;
using Milepost.Server.Tracking;

namespace Milepost.Server.Hosting;

/// <summary>What knows drivers, routes and estimates; in the role <c>worker</c> also the location streams.</summary>
internal static class LogisticsParts
{
    /// <summary>For the roles <c>api</c> and <c>worker</c>. Streams need an <see cref="IFixSink"/>.</summary>
    public static void Add(IServiceCollection services, ServerSettings settings)
    {
        services.AddSingleton(settings.Logistics);
        services.AddSingleton(provider => new DriverCards(provider.GetService<LogisticsClient>(), settings.Logistics));
        services.AddSingleton(provider => new PlanFetch(provider.GetService<LogisticsClient>(), Engine(provider, settings.Routing), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider =>
        {
            var (inbox, time) = (provider.GetRequiredService<FixInbox>(), provider.GetRequiredService<TimeProvider>());
            return ActivatorUtilities.CreateInstance<OrderPlans>(provider, (Action<DriverKey>)(driver => inbox.LookAt(driver, time.GetUtcNow())));
        });
        services.AddSingleton<IOrderPlans>(provider => provider.GetRequiredService<OrderPlans>());
        services.AddSingleton<ILogisticsSignals>(provider => provider.GetRequiredService<OrderPlans>());
        if (settings.Logistics.IsUsed())
        {
            services.AddSingleton<LogisticsTokens>();
            services.AddSingleton(provider => ActivatorUtilities.CreateInstance<LogisticsClient>(provider, (Func<double>)Chance));
            services.AddSingleton<StreamBoard>();
            services.AddSingleton<IReadinessPart, LogisticsReadiness>();
        }

        if (settings.Logistics.IsUsed() || settings.Routing.Provider != RoutingOptions.None)
        {
            services.AddHostedService<OrderPlanLoop>();
        }

        if (settings.Logistics.IsUsed() && settings.Roles.HasFlag(Roles.Worker))
        {
            services.AddSingleton(provider => ActivatorUtilities.CreateInstance<StreamParts>(provider, (Func<double>)Chance));
            services.AddHostedService<LocationStreamLoop>();
            services.AddSingleton(provider => ActivatorUtilities.CreateInstance<DriverSweep>(provider, (Func<double>)Chance));
            services.AddHostedService(provider => provider.GetRequiredService<DriverSweep>());
        }
    }

    private static IRoutingEngine? Engine(IServiceProvider services, RoutingOptions routing)
    {
        if (routing.Provider == RoutingOptions.None)
        {
            return null;
        }

        var time = services.GetRequiredService<TimeProvider>();
        var limits = new ServiceLimits(TimeSpan.FromSeconds(services.GetRequiredService<LogisticsOptions>().RequestSeconds));
        var http = new EngineHttp(new ServiceHttp(limits, time, Chance), time);
        return routing.Provider switch
        {
            RoutingOptions.Osrm => new OsrmEngine(http, routing),
            RoutingOptions.Mapbox => new MapboxEngine(http, routing),
            _ => throw new UnreachableException(),
        };
    }

    private static double Chance() => RandomNumberGenerator.GetInt32(1_000_000) / 1_000_000.0;
}
