using Milepost.Realtime.Backplane;
using Milepost.Realtime.Backplane.Redis;
using Milepost.Realtime.Streams;
using Milepost.Server.Settings;

namespace Milepost.Server.Hosting;

/// <summary>What nodes tell each other: the hints of commits, over Redis where there is one.</summary>
internal static partial class BetweenNodes
{
    public static void Add(IServiceCollection services, ServerSettings settings)
    {
        services.AddSingleton(provider => new RedisConnections(
            settings.Redis.Instances, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<RedisConnection>>()));
        services.AddSingleton(provider => Backplane(settings, provider));
        services.AddSingleton<StreamHub>();
        if (settings.Redis.Instances.Count > 0)
        {
            services.AddSingleton<IReadinessPart, RedisReadiness>();
            services.AddHostedService<RedisWatchLoop>();
        }

        services.AddHostedService<BackplaneLoop>();
    }

    public static void AddHeadCheck(IServiceCollection services) => services.AddHostedService(provider => new HeadCheckLoop(
        provider.GetRequiredService<StreamHub>(), provider.GetRequiredService<IStreamSource>(), provider.GetRequiredService<IBackplane>(),
        provider.GetRequiredService<TimeProvider>(), new Random(Environment.ProcessId), provider.GetRequiredService<ILogger<HeadCheckLoop>>()));

    private static IBackplane Backplane(ServerSettings settings, IServiceProvider provider)
    {
        if (settings.Storage.Provider == StorageOptions.Sqlite)
        {
            // The embedded database belongs to one process: it is alone.
            return new InProcessBackplane();
        }

        var source = provider.GetRequiredService<IStreamSource>();
        var redis = provider.GetRequiredService<RedisConnections>();
        if (redis.IsConfigured)
        {
            return new RedisBackplane(redis, () => source.Epoch, provider.GetRequiredService<TimeProvider>());
        }

        Log.Alone(provider.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(BetweenNodes)));
        return new PollingBackplane();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "There is no Redis (Redis:Connections). One node needs none; several do not tell each other where drivers are, so that viewers on other nodes see them move only when they read again, and news is up to a second late")]
        public static partial void Alone(ILogger logger);
    }
}
